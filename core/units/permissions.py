"""The actions on units, and which roles hold them at the start."""

from __future__ import annotations

from enum import StrEnum

from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with units."""

    MANAGE = "core:unit:manage"
    READ = "core:unit:read"
    WRITE = "core:unit:write"


ACTIONS = [
    ActionSpec(Action.READ, "查看单位与区划"),
    ActionSpec(Action.WRITE, "新建学校、站、科室并更名"),
    ActionSpec(Action.MANAGE, "区划新建、划转、撤并、拆分、撤销与恢复"),
]
RULES = [
    RuleSpec("*", "core.unit", "read", source="单位名录对任职人员公开"),
    RuleSpec("platform_admin", "core.unit", "*", source="各级职责表：平台管理"),
    RuleSpec("province_bureau", "core.unit", "manage", source="CO-003 省负总责"),
    RuleSpec("tenant_admin", "core.unit", "*", source="CO-003 县抓落实"),
]
