"""Second factors: adding, naming, removing them; checking what somebody shows; counting what is wrong.

Whatever is checked here is checked under a lock on the account's guard, so that guesses sent side by side are counted
one by one. Five wrong codes lock for a quarter of an hour, five more for half an hour, five more for an hour; twenty
close the account until somebody unlocks it. Only a right code starts anew; a right password does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import now, today
from bandeng.foundation.journal.writer import record
from bandeng.foundation.sealed import vault
from bandeng.people import tell
from bandeng.people.actions.accounts import close_others
from bandeng.people.models import Account, Factor, FactorKind, Guard, RecoveryCode
from bandeng.people.policies import may_secure, needs_second
from bandeng.people.queries import open_posts
from bandeng.people.second import passkeys, recovery, totp
from bandeng.people.second.digits import digits

EACH = 5  # wrong codes between two locks
LOCKS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1))
CLOSED = EACH * (len(LOCKS) + 1)  # wrong codes after which only somebody else can unlock
MOST = 10  # factors of one account
NAME_MAX = 40
SECRET = "factor.secret"  # what the seal is bound to  # noqa: S105


class Locked(Refused):
    """Too many wrong codes: closed until *until*, or (None) until somebody unlocks it."""

    def __init__(self, until: datetime | None) -> None:
        super().__init__(_("验证码错得太多，先锁上了。"))
        self.until = until


@dataclass(frozen=True, slots=True)
class Added:
    """A new factor; `codes_mark` gives the account's first recovery codes, to be shown once ("" when it had some)."""

    factor: Factor
    codes_mark: str


# Checking


def check_code(*, account: Account, code: str) -> None:
    """Accept six digits of an app, or ten of a recovery code, each once.

    Raises Invalid (wrong), Locked (too many were wrong).
    """
    given = digits(code)
    if len(given) not in {totp.DIGITS, recovery.DIGITS}:
        raise Invalid(_("请输入验证器上的六位数字，或十位数字的备用码。"), "code")
    with transaction.atomic():
        guard = _guard(account)
        right = (_app_accepts if len(given) == totp.DIGITS else _paper_accepts)(guard, given)
        if right:
            _start_anew(guard)
        else:
            _count_wrong(guard)
    if not right:
        _refuse_while_locked(guard)
        raise Invalid(_("这个码不对。连续错五次会先锁 15 分钟。"), "code")


def check_passkey(*, account: Account | None, state: dict, answer: str) -> Account:
    """Accept a passkey's signature and return whose it is; *account*: whose it must be, if that is known.

    Raises Invalid (not accepted), Locked.
    """
    refused = Invalid(_("这个通行密钥没有通过。可以再试一次，或换一种方式。"), "credential")
    try:
        handle = passkeys.handle_in(answer)
    except passkeys.NotValid as error:
        raise refused from error
    found = Factor.objects.filter(handle=handle, account__is_active=True).select_related("account").first()
    if found is None or (account is not None and found.account_id != account.pk):
        raise refused
    with transaction.atomic():
        guard = _guard(found.account)
        factor = Factor.objects.filter(pk=found.pk).first()
        if factor is None:
            raise refused
        known = passkeys.Known(bytes(factor.credential), factor.counter)
        try:
            factor.counter = passkeys.finish_authentication(state, known, found.account_id, answer)
        except passkeys.NotValid as error:
            raise refused from error
        factor.save(update_fields=["counter"])
        _start_anew(guard)
    return found.account


def lock_of(account: Account) -> Locked | None:
    """Return the lock that keeps *account* closed now, if there is one."""
    guard = Guard.objects.filter(pk=account.pk).first()
    return _lock(guard) if guard else None


def _guard(account: Account) -> Guard:
    """Return the account's guard, locked in this transaction. Raises Locked."""
    Guard.objects.get_or_create(account=account)
    guard = Guard.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=account.pk)
    _refuse_while_locked(guard)
    return guard


