"""应享明细: what every child is entitled to, as a ledger that runs fill and people read."""

from __future__ import annotations

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Field, Ledger
from core.tenancy.stages import INCLUDES, STAGES
from plugins.education_aid.models.awards import Award
from plugins.education_aid.permissions import Action

KINDS = (("cash", N_("发放")), ("waiver", N_("免收")), ("reimbursement", N_("免（补）")), ("in_kind", N_("实物或普惠")),
         ("discretionary", N_("酌情减免")))
STATES = (("entitled", N_("应享")), ("ended", N_("不再享受")))
_STAGES = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)


def page_of(row: Award) -> str:
    """Where a person reads why an award is that much."""
    return url_for("education_aid.why", code=g.unit.code, person_id=row.person_id, school_year=row.school_year, term=row.term,
                   _anchor=row.item)


AWARDS = Ledger(
    code="education_aid.awards", title=N_("应享明细"), one=N_("应享项目"), model=Award,
    read=Action.AWARD_READ, write=Action.AWARD_WRITE, export=Action.AWARD_EXPORT,
    fields=(
        Field("person_id", N_("学生"), "person", required=True),
        Field("unit_id", N_("学校"), "unit", required=True, filter="unit"),
        Field("school_year", N_("学年"), "school_year", required=True, filter="equal"),
        Field("term", N_("学期"), "term", required=True, filter="choice"),
        Field("stage", N_("学段"), "choice", choices=_STAGES, filter="choice"),
        Field("class_name", N_("班级"), most=40, listed=False),
        Field("item_name", N_("资助项目"), most=120),
        Field("item", N_("项目编码"), most=60, filter="equal", listed=False),
        Field("kind", N_("方式"), "choice", choices=KINDS, filter="choice"),
        Field("amount", N_("金额"), "yuan", least=0, total=True, sort=True, measure=N_("元"), filter="range"),
        Field("fund", N_("资金来源"), most=80),
        Field("clause", N_("依据"), most=80),
        Field("state", N_("状态"), "choice", choices=STATES, filter="choice"),
        Field("reason", N_("说明"), "note", listed=False),
    ),
    icon="coins", group="education_aid", order=10, title_of="item_name", creatable=False, removable=False, importable=False, page=page_of,
    help=N_("由测算得出：每名学生每项资助该得多少、谁出钱、依据哪一条。点开看为什么是这个数。"),
)
