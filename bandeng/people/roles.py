"""Roles 岗位 (domain glossary), where each may be held, and what people call them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    BUILDING_LEADER = "building_leader", _("楼栋长")
    STAIRWELL_LEADER = "stairwell_leader", _("单元长")
    GRID_OFFICER = "grid_officer", _("网格员")
    GRID_DEPUTY = "grid_deputy", _("代班网格员")
    COMMUNITY_WORKER = "community_worker", _("社区工作人员")
    COMMUNITY_HEAD = "community_head", _("社区书记、主任")
    UNIT_LIAISON = "unit_liaison", _("单位联络员")
    UNIT_HEAD = "unit_head", _("单位负责人")
    SUBDISTRICT_DISPATCHER = "subdistrict_dispatcher", _("街道调度员")
    SUBDISTRICT_HEAD = "subdistrict_head", _("街道负责人")
    DISTRICT_DISPATCHER = "district_dispatcher", _("区级调度员")
    DISTRICT_SUPERVISOR = "district_supervisor", _("区级督办员")
    AUDITOR = "auditor", _("审计员")
    SYSADMIN = "sysadmin", _("系统管理员")


# Where a role is held: on a place of this kind, or in a unit.
SEATS: dict[str, str] = {
    Role.BUILDING_LEADER: "building",
    Role.STAIRWELL_LEADER: "stairwell",
    Role.GRID_OFFICER: "grid",
    Role.GRID_DEPUTY: "grid",
    Role.COMMUNITY_WORKER: "community",
    Role.COMMUNITY_HEAD: "community",
    Role.UNIT_LIAISON: "unit",
    Role.UNIT_HEAD: "unit",
    Role.SUBDISTRICT_DISPATCHER: "subdistrict",
    Role.SUBDISTRICT_HEAD: "subdistrict",
    Role.DISTRICT_DISPATCHER: "district",
    Role.DISTRICT_SUPERVISOR: "district",
    Role.AUDITOR: "district",
    Role.SYSADMIN: "district",
}

LEADER_ROLES = (Role.BUILDING_LEADER, Role.STAIRWELL_LEADER)
GRID_ROLES = (Role.GRID_OFFICER, Role.GRID_DEPUTY)
COMMUNITY_ROLES = (Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD)
UNIT_ROLES = (Role.UNIT_LIAISON, Role.UNIT_HEAD)
SUBDISTRICT_ROLES = (Role.SUBDISTRICT_DISPATCHER, Role.SUBDISTRICT_HEAD)
DISTRICT_ROLES = (Role.DISTRICT_DISPATCHER, Role.DISTRICT_SUPERVISOR)
