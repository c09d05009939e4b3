"""What stands between a right password and an account: second factors, recovery codes, the lock."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bandeng.foundation.sealed.models import DataKey
from bandeng.people.models.accounts import Account
from bandeng.people.models.posts import Post


class Guard(models.Model):
    """One row per account that ever had a second factor: the key its secrets are sealed under, and wrong codes.

    `wrong` counts codes since the last right one, whatever session, address or password they came with.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="guard")
    data_key = models.ForeignKey(DataKey, models.SET_NULL, null=True)
    wrong = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"guard of {self.account_id}"


class FactorKind(models.TextChoices):
    APP = "app", _("验证器")  # six digits that change every half minute (TOTP)
    PASSKEY = "passkey", _("通行密钥")  # WebAuthn: telephone, computer or security key


class Factor(models.Model):
    """One second factor. An app's secret is sealed; of a passkey only the public half is here."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=FactorKind)
    name = models.CharField(max_length=40)
    added_on = models.DateField()
    secret = models.BinaryField(default=b"")
    counter = models.BigIntegerField(default=0)  # the last time step (app) or signature (passkey) that was used
    credential = models.BinaryField(default=b"")  # AttestedCredentialData
    handle = models.CharField(max_length=64, null=True, unique=True)  # SHA-256 of the credential's id
    transports = models.CharField(max_length=80, blank=True)  # how a browser reaches it, comma separated

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="app", handle__isnull=True) | Q(kind="passkey", handle__isnull=False),
                name="factor_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"


class RecoveryCode(models.Model):
    """A code on paper that opens the account once. Kept as keyed hash; gone when it was used."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="recovery_codes")
    code_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.account_id}"


class HelpKind(models.TextChoices):
    FACTORS = "factors", _("重置两步登录")  # took the second factors away
    UNLOCK = "unlock", _("解了锁")
    PASSWORD = "password", _("给了设新密码的链接")  # made a link by which a new password is set


class Help(models.Model):
    """Somebody helped an account's owner to get in again, with a reason that the owner can read."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="helps")
    kind = models.CharField(max_length=8, choices=HelpKind)
    by_post = models.ForeignKey(Post, models.PROTECT, null=True)  # None: from the command line
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id} {self.at:%Y-%m-%d}"
