"""The roles of the platform, and the actions of access, accounts and the trail with their default lines."""

from __future__ import annotations

from enum import StrEnum

from core.host.contract import ActionSpec, RoleSpec, RuleSpec
from core.units.models import Level


class Action(StrEnum):
    """What may be done with access itself."""

    ACCESS_BREAK = "core:access:break"
    ACCESS_MANAGE = "core:access:manage"
    ACCESS_READ = "core:access:read"
    ACCOUNT_MANAGE = "core:account:manage"
    TRAIL_READ = "core:trail:read"


class Role(StrEnum):
    """The roles the platform itself brings."""

    AID_CENTRE = "aid_centre"
    AUDIT_ADMIN = "audit_admin"
    AUDITOR = "auditor"
    BASIC_EDUCATION = "basic_education"
    CENTRAL_SCHOOL = "central_school"
    CITY_BUREAU = "city_bureau"
    CLASS_TEACHER = "class_teacher"
    DISCIPLINE = "discipline"
    FINANCE_ROOM = "finance_room"
    GENERAL_OFFICE = "general_office"
    HELPER = "helper"
    MEALS_COMMITTEE = "meals_committee"
    MORAL_OFFICE = "moral_office"
    PLAN_APPROVER = "plan_approver"
    PLATFORM_ADMIN = "platform_admin"
    PROJECT_OFFICE = "project_office"
    PROVINCE_BUREAU = "province_bureau"
    SCHOOL_CLERK = "school_clerk"
    SECURITY_ADMIN = "security_admin"
    SYSTEM_ADMIN = "system_admin"
    TEACHING_OFFICE = "teaching_office"
    TENANT_ADMIN = "tenant_admin"
    TRAINING_OFFICE = "training_office"


#: 三员: three separate people, and none of them is the platform administrator as well
OFFICERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)

ACTIONS = [
    ActionSpec(Action.ACCESS_READ, "查看访问规则"),
    ActionSpec(Action.ACCESS_MANAGE, "增删访问规则"),
    ActionSpec(Action.ACCESS_BREAK, "申请应急访问"),
    ActionSpec(Action.ACCOUNT_MANAGE, "管理账号与任职"),
    ActionSpec(Action.TRAIL_READ, "查看留痕"),
]

_TOP = (Level.COUNTRY, Level.PROVINCE)
_TENANT = (Level.PROVINCE, Level.CITY, Level.COUNTY)
#: schools and stations stand at the level of the unit they are under, down to the village
_SCHOOL = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)

ROLES = [
    RoleSpec(Role.PLATFORM_ADMIN, "平台管理员", levels=_TOP, source="各级职责表：平台管理"),
    RoleSpec(Role.SYSTEM_ADMIN, "系统管理员", levels=_TOP, source="等保2.0 三员分立：账号与运行"),
    RoleSpec(Role.SECURITY_ADMIN, "安全管理员", levels=_TOP, source="等保2.0 三员分立：访问规则"),
    RoleSpec(Role.AUDIT_ADMIN, "审计管理员", levels=_TOP, source="等保2.0 三员分立：留痕审计"),
    RoleSpec(Role.PROVINCE_BUREAU, "省级主管", levels=_TOP, source="CO-003 省负总责"),
    RoleSpec(Role.CITY_BUREAU, "市级主管", levels=(Level.CITY,), source="CO-003 市级推进"),
    RoleSpec(Role.AUDITOR, "督查审计", source="各级职责表：督查审计，只看不改"),
    RoleSpec(Role.DISCIPLINE, "纪检监督", source="DN-011 乡纪委监督，立即纠正"),
    # A city for its directly run schools, or a school with a plan of its own, is a tenant too.
    RoleSpec(Role.TENANT_ADMIN, "县级管理员", levels=(*_TENANT, Level.TOWNSHIP, Level.VILLAGE),
             source="CO-003 县抓落实"),
    RoleSpec(Role.PLAN_APPROVER, "方案审批人", levels=(*_TENANT, Level.TOWNSHIP, Level.VILLAGE),
             source="方案由第二人审批"),
    RoleSpec(Role.AID_CENTRE, "学生资助中心经办", levels=_TENANT, source="EA-017 县学生资助管理办识别、动态管理、发放"),
    RoleSpec(Role.BASIC_EDUCATION, "基教科", levels=_TENANT, source="EA-017 基教科规划监督"),
    RoleSpec(Role.PROJECT_OFFICE, "计财/项目办", levels=(*_TENANT, *_SCHOOL[1:]), source="各级职责表：计财、项目办"),
    RoleSpec(Role.TRAINING_OFFICE, "培训办", levels=_TENANT, source="各级职责表：培训办、职校"),
    RoleSpec(Role.CENTRAL_SCHOOL, "中心校经办", levels=(Level.TOWNSHIP,), source="EA-064 中心校管理本乡镇各学段"),
    RoleSpec(Role.SCHOOL_CLERK, "学校资助经办员", levels=_SCHOOL, source="EA-017 学校录入"),
    RoleSpec(Role.CLASS_TEACHER, "班主任", levels=_SCHOOL, source="各级职责表：班主任"),
    RoleSpec(Role.MORAL_OFFICE, "政教处", levels=_SCHOOL, source="CO-042 政教处"),
    RoleSpec(Role.TEACHING_OFFICE, "教导处", levels=_SCHOOL, source="CO-042 教导处"),
    RoleSpec(Role.GENERAL_OFFICE, "总务处", levels=_SCHOOL, source="CO-042 总务处"),
    RoleSpec(Role.FINANCE_ROOM, "财务室", levels=_SCHOOL, source="CO-042 财务室"),
    RoleSpec(Role.MEALS_COMMITTEE, "膳食委员会", levels=_SCHOOL, source="EA-051 总务处会同膳食委员会检查"),
    RoleSpec(Role.HELPER, "帮扶责任人", source="各级职责表：帮扶责任人"),
]


def _allow(source: str, obj: str, act: str, *roles: Role) -> list[RuleSpec]:
    return [RuleSpec(role, obj, act, source=source) for role in roles]


RULES = [
    *_allow("访问规则对管理和监督公开", "core.access", "read", Role.PLATFORM_ADMIN, Role.PROVINCE_BUREAU,
            Role.CITY_BUREAU, Role.AUDITOR, Role.DISCIPLINE, Role.TENANT_ADMIN),
    *_allow("租户只能在本单位之下增删规则", "core.access", "manage", Role.PLATFORM_ADMIN, Role.TENANT_ADMIN),
    *_allow("越级访问须写明理由、限时并告知第二单位", "core.access", "break", Role.PLATFORM_ADMIN,
            Role.PROVINCE_BUREAU, Role.CITY_BUREAU, Role.AUDITOR, Role.DISCIPLINE, Role.TENANT_ADMIN),
    *_allow("账号由平台和租户管理员管理", "core.account", "manage", Role.PLATFORM_ADMIN, Role.TENANT_ADMIN),
    *_allow("留痕供管理和监督查阅", "core.trail", "read", Role.PLATFORM_ADMIN, Role.PROVINCE_BUREAU,
            Role.CITY_BUREAU, Role.AUDITOR, Role.DISCIPLINE, Role.TENANT_ADMIN),
    *_allow("三员分立：安全管理员定规则", "core.access", "manage", Role.SECURITY_ADMIN),
    *_allow("三员分立：安全、审计管理员看规则", "core.access", "read", Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
    *_allow("三员分立：系统管理员管账号", "core.account", "manage", Role.SYSTEM_ADMIN),
    *_allow("三员分立：审计管理员看留痕", "core.trail", "read", Role.AUDIT_ADMIN),
]
