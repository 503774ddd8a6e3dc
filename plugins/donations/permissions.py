"""The plugin's actions and the roles that hold them by default."""

from __future__ import annotations

from enum import StrEnum

from core.host.contract import ActionSpec, RoleSpec, RuleSpec


class Action(StrEnum):
    """What may be done with campaigns, gifts, their use, certificates, needs and correction orders."""

    CAMPAIGN_APPROVE = "donations:campaign:approve"
    CAMPAIGN_READ = "donations:campaign:read"
    CAMPAIGN_WRITE = "donations:campaign:write"
    CERTIFICATE_APPROVE = "donations:certificate:approve"
    CERTIFICATE_EXPORT = "donations:certificate:export"
    CERTIFICATE_READ = "donations:certificate:read"
    CERTIFICATE_WRITE = "donations:certificate:write"
    GIFT_EXPORT = "donations:gift:export"
    GIFT_READ = "donations:gift:read"
    GIFT_WRITE = "donations:gift:write"
    NEED_APPROVE = "donations:need:approve"
    NEED_EXPORT = "donations:need:export"
    NEED_READ = "donations:need:read"
    NEED_WRITE = "donations:need:write"
    ORDER_READ = "donations:order:read"
    ORDER_WRITE = "donations:order:write"
    SPENDING_APPROVE = "donations:spending:approve"
    SPENDING_EXPORT = "donations:spending:export"
    SPENDING_READ = "donations:spending:read"
    SPENDING_WRITE = "donations:spending:write"


ACTIONS = [
    ActionSpec(Action.CAMPAIGN_APPROVE, "开启、结束捐赠活动"),
    ActionSpec(Action.CAMPAIGN_READ, "查看捐赠活动"),
    ActionSpec(Action.CAMPAIGN_WRITE, "登记捐赠活动"),
    ActionSpec(Action.CERTIFICATE_APPROVE, "颁发捐赠证书"),
    ActionSpec(Action.CERTIFICATE_EXPORT, "导出捐赠证书"),
    ActionSpec(Action.CERTIFICATE_READ, "查看捐赠证书"),
    ActionSpec(Action.CERTIFICATE_WRITE, "申报捐赠证书"),
    ActionSpec(Action.GIFT_EXPORT, "导出捐赠台账和统计"),
    ActionSpec(Action.GIFT_READ, "查看捐赠台账"),
    ActionSpec(Action.GIFT_WRITE, "登记捐赠"),
    ActionSpec(Action.NEED_APPROVE, "审核认领需求"),
    ActionSpec(Action.NEED_EXPORT, "导出认领需求"),
    ActionSpec(Action.NEED_READ, "查看认领需求"),
    ActionSpec(Action.NEED_WRITE, "申报认领需求"),
    ActionSpec(Action.ORDER_READ, "查看纠正通知"),
    ActionSpec(Action.ORDER_WRITE, "下达纠正通知"),
    ActionSpec(Action.SPENDING_APPROVE, "审批捐赠款使用"),
    ActionSpec(Action.SPENDING_EXPORT, "导出捐赠款使用"),
    ActionSpec(Action.SPENDING_READ, "查看捐赠款使用"),
    ActionSpec(Action.SPENDING_WRITE, "登记捐赠款使用"),
]

CLERK, MANAGER = "donations_clerk", "donations_manager"
_SOURCE = "DN-002 乡镇申报、县级颁发"

ROLES = [
    RoleSpec(CLERK, "捐赠经办", source=_SOURCE),
    RoleSpec(MANAGER, "捐赠主管", levels=("province", "city", "county", "township"), source=_SOURCE),
]

#: who reads everything and changes nothing
_SUPERVISORS = ("auditor", "discipline", "province_bureau", "city_bureau", "tenant_admin")
_SCHOOLS = ("central_school", "school_clerk")
_RESOURCES = ("campaign", "certificate", "gift", "need", "order", "spending")
_EXPORTED = ("certificate", "gift", "need", "spending")


def _allow(source: str, act: str, roles: tuple[str, ...], resources: tuple[str, ...]) -> list[RuleSpec]:
    return [RuleSpec(role, f"donations.{resource}", act, source=source) for role in roles for resource in resources]


RULES = [
    *_allow("DN-011、DN-017 监督和审计看全部", "read", (*_SUPERVISORS, CLERK, MANAGER), _RESOURCES),
    *_allow("DN-017 审计导出", "export", ("auditor", "discipline", "province_bureau", "city_bureau", CLERK, MANAGER), _EXPORTED),
    *_allow(_SOURCE, "write", (CLERK, MANAGER), ("campaign", "certificate", "gift", "need", "spending")),
    *_allow(_SOURCE, "approve", (MANAGER,), ("campaign", "certificate", "need", "spending")),
    *_allow("县资助中心经办教育捐赠，县级管理员审批", "read", ("aid_centre",), _RESOURCES),
    *_allow("县资助中心经办教育捐赠，县级管理员审批", "write", ("aid_centre",), ("campaign", "certificate", "gift", "need", "spending")),
    *_allow("县资助中心经办教育捐赠，县级管理员审批", "export", ("aid_centre", "tenant_admin"), _EXPORTED),
    *_allow("县资助中心经办教育捐赠，县级管理员审批", "approve", ("tenant_admin",), ("campaign", "certificate", "need", "spending")),
    *_allow("DN-033 学校按班登记师生捐款", "read", _SCHOOLS, ("campaign", "gift", "spending")),
    *_allow("DN-033 学校按班登记师生捐款", "write", _SCHOOLS, ("gift",)),
    *_allow("DN-033 学校按班登记师生捐款", "export", _SCHOOLS, ("gift",)),
    *_allow("DN-011 乡纪委发现问题立即纠正", "write", ("discipline", "auditor"), ("order",)),
    RuleSpec("*", "donations.spending", "approve", cond="is_submitter", eft="deny", source="登记与审批分开"),
    RuleSpec("*", "donations.certificate", "approve", cond="is_submitter", eft="deny", source="申报与颁发分开"),
]
