"""平均标准分档: what single pupils get within the band of an average, entered on a page or brought in by Excel."""

from __future__ import annotations

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Field, Ledger
from plugins.education_aid.models import VariedAward
from plugins.education_aid.permissions import Action
from plugins.education_aid.services import varying

VARIED = Ledger(
    code="education_aid.varied", title=N_("平均标准分档"), one=N_("分档金额"), model=VariedAward, group="education_aid", order=15,
    icon="scale", read=Action.AWARD_READ, write=Action.AWARD_MANAGE, export=Action.AWARD_EXPORT, removable=False,
    clause=varying.CLAUSE, on_written=varying.settle, title_of="item",
    help=N_("按平均标准资助的项目，每人可以在档次以内不同，一个学校合计须等于平均标准乘人数；一所学校的调整一次填全。"),
    page=lambda row: url_for("education_aid.band", code=g.unit.code, school_id=row.unit_id, item=row.item,
                             school_year=row.school_year, term=row.term),
    fields=(
        Field("person_id", N_("学生"), "person", required=True, key=True),
        Field("unit_id", N_("学校"), "unit", required=True, filter="unit"),
        Field("school_year", N_("学年"), "school_year", required=True, key=True, filter="equal"),
        Field("term", N_("学期"), "term", required=True, key=True, filter="choice"),
        Field("item", N_("项目编码"), required=True, most=60, key=True, filter="equal"),
        Field("amount", N_("本学期金额"), "yuan", required=True, least=0, most=9_999_999, total=True, measure=N_("元")),
        Field("reason", N_("理由"), required=True, most=200)))