def _lock(guard: Guard) -> Locked | None:
    if guard.wrong >= CLOSED:
        return Locked(None)
    if guard.locked_until and guard.locked_until > now():
        return Locked(guard.locked_until)
    return None


def _refuse_while_locked(guard: Guard) -> None:
    if lock := _lock(guard):
        raise lock


def _start_anew(guard: Guard) -> None:
    guard.wrong, guard.locked_until = 0, None
    guard.save(update_fields=["wrong", "locked_until"])


def _count_wrong(guard: Guard) -> None:
    guard.wrong += 1
    if guard.wrong % EACH == 0 and guard.wrong < CLOSED:
        guard.locked_until = now() + LOCKS[guard.wrong // EACH - 1]
    guard.save(update_fields=["wrong", "locked_until"])
    if guard.wrong % EACH == 0:
        tell.secured(
            guard.account, "wrong_codes", noop("有人输对了您的密码，验证码却连续错了五次"),
            body=tell.said(noop("如果不是您本人，说明密码别人知道了：请马上改密码。")),
        )


def _app_accepts(guard: Guard, code: str) -> bool:
    for factor in guard.account.factors.filter(kind=FactorKind.APP):
        step = totp.step_of(_secret(guard, factor), code)
        if step is None:
            continue
        if step <= factor.counter:
            raise Invalid(_("这个码刚才用过了，请等验证器换下一个。"), "code")
        factor.counter = step
        factor.save(update_fields=["counter"])
        return True
    return False


def _paper_accepts(guard: Guard, code: str) -> bool:
    hashed = recovery.code_hash(guard.account_id, code)
    if not RecoveryCode.objects.filter(account_id=guard.account_id, code_hash=hashed).delete()[0]:
        return False
    left = RecoveryCode.objects.filter(account_id=guard.account_id).count()
    tell.secured(
        guard.account, "recovery_used", noop("用掉了一个备用码"),
        body=tell.said(noop("还剩 %(n)s 个。如果不是您本人用的，请马上改密码，并换一套备用码。"), n=left),
    )
    return True


def _secret(guard: Guard, factor: Factor) -> str:
    if guard.data_key is None:
        raise LookupError(f"guard {guard.pk} has lost its key")
    return vault.unseal(guard.data_key, factor.secret, SECRET)


# Changing


def add_app(actor: Actor, *, account: Account, mark: str, code: str, name: str = "", keep: str = "") -> Added:
    """Add an authenticator app, once it shows a right code for the set-up of *mark*. Other sessions end.

    Raises Invalid (wrong code), WrongState (too many factors, or this one is there already).
    """
    secret = totp.secret_of(mark, account.pk)
    step = totp.step_of(secret, digits(code))
    if step is None:
        raise Invalid(_("这个码不对。看看手机的时间准不准，再输一次最新的六位数字。"), "code")

    def make(guard: Guard) -> Factor:
        if any(_secret(guard, one) == secret for one in account.factors.filter(kind=FactorKind.APP)):
            raise WrongState(_("这个验证器已经加好了。"))
        guard.data_key = guard.data_key or vault.new_key()
        guard.save(update_fields=["data_key"])
        sealed = vault.seal(guard.data_key, secret, SECRET)
        return Factor(kind=FactorKind.APP, secret=sealed, counter=step)

    return _add(actor, account, make, name or _("验证器"), keep)


def add_passkey(actor: Actor, *, account: Account, state: dict, answer: str, name: str = "", keep: str = "") -> Added:
    """Add the passkey that the browser made. Other sessions end. Raises Invalid, WrongState."""
    try:
        new = passkeys.finish_registration(state, answer)
    except passkeys.NotValid as error:
        raise Invalid(_("通行密钥没有加成，可以再试一次。"), "credential") from error

    def make(guard: Guard) -> Factor:
        return Factor(
            kind=FactorKind.PASSKEY, credential=new.credential, handle=new.handle, counter=new.counter,
            transports=new.transports,
        )

    return _add(actor, account, make, name or _("通行密钥"), keep)


def _add(actor: Actor, account: Account, make: Callable[[Guard], Factor], name: str, keep: str) -> Added:
    _refuse_others(actor, account)
    try:
        with transaction.atomic():
            guard = _guard(account)
            if account.factors.count() >= MOST:
                raise WrongState(_("最多加 %(n)s 个，先删掉不用的。") % {"n": MOST})
            factor = make(guard)
            factor.account, factor.name, factor.added_on = account, name.strip()[:NAME_MAX], today()
            factor.save(force_insert=True)
            mark = "" if account.recovery_codes.exists() else _new_codes(account)
            close_others(account, keep=keep)
            record(actor, "factor.add", factor, fields=["kind", "name", *(["recovery_codes"] if mark else [])])
            tell.secured(account, "factor_add", noop("两步登录加了一种方式"))
    except IntegrityError as error:
        raise WrongState(_("这个通行密钥已经加好了。")) from error
    return Added(factor, mark)


def rename_factor(actor: Actor, *, account: Account, factor: int, name: str) -> None:
    """Call an own factor by another name. Raises Invalid, WrongState."""
    _refuse_others(actor, account)
    name = name.strip()
    if not name or len(name) > NAME_MAX:
        raise Invalid(_("请起一个名字，不超过 %(n)s 个字。") % {"n": NAME_MAX}, "name")
    with transaction.atomic():
        row = _own(account, factor)
        row.name = name
        row.save(update_fields=["name"])
        record(actor, "factor.rename", row, fields=["name"])


def remove_factor(actor: Actor, *, account: Account, factor: int, keep: str = "") -> None:
    """Remove an own factor; with the last one the recovery codes go. Other sessions end.

    Raises WrongState when it is gone, or the last one where the account must have one.
    """
    _refuse_others(actor, account)
    with transaction.atomic():
        guard = _guard(account)
        row = _own(account, factor)
        last = account.factors.count() == 1
        has_posts = open_posts().filter(person=account).exists()
        if last and needs_second(account, has_posts=has_posts):
            raise WrongState(_("有岗位就要有两步登录：先加一种新的，再删这一个。"))
        record(actor, "factor.remove", row, fields=["kind"])
        row.delete()
        if last:
            forget_all(guard)
        close_others(account, keep=keep)
        tell.secured(account, "factor_remove", noop("两步登录删了一种方式"))


def new_codes(actor: Actor, *, account: Account) -> str:
    """Make a new set of recovery codes, the old ones are void; return the mark that gives them. Raises WrongState."""
    _refuse_others(actor, account)
    with transaction.atomic():
        _guard(account)
        if not account.factors.exists():
            raise WrongState(_("先加一种两步登录的方式，再要备用码。"))
        mark = _new_codes(account)
        record(actor, "account.recovery_codes", account, fields=["recovery_codes"])
        tell.secured(account, "recovery_new", noop("换了一套备用码"))
    return mark


def forget_all(guard: Guard) -> None:
    """Drop factors, recovery codes and the key of the secrets. Inside a transaction that holds the guard."""
    key = guard.data_key
    guard.account.factors.all().delete()
    guard.account.recovery_codes.all().delete()
    guard.data_key = None
    guard.save(update_fields=["data_key"])
    if key is not None:
        key.delete()


def _new_codes(account: Account) -> str:
    mark = recovery.new_mark()
    account.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, code_hash=recovery.code_hash(account.pk, code))
        for code in recovery.codes_of(mark, account.pk)
    )
    return mark


def _own(account: Account, factor: int) -> Factor:
    row = Factor.objects.select_for_update().filter(pk=factor, account=account).first()
    if row is None:
        raise WrongState(_("这一种方式已经删掉了。"))
    return row


def _refuse_others(actor: Actor, account: Account) -> None:
    if not may_secure(actor, account):
        raise Refused(_("只有本人能改自己的登录方式。"))
