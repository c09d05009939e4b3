"""The only writers of accounts, posts and what keeps them safe: one verb each."""

from bandeng.people.actions.accounts import change_password, create_account
from bandeng.people.actions.posts import assign_post, create_unit, end_post

__all__ = ["assign_post", "change_password", "create_account", "create_unit", "end_post"]
