"""Who checks and signs, who raises and closes problems, who puts them right. Auditors raise and close, and change nothing
else."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with checks, problems and their measures."""

    FINDING_EXPORT = "core:finding:export"
    FINDING_READ = "core:finding:read"
    FINDING_WRITE = "core:finding:write"
    INSPECTION_EXPORT = "core:inspection:export"
    INSPECTION_READ = "core:inspection:read"
    INSPECTION_WRITE = "core:inspection:write"
    RECTIFICATION_WRITE = "core:rectification:write"


ACTIONS = [
    ActionSpec(Action.FINDING_EXPORT, "导出问题清单"),
    ActionSpec(Action.FINDING_READ, "查看问题清单"),
    ActionSpec(Action.FINDING_WRITE, "提出问题、复核销号"),
    ActionSpec(Action.INSPECTION_EXPORT, "导出检查"),
    ActionSpec(Action.INSPECTION_READ, "查看检查"),
    ActionSpec(Action.INSPECTION_WRITE, "发起检查、逐行核对、签字"),
    ActionSpec(Action.RECTIFICATION_WRITE, "提出整改措施、报送整改结果"),
]
_OFFICES = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.BASIC_EDUCATION, Role.PROJECT_OFFICE)
_BUREAUS = (Role.CITY_BUREAU, Role.PROVINCE_BUREAU)
_SUPERVISORS = (Role.AUDITOR, Role.DISCIPLINE)
_SCHOOL = (Role.CENTRAL_SCHOOL, Role.SCHOOL_CLERK, Role.GENERAL_OFFICE, Role.FINANCE_ROOM)
_ALL = (*_OFFICES, *_BUREAUS, *_SUPERVISORS, *_SCHOOL)


def _allow(source: str, obj: str, act: str, roles: tuple[str, ...]) -> list[RuleSpec]:
    return [RuleSpec(role, f"core.{obj}", act, source=source) for role in roles]


RULES = [
    *_allow("检查和问题清单，各级在本级及以下查看", "inspection", "read", (*_ALL, Role.MEALS_COMMITTEE)),
    *_allow("检查和问题清单，各级在本级及以下查看", "finding", "read", (*_ALL, Role.MEALS_COMMITTEE)),
    *_allow("EA-050、EA-051 财务室、总务处、膳食委员会核对签字；督查下去核对", "inspection", "write",
           (*_OFFICES, *_BUREAUS, Role.AUDITOR, *_SCHOOL, Role.MEALS_COMMITTEE)),
    *_allow("EA-066 主管和督查提出问题，复核后销号", "finding", "write", (*_OFFICES, *_BUREAUS, *_SUPERVISORS)),
    *_allow("EA-066 责任单位提出措施、整改到位", "rectification", "write", (*_OFFICES, *_SCHOOL, Role.CITY_BUREAU)),
    *_allow("督查取证和上报", "inspection", "export", (*_OFFICES, *_BUREAUS, *_SUPERVISORS)),
    *_allow("督查取证和上报", "finding", "export", (*_OFFICES, *_BUREAUS, *_SUPERVISORS)),
]
