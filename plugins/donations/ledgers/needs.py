"""The ledgers of needs to adopt and of what donors have taken on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger, state_field
from plugins.donations.models import Need, Pledge
from plugins.donations.permissions import Action
from plugins.donations.processes.needs import NEED, PLEDGE
from plugins.donations.rules import words

KINDS = (("child", N_("困难学生")), ("household", N_("困难家庭")), ("project", N_("村级项目")))


def _page(row: Any) -> str:
    return url_for("donations.need", code=g.unit.code, need_id=row.id)


def _pledge_page(row: Any) -> str:
    return url_for("donations.need", code=g.unit.code, need_id=row.need_id)


NEEDS = Ledger(
    code="donations.needs", title=N_("认领需求"), one=N_("需求"), model=Need, group="donations", order=40, icon="puzzle",
    read=Action.NEED_READ, write=Action.NEED_WRITE, export=Action.NEED_EXPORT, title_of="code", clause="DN-018",
    levels=("village", "township"), removable=False, page=_page, process=NEED,
    help=N_("公开网页上只有项目编号、需求和金额；是谁的需求只在这里看得到。"),
    fields=(
        Field("code", N_("项目编号"), key=True, required=True, most=20, filter="prefix", aliases=("编号",),
              pattern="[0-9A-Za-z-]+", pattern_hint=N_("编号用字母、数字和短横，如村编码加序号"),
              help=N_("公众只看到编号，编号里不要有姓名")),
        Field("unit_id", N_("所在村"), "unit", required=True, filter="unit", aliases=("村", "单位")),
        Field("kind", N_("类别"), "choice", required=True, choices=KINDS, filter="choice", aliases=("项目类别",)),
        Field("summary", N_("需求（公开）"), required=True, least=4, most=200, aliases=("需求", "需求内容", "困难现状和需求"),
              help=N_("公众读到的就是这段话，不能有姓名、电话、证件号和详细住址")),
        Field("amount", N_("所需金额"), "yuan", required=True, least=1, most=9_999_999_999, sort=True, filter="range", total=True,
              measure="元", aliases=("金额", "需求金额")),
        Field("pledged", N_("已认领"), "yuan", total=True, measure="元", editable=False, imported=False),
        Field("person_id", N_("学生"), "person", listed=False, aliases=("身份证号",)),
        Field("household_id", N_("家庭"), "household", listed=False, aliases=("户编号",)),
        Field("consent_on", N_("同意公开日期"), "date", listed=False, least=dt.date(2000, 1, 1)),
        Field("consent_by", N_("同意人"), listed=False, most=50, masked="name", help=N_("本人；未成年人由监护人同意")),
        Field("consent_proof", N_("同意凭据"), listed=False, most=120, help=N_("同意书存放在哪里")),
        Field("listed_on", N_("入库日期"), "date", listed=False, editable=False, imported=False),
        state_field(NEED, sort=True),
        Field("note", N_("备注"), "note", listed=False, most=1000),
    ),
    checks=(
        Check(("kind", "person_id"), "person_id", N_("学生的需求须写明是哪个学生"),
              lambda row: (row["kind"] == "child") & row["person_id"].is_null()),
        Check(("kind", "household_id"), "household_id", N_("家庭的需求须写明是哪一户"),
              lambda row: (row["kind"] == "household") & row["household_id"].is_null()),
    ))
PLEDGES = Ledger(
    code="donations.pledges", title=N_("认领台账"), one=N_("认领"), model=Pledge, group="donations", order=41, icon="hand-stop",
    read=Action.NEED_READ, write=Action.NEED_WRITE, export=Action.NEED_EXPORT, title_of="donor_name", clause="DN-023",
    creatable=False, removable=False, importable=False, page=_pledge_page, process=PLEDGE,
    fields=(
        Field("donor_name", N_("认领人"), masked="name", editable=False),
        Field("donor_kind", N_("认领人类别"), "choice", choices=words.DONOR_KINDS, editable=False),
        Field("unit_id", N_("所在村"), "unit", filter="unit", editable=False),
        Field("amount", N_("认领金额"), "yuan", total=True, measure="元", editable=False),
        Field("pledged_on", N_("认领日期"), "date", sort=True, filter="range", editable=False),
        Field("delivered_on", N_("交付日期"), "date", listed=False, editable=False),
        Field("confirmed_on", N_("确认日期"), "date", listed=False, editable=False),
        state_field(PLEDGE, sort=True),
    ))
