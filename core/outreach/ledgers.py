"""The ledgers of campaigns, of the channels they went by, of messages, and of numbers that want none."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger
from core.outreach.models import Campaign, CampaignUse, Delivery, Refusal
from core.outreach.permissions import Action
from core.outreach.rules import words
from core.outreach.services import guarding

#: they share tabs
GROUP = "outreach"
_EARLIEST = dt.date(2000, 1, 1)
_RIGHTS: dict[str, Any] = {"read": Action.CAMPAIGN_READ, "write": Action.CAMPAIGN_WRITE, "export": Action.CAMPAIGN_EXPORT, "group": GROUP}


def _fixed(name: str, label: str, kind: str = "text", **options: Any) -> Field:
    """A column that people read and never enter."""
    return Field(name, label, kind, editable=False, imported=False, **options)


UNIT = Field("unit_id", N_("单位"), "unit", required=True, filter="unit")
CAMPAIGNS = Ledger(
    code="core.campaigns", title=N_("政策宣讲活动"), one=N_("宣讲活动"), model=Campaign, order=10, icon="speakerphone",
    **_RIGHTS, clause="EA-021", title_of="title", on_written=guarding.guard,
    page=lambda row: url_for("outreach.show", code=g.unit.code, campaign_id=row.id),
    help=N_("一项政策一次活动；用了哪些渠道记在“宣讲记录”，短信在活动页上发。"),
    fields=(
        Field("title", N_("主题"), required=True, most=120), Field("code", N_("编号"), required=True, most=40, key=True, filter="equal"),
        UNIT, Field("content", N_("宣讲内容"), "note", required=True, most=2000, listed=False, help=N_("政策、标准和申请办法")),
        Field("message", N_("短信内容"), "note", most=500, listed=False, help=N_("发给所有监护人的同一段话，不写任何人的姓名和情况")),
        Field("area", N_("范围"), most=200), Field("begins_on", N_("开始日期"), "date", required=True, least=_EARLIEST, sort=True),
        Field("ends_on", N_("结束日期"), "date", least=_EARLIEST)),
    checks=(Check(("begins_on", "ends_on"), "ends_on", N_("结束日期早于开始日期"), lambda row: row["ends_on"] < row["begins_on"]),))
USES = Ledger(
    code="core.campaign-uses", title=N_("宣讲记录"), one=N_("宣讲记录"), model=CampaignUse, order=20, icon="list-check", **_RIGHTS,
    clause="EA-021", on_written=guarding.guard, judge=guarding.judge_uses,
    help=N_("每用一种渠道记一条：哪天、在哪里、多少人看到；照片和截图放进单位的宣讲档案。"),
    fields=(
        Field("campaign", N_("活动编号"), required=True, most=40, key=True, filter="equal"),
        Field("channel", N_("渠道"), "choice", required=True, choices=words.CHANNELS, filter="choice", key=True),
        Field("unit_id", N_("单位"), "unit", required=True, filter="unit", key=True),
        Field("happened_on", N_("日期"), "date", required=True, least=_EARLIEST, sort=True, key=True),
        Field("place", N_("地点或栏目"), most=120),
        Field("reached", N_("覆盖人次"), "integer", least=0, most=99_999_999, total=True, measure=N_("人次")),
        Field("note", N_("说明"), most=200, listed=False)))
DELIVERIES = Ledger(
    code="core.deliveries", title=N_("短信发送记录"), one=N_("发送记录"), model=Delivery, order=30, icon="message",
    read=Action.MESSAGE_READ, write=Action.MESSAGE_WRITE, export=Action.CAMPAIGN_EXPORT, group=GROUP, clause="EA-021",
    creatable=False, importable=False, removable=False, title_of="phone_mask",
    help=N_("一名监护人一条；号码只显示遮盖后的，原文只在下载名单时给出。"),
    fields=(
        _fixed("phone_mask", N_("监护人手机")), _fixed("campaign", N_("活动编号"), filter="equal"),
        _fixed("person_id", N_("学生"), "person"),
        _fixed("state", N_("状态"), "choice", choices=words.STATES, filter="choice", sort=True),
        _fixed("reason", N_("原因"), "choice", choices=words.REASONS, filter="choice"),
        _fixed("unit_id", N_("单位"), "unit", filter="unit"),
        _fixed("list_number", N_("名单"), "integer"), _fixed("line", N_("行"), "integer"),
        _fixed("tries", N_("提交次数"), "integer", measure=N_("次"))))
REFUSALS = Ledger(
    code="core.message-refusals", title=N_("不愿接收短信"), one=N_("号码"), model=Refusal, order=40, icon="hand-stop",
    read=Action.MESSAGE_READ, write=Action.MESSAGE_WRITE, export=Action.MESSAGE_EXPORT, group=GROUP, title_of="phone",
    help=N_("要求不再接收的号码，登记后当即生效，以后的名单不再列入。"),
    fields=(
        Field("phone", N_("手机号"), "phone", required=True, key=True), UNIT,
        Field("refused_on", N_("要求日期"), "date", required=True, least=_EARLIEST), Field("how", N_("怎样提出"), most=120)))
LEDGERS = [CAMPAIGNS, USES, DELIVERIES, REFUSALS]
