"""The only writers of accounts, posts and what keeps them safe: one verb each."""

from bandeng.people.actions.accounts import change_password, create_account
from bandeng.people.actions.handover import be_absent, come_back, hand_over, show_name
from bandeng.people.actions.posts import assign_post, create_unit, end_post

__all__ = ["assign_post", "be_absent", "change_password", "come_back", "create_account", "create_unit", "end_post",
           "hand_over", "show_name"]
