"""Who reads and keeps archive folders. Every look at a file is on the trail."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with documents."""

    EXPORT = "core:document:export"
    READ = "core:document:read"
    WRITE = "core:document:write"


ACTIONS = [
    ActionSpec(Action.EXPORT, "导出档案"),
    ActionSpec(Action.READ, "查看档案材料"),
    ActionSpec(Action.WRITE, "归档和撤出材料"),
]

_KEEPERS = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.BASIC_EDUCATION, Role.PROJECT_OFFICE, Role.TRAINING_OFFICE,
            Role.CENTRAL_SCHOOL, Role.SCHOOL_CLERK, Role.CLASS_TEACHER, Role.MORAL_OFFICE, Role.TEACHING_OFFICE,
            Role.GENERAL_OFFICE, Role.FINANCE_ROOM, Role.HELPER)
_READERS = (Role.PROVINCE_BUREAU, Role.CITY_BUREAU, Role.AUDITOR, Role.DISCIPLINE)

RULES = [
    *(RuleSpec(role, "core.document", act, source="CO-023 材料、图片归入单位档案")
      for role in _KEEPERS for act in ("read", "write")),
    *(RuleSpec(role, "core.document", "read", source="档案供督查审计调阅") for role in _READERS),
    *(RuleSpec(role, "core.document", "export", source="整册导出供移交和督查")
      for role in (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.AUDITOR, Role.DISCIPLINE)),
]
