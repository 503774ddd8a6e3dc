"""The plugin's actions and the roles that hold them by default."""

from __future__ import annotations

from enum import StrEnum

from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with aid items, runs, awards, applications, payments, cases, letters, admission, needs and rolls."""

    ADMISSION_APPROVE = "education_aid:admission:approve"
    ADMISSION_EXPORT = "education_aid:admission:export"
    ADMISSION_READ = "education_aid:admission:read"
    ADMISSION_WRITE = "education_aid:admission:write"
    APPLICATION_APPROVE = "education_aid:application:approve"
    APPLICATION_EXPORT = "education_aid:application:export"
    APPLICATION_MANAGE = "education_aid:application:manage"
    APPLICATION_READ = "education_aid:application:read"
    APPLICATION_WRITE = "education_aid:application:write"
    AWARD_APPROVE = "education_aid:award:approve"
    AWARD_EXPORT = "education_aid:award:export"
    AWARD_MANAGE = "education_aid:award:manage"
    AWARD_READ = "education_aid:award:read"
    AWARD_WRITE = "education_aid:award:write"
    CASE_EXPORT = "education_aid:case:export"
    CASE_READ = "education_aid:case:read"
    CASE_WRITE = "education_aid:case:write"
    DROPOUT_APPROVE = "education_aid:dropout:approve"
    DROPOUT_EXPORT = "education_aid:dropout:export"
    DROPOUT_READ = "education_aid:dropout:read"
    DROPOUT_WRITE = "education_aid:dropout:write"
    ITEM_READ = "education_aid:item:read"
    LETTER_APPROVE = "education_aid:letter:approve"
    LETTER_READ = "education_aid:letter:read"
    LETTER_WRITE = "education_aid:letter:write"
    NEED_EXPORT = "education_aid:need:export"
    NEED_READ = "education_aid:need:read"
    NEED_WRITE = "education_aid:need:write"
    PAYMENT_APPROVE = "education_aid:payment:approve"
    PAYMENT_EXPORT = "education_aid:payment:export"
    PAYMENT_READ = "education_aid:payment:read"
    PAYMENT_WRITE = "education_aid:payment:write"
    ROLL_EXPORT = "education_aid:roll:export"
    ROLL_READ = "education_aid:roll:read"
    ROLL_WRITE = "education_aid:roll:write"
    RUN_MANAGE = "education_aid:run:manage"
    RUN_READ = "education_aid:run:read"
    RUN_WRITE = "education_aid:run:write"


ACTIONS = [
    ActionSpec(Action.ADMISSION_APPROVE, "公布、更正录取结果"),
    ActionSpec(Action.ADMISSION_EXPORT, "导出录取与名额"),
    ActionSpec(Action.ADMISSION_READ, "查看录取、贷款与名额"),
    ActionSpec(Action.ADMISSION_WRITE, "登记录取、贷款与名额"),
    ActionSpec(Action.APPLICATION_APPROVE, "审批资助申请"),
    ActionSpec(Action.APPLICATION_EXPORT, "导出资助申请"),
    ActionSpec(Action.APPLICATION_MANAGE, "乡镇审核资助申请"),
    ActionSpec(Action.APPLICATION_READ, "查看资助申请"),
    ActionSpec(Action.APPLICATION_WRITE, "登记、评议资助申请"),
    ActionSpec(Action.AWARD_APPROVE, "审定补发与追回"),
    ActionSpec(Action.AWARD_EXPORT, "导出应享明细"),
    ActionSpec(Action.AWARD_MANAGE, "按平均标准分档"),
    ActionSpec(Action.AWARD_READ, "查看应享明细"),
    ActionSpec(Action.AWARD_WRITE, "登记酌情资助"),
    ActionSpec(Action.CASE_EXPORT, "导出应享未享清单"),
    ActionSpec(Action.CASE_READ, "查看应享未享清单"),
    ActionSpec(Action.CASE_WRITE, "办理应享未享清单"),
    ActionSpec(Action.DROPOUT_APPROVE, "核销控辍保学问题"),
    ActionSpec(Action.DROPOUT_EXPORT, "导出控辍保学台账"),
    ActionSpec(Action.DROPOUT_READ, "查看控辍保学台账"),
    ActionSpec(Action.DROPOUT_WRITE, "登记控辍保学台账"),
    ActionSpec(Action.ITEM_READ, "查看资助项目"),
    ActionSpec(Action.LETTER_APPROVE, "签发联合函"),
    ActionSpec(Action.LETTER_READ, "查看联合函"),
    ActionSpec(Action.LETTER_WRITE, "起草、答复联合函"),
    ActionSpec(Action.NEED_EXPORT, "导出困难调查与措施"),
    ActionSpec(Action.NEED_READ, "查看困难调查、措施与贯通培养"),
    ActionSpec(Action.NEED_WRITE, "登记困难调查、措施与贯通培养"),
    ActionSpec(Action.PAYMENT_APPROVE, "批准发放"),
    ActionSpec(Action.PAYMENT_EXPORT, "导出发放批次"),
    ActionSpec(Action.PAYMENT_READ, "查看发放批次"),
    ActionSpec(Action.PAYMENT_WRITE, "编制发放批次、读入回单"),
    ActionSpec(Action.ROLL_EXPORT, "导出困难学生库、劳动力库"),
    ActionSpec(Action.ROLL_READ, "查看困难学生库、劳动力库"),
    ActionSpec(Action.ROLL_WRITE, "更新困难学生库、劳动力库"),
    ActionSpec(Action.RUN_MANAGE, "对下级各县试算方案"),
    ActionSpec(Action.RUN_READ, "查看应享测算"),
    ActionSpec(Action.RUN_WRITE, "测算应享、试算方案"),
]

_ALL = ("admission", "application", "award", "case", "dropout", "item", "letter", "need", "payment", "roll", "run")
_EXPORTED = ("admission", "application", "award", "case", "dropout", "need", "payment", "roll")
#: who reads everything and changes nothing
_SUPERVISORS = ("auditor", "discipline", "province_bureau", "city_bureau", "tenant_admin", "basic_education")
_CENTRE = "EA-017 县学生资助管理办识别、动态管理、发放"
_SCHOOL = "EA-017 学校录入，不批准发放"
_TOWNSHIP = "EA-064 中心校管理本乡镇各学段"


def _allow(source: str, act: str, roles: tuple[str, ...], resources: tuple[str, ...]) -> list[RuleSpec]:
    return [RuleSpec(role, f"education_aid.{resource}", act, source=source) for role in roles for resource in resources]


RULES = [
    *_allow("督查、主管部门看全部，什么也不改", "read", _SUPERVISORS, _ALL),
    *_allow("督查、主管部门可以导出", "export", ("auditor", "discipline", "province_bureau", "city_bureau"), _EXPORTED),
    *_allow("上级拟定标准前逐县试算，不改动任何县", "manage", ("province_bureau", "city_bureau", "aid_centre"), ("run",)),
    *_allow(_CENTRE, "read", ("aid_centre",), _ALL),
    *_allow(_CENTRE, "export", ("aid_centre",), _EXPORTED),
    *_allow(_CENTRE, "write", ("aid_centre",), ("admission", "application", "award", "case", "dropout", "letter", "need", "payment",
                                               "roll", "run")),
    *_allow(_CENTRE, "approve", ("aid_centre",), ("admission", "application", "award", "dropout", "letter", "payment")),
    *_allow(_SCHOOL, "read", ("school_clerk", "class_teacher"), ("application", "award", "case", "dropout", "item", "need", "payment")),
    *_allow(_SCHOOL, "write", ("school_clerk", "class_teacher"), ("application", "case", "dropout", "need")),
    *_allow(_SCHOOL, "export", ("school_clerk",), ("application", "award", "case", "dropout", "need")),
    *_allow("EA-015 平均标准由学校分档，县里核对", "manage", ("aid_centre", "school_clerk"), ("award",)),
    *_allow(_TOWNSHIP, "read", ("central_school",), ("application", "award", "case", "dropout", "item", "need", "payment", "roll")),
    *_allow(_TOWNSHIP, "write", ("central_school",), ("application", "case", "dropout", "need")),
    *_allow(_TOWNSHIP, "manage", ("central_school", "aid_centre"), ("application",)),
    *_allow(_TOWNSHIP, "export", ("central_school",), ("application", "award", "case", "dropout", "need", "roll")),
    *_allow("EA-050 财务室按班审核", "read", ("finance_room",), ("application", "award", "item", "payment")),
    RuleSpec("*", "education_aid.application", "approve", cond="is_submitter", eft="deny", source="申请与审批分开"),
    RuleSpec("*", "education_aid.payment", "approve", cond="is_submitter", eft="deny", source="编制与批准分开"),
    RuleSpec("*", "education_aid.dropout", "approve", cond="is_submitter", eft="deny", source="办理与核销分开"),
    RuleSpec("*", "education_aid.letter", "approve", cond="is_submitter", eft="deny", source="起草与签发分开"),
]
