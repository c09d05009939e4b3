"""What a password must be, said in the reader's language."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    """So many characters at least; Django's own sentence is not in Chinese."""

    def get_error_message(self) -> str:
        return _("太短了，至少要 %(n)s 个字符。") % {"n": self.min_length}

    def get_help_text(self) -> str:
        return self.get_error_message()
