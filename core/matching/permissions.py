"""Who brings outside lists and compares them, and who decides which records are one person."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with outside lists and with pairs."""

    MATCH_READ = "core:match:read"
    MATCH_WRITE = "core:match:write"
    SOURCE_EXPORT = "core:source:export"
    SOURCE_READ = "core:source:read"
    SOURCE_WRITE = "core:source:write"


ACTIONS = [
    ActionSpec(Action.MATCH_READ, "查看疑似重复与待核"),
    ActionSpec(Action.MATCH_WRITE, "认定是否同一人"),
    ActionSpec(Action.SOURCE_EXPORT, "导出名单比对结果"),
    ActionSpec(Action.SOURCE_READ, "查看名单与比对"),
    ActionSpec(Action.SOURCE_WRITE, "导入比对名单"),
]

_KEEPERS = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.CENTRAL_SCHOOL, Role.SCHOOL_CLERK)
_READERS = (*_KEEPERS, Role.BASIC_EDUCATION, Role.AUDITOR, Role.DISCIPLINE, Role.CITY_BUREAU, Role.PROVINCE_BUREAU)

RULES = [
    *(RuleSpec(role, f"core.{obj}", "read", source="EA-062 多来源比对，各级可看") for role in _READERS for obj in ("match", "source")),
    *(RuleSpec(role, f"core.{obj}", "write", source="EA-030 逐校逐人核实，与民政、扶贫互通")
      for role in _KEEPERS for obj in ("match", "source")),
    *(RuleSpec(role, "core.source", "export", source="EA-030 比对结果交有关部门核实")
      for role in (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.CENTRAL_SCHOOL, Role.AUDITOR)),
]
