"""The plugin's actions and the roles that hold them by default."""

from __future__ import annotations

from enum import StrEnum

from core.host.contract import ActionSpec, RoleSpec, RuleSpec

SOURCE = "示例方案（二）"


class Action(StrEnum):
    """What may be done with visits and their payments."""

    CERTIFICATE_APPROVE = "sample:certificate:approve"
    CERTIFICATE_EXPORT = "sample:certificate:export"
    CERTIFICATE_READ = "sample:certificate:read"
    CERTIFICATE_WRITE = "sample:certificate:write"
    FAMILY_EXPORT = "sample:family:export"
    FAMILY_READ = "sample:family:read"
    FAMILY_WRITE = "sample:family:write"
    PAYMENT_APPROVE = "sample:payment:approve"
    PAYMENT_READ = "sample:payment:read"
    VISIT_EXPORT = "sample:visit:export"
    VISIT_READ = "sample:visit:read"
    VISIT_WRITE = "sample:visit:write"


ACTIONS = [
    ActionSpec(Action.CERTIFICATE_APPROVE, "颁发证书"),
    ActionSpec(Action.CERTIFICATE_EXPORT, "导出证书"),
    ActionSpec(Action.CERTIFICATE_READ, "查看证书"),
    ActionSpec(Action.CERTIFICATE_WRITE, "申请证书"),
    ActionSpec(Action.FAMILY_EXPORT, "导出家庭与物品"),
    ActionSpec(Action.FAMILY_READ, "查看家庭与物品"),
    ActionSpec(Action.FAMILY_WRITE, "登记家庭与物品"),
    ActionSpec(Action.PAYMENT_APPROVE, "审批慰问金"),
    ActionSpec(Action.PAYMENT_READ, "查看慰问金"),
    ActionSpec(Action.VISIT_EXPORT, "导出走访"),
    ActionSpec(Action.VISIT_READ, "查看走访"),
    ActionSpec(Action.VISIT_WRITE, "登记走访"),
]

ROLES = [RoleSpec("sample_visitor", "走访员", levels=("township", "village"), source=SOURCE)]

_READERS = ("auditor", "discipline", "province_bureau", "city_bureau", "tenant_admin", "central_school",
            "general_office", "sample_visitor")
_WRITERS = ("school_clerk", "sample_visitor")

RULES = [
    *(RuleSpec(role, "sample.visit", "read", source=SOURCE)
      for role in (*_READERS, "school_clerk", "aid_centre")),
    *(RuleSpec(role, "sample.visit", "write", source=SOURCE) for role in _WRITERS),
    *(RuleSpec(role, "sample.visit", "export", source=SOURCE)
      for role in ("auditor", "discipline", "school_clerk", "aid_centre")),
    *(RuleSpec(role, "sample.family", "read", source=SOURCE)
      for role in (*_READERS, "school_clerk", "aid_centre")),
    *(RuleSpec(role, "sample.family", "write", source=SOURCE) for role in (*_WRITERS, "aid_centre", "central_school")),
    *(RuleSpec(role, "sample.family", "export", source=SOURCE)
      for role in ("auditor", "discipline", "school_clerk", "aid_centre")),
    *(RuleSpec(role, "sample.payment", "read", source=SOURCE)
      for role in ("auditor", "discipline", "school_clerk", "aid_centre")),
    RuleSpec("aid_centre", "sample.payment", "approve", source=SOURCE),
    RuleSpec("*", "sample.payment", "approve", cond="is_submitter", eft="deny", source=SOURCE),
    *(RuleSpec(role, "sample.certificate", "read", source=SOURCE) for role in (*_READERS, "school_clerk", "aid_centre")),
    *(RuleSpec(role, "sample.certificate", "write", source=SOURCE) for role in (*_WRITERS, "aid_centre", "central_school")),
    *(RuleSpec(role, "sample.certificate", "export", source=SOURCE) for role in ("auditor", "aid_centre")),
    RuleSpec("aid_centre", "sample.certificate", "approve", source=SOURCE),
    RuleSpec("*", "sample.certificate", "approve", cond="is_submitter", eft="deny", source=SOURCE),
]
