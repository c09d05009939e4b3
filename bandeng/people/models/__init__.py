"""Accounts, units 单位, posts 岗位, and what keeps accounts safe."""

from bandeng.people.models.absences import Absence
from bandeng.people.models.accounts import Account, AccountManager, by_login, is_phone, login_name
from bandeng.people.models.invitations import Invitation
from bandeng.people.models.posts import Post, Unit, UnitKind, UnitServes
from bandeng.people.models.second import Factor, FactorKind, Guard, Help, HelpKind, RecoveryCode
from bandeng.people.models.sessions import Session

__all__ = [
    "Absence", "Account", "AccountManager", "Factor", "FactorKind", "Guard", "Help", "HelpKind", "Invitation", "Post", "RecoveryCode",
    "Session", "Unit", "UnitKind", "UnitServes", "by_login", "is_phone", "login_name",
]
