"""Who reads, books and oversees the money. Auditors read and export, and change nothing."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with fund accounts."""

    EXPORT = "core:fund:export"
    MANAGE = "core:fund:manage"
    READ = "core:fund:read"
    WRITE = "core:fund:write"


ACTIONS = [
    ActionSpec(Action.EXPORT, "导出资金台账"),
    ActionSpec(Action.MANAGE, "开户、结账、冲正与追回"),
    ActionSpec(Action.READ, "查看资金台账"),
    ActionSpec(Action.WRITE, "登记资金收支与拨付"),
]

_KEEPERS = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.PROJECT_OFFICE)
_CLERKS = (*_KEEPERS, Role.CENTRAL_SCHOOL, Role.FINANCE_ROOM)
_OVERSEERS = (Role.AUDITOR, Role.DISCIPLINE, Role.CITY_BUREAU, Role.PROVINCE_BUREAU)
_READERS = (*_CLERKS, *_OVERSEERS, Role.BASIC_EDUCATION, Role.SCHOOL_CLERK)

RULES = [
    *(RuleSpec(role, "core.fund", "read", source="CO-016 专账管理，各级可查") for role in _READERS),
    *(RuleSpec(role, "core.fund", "write", source="CO-013 县、校专项资金专款专用") for role in _CLERKS),
    *(RuleSpec(role, "core.fund", "manage", source="CO-017 谁使用、谁负责；开户和追回由县级办理") for role in _KEEPERS),
    *(RuleSpec(role, "core.fund", "export", source="资金台账供核对和督查取证")
      for role in (*_KEEPERS, Role.FINANCE_ROOM, *_OVERSEERS)),
]
