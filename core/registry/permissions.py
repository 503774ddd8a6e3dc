"""The actions on the registry and on the originals of sealed values, and the roles that hold them at the start."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with households, persons, enrolments, staff and school attributes."""

    ENROLMENT_EXPORT = "core:enrolment:export"
    ENROLMENT_READ = "core:enrolment:read"
    ENROLMENT_WRITE = "core:enrolment:write"
    HOUSEHOLD_EXPORT = "core:household:export"
    HOUSEHOLD_READ = "core:household:read"
    HOUSEHOLD_WRITE = "core:household:write"
    IDENTITY_ERASE = "core:identity:manage"
    IDENTITY_EXPORT = "core:identity:export"
    IDENTITY_READ = "core:identity:read"
    PERSON_EXPORT = "core:person:export"
    PERSON_MERGE = "core:person:manage"
    PERSON_READ = "core:person:read"
    PERSON_WRITE = "core:person:write"
    SCHOOL_EXPORT = "core:school:export"
    SCHOOL_READ = "core:school:read"
    SCHOOL_WRITE = "core:school:write"
    STAFF_EXPORT = "core:staff:export"
    STAFF_READ = "core:staff:read"
    STAFF_WRITE = "core:staff:write"


ACTIONS = [
    ActionSpec(Action.ENROLMENT_EXPORT, "导出就读记录"),
    ActionSpec(Action.ENROLMENT_READ, "查看就读记录"),
    ActionSpec(Action.ENROLMENT_WRITE, "登记就读记录"),
    ActionSpec(Action.HOUSEHOLD_EXPORT, "导出农户台账"),
    ActionSpec(Action.HOUSEHOLD_READ, "查看农户与收入"),
    ActionSpec(Action.HOUSEHOLD_WRITE, "登记农户与收入"),
    ActionSpec(Action.IDENTITY_ERASE, "抹去个人信息"),
    ActionSpec(Action.IDENTITY_EXPORT, "导出证件号等原文"),
    ActionSpec(Action.IDENTITY_READ, "查看证件号等原文"),
    ActionSpec(Action.PERSON_EXPORT, "导出人员台账"),
    ActionSpec(Action.PERSON_MERGE, "归并与拆分人员"),
    ActionSpec(Action.PERSON_READ, "查看人员"),
    ActionSpec(Action.PERSON_WRITE, "登记人员与状态"),
    ActionSpec(Action.SCHOOL_EXPORT, "导出学校属性"),
    ActionSpec(Action.SCHOOL_READ, "查看学校属性"),
    ActionSpec(Action.SCHOOL_WRITE, "登记学校属性"),
    ActionSpec(Action.STAFF_EXPORT, "导出教职工台账"),
    ActionSpec(Action.STAFF_READ, "查看教职工"),
    ActionSpec(Action.STAFF_WRITE, "登记教职工"),
]


def _allow(source: str, objects: tuple[str, ...], acts: tuple[str, ...], *roles: Role) -> list[RuleSpec]:
    return [RuleSpec(role, f"core.{obj}", act, source=source) for obj in objects for act in acts for role in roles]


_ALL = ("enrolment", "household", "person", "school", "staff")
_LEARNERS = ("enrolment", "person")

RULES = [
    *_allow("各级职责表：督查审计、纪检只看不改", _ALL, ("read",), Role.AUDITOR, Role.DISCIPLINE),
    *_allow("各级职责表：督查审计取证", _ALL, ("export",), Role.AUDITOR),
    *_allow("各级职责表：省市主管看本级以下", _ALL, ("read",), Role.PROVINCE_BUREAU, Role.CITY_BUREAU),
    *_allow("CO-003 县抓落实", _ALL, ("read", "write", "export"), Role.TENANT_ADMIN),
    *_allow("EA-017 县学生资助管理办识别、动态管理", ("enrolment", "household", "person"), ("read", "write", "export"),
            Role.AID_CENTRE),
    *_allow("EA-017 县学生资助管理办识别、动态管理", ("school", "staff"), ("read",), Role.AID_CENTRE),
    *_allow("EA-017 基教科规划监督", _ALL, ("read",), Role.BASIC_EDUCATION),
    *_allow("EA-017 基教科规划监督", ("school", "staff"), ("write", "export"), Role.BASIC_EDUCATION),
    *_allow("各级职责表：计财、项目办", ("school",), ("read", "write", "export"), Role.PROJECT_OFFICE),
    *_allow("各级职责表：培训办看劳动力", ("household", "person"), ("read",), Role.TRAINING_OFFICE),
    *_allow("EA-064 中心校管理本乡镇各学段", _ALL, ("read", "write", "export"), Role.CENTRAL_SCHOOL),
    *_allow("EA-017 学校录入", (*_LEARNERS, "staff", "school"), ("read", "write", "export"), Role.SCHOOL_CLERK),
    *_allow("EA-017 学校录入", ("household",), ("read",), Role.SCHOOL_CLERK),
    *_allow("各级职责表：班主任登记本校学生", _LEARNERS, ("read", "write"), Role.CLASS_TEACHER),
    *_allow("CO-042 四处各管各事：学生名单可看", _LEARNERS, ("read",), Role.MORAL_OFFICE, Role.TEACHING_OFFICE,
            Role.GENERAL_OFFICE, Role.FINANCE_ROOM),
    *_allow("各级职责表：帮扶责任人看所帮的人和户", ("household", "person"), ("read",), Role.HELPER),
    *_allow("原文须写明理由并留痕", ("identity",), ("read",), Role.AID_CENTRE, Role.SCHOOL_CLERK, Role.CENTRAL_SCHOOL,
            Role.AUDITOR),
    *_allow("原文只由县资助中心导出", ("identity",), ("export",), Role.AID_CENTRE),
    *_allow("归并影响全县，由县级经办", ("person",), ("manage",), Role.AID_CENTRE, Role.TENANT_ADMIN),
    *_allow("个人信息到期或经请求抹去，由县级管理员办理", ("identity",), ("manage",), Role.TENANT_ADMIN),
]
