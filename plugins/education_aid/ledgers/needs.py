"""The ledgers of surveys, measures, pathways and the two databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger
from core.registry.rules.statuses import KINDS
from core.tenancy.stages import INCLUDES, STAGES
from plugins.education_aid.models.needs import Measure, PathwayMember, RollEntry, Survey
from plugins.education_aid.permissions import Action
from plugins.education_aid.rules import needs, pathways, rolls
from plugins.education_aid.services import piloting, surveying

#: they share tabs
GROUP, ROLLS = "education_aid_needs", "education_aid_rolls"
_STAGES = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)
_CATEGORIES = tuple((kind.code, kind.label) for kind in KINDS.values())
_EARLIEST = dt.date(2000, 1, 1)
_RIGHTS: dict[str, Any] = {"read": Action.NEED_READ, "write": Action.NEED_WRITE, "export": Action.NEED_EXPORT, "group": GROUP}
_ROLL_RIGHTS: dict[str, Any] = {"read": Action.ROLL_READ, "write": Action.ROLL_WRITE, "export": Action.ROLL_EXPORT, "group": ROLLS}


def _fixed(name: str, label: str, kind: str = "text", **options: Any) -> Field:
    """A column that people read and never enter."""
    return Field(name, label, kind, editable=False, imported=False, **options)


def _child(row: Any) -> str:
    return url_for("education_aid.need_file", code=g.unit.code, person_id=row.person_id)


STUDENT = Field("person_id", N_("学生"), "person", required=True, key=True)
YEAR = Field("school_year", N_("学年"), "school_year", required=True, key=True, filter="equal", sort=True)
UNIT = Field("unit_id", N_("学校或村"), "unit", required=True, filter="unit")

SURVEYS = Ledger(
    code="education_aid.surveys", title=N_("困难学生调查表"), one=N_("调查表"), model=Survey, order=10, icon="file-text", **_RIGHTS,
    clause="EA-073", on_written=surveying.settle_surveys, judge=surveying.judge_surveys, page=_child,
    help=N_("一名学生一学年一份。需求按方案的说法写，几种需求用“、”隔开；本地另要填的栏目写在方案里，表单和 Excel 模板随之增加。"),
    fields=(
        STUDENT, YEAR, UNIT, Field("surveyed_on", N_("调查日期"), "date", required=True, least=_EARLIEST),
        Field("stage", N_("学段"), "choice", required=True, choices=_STAGES, filter="choice"),
        Field("category", N_("身份类别"), "choice", choices=_CATEGORIES, filter="choice"),
        Field("needs", N_("需求"), most=200, help=N_("如：学业、生活"), aliases=(N_("困难需求"), N_("帮扶需求"))),
        Field("note", N_("说明"), "note", most=400, listed=False, masked="text")))
MEASURES = Ledger(
    code="education_aid.measures", title=N_("帮扶措施"), one=N_("措施"), model=Measure, order=20, icon="checklist", **_RIGHTS,
    clause="EA-074", title_of="title", removable=False, page=_child,
    help=N_("调查表写明的需求按方案自动生成措施；另外商定的在这里登记。每条有责任人、期限和进展。"),
    fields=(
        STUDENT, YEAR, UNIT, Field("need", N_("需求"), required=True, most=40, key=True, filter="equal"),
        Field("title", N_("措施"), required=True, most=200, key=True), Field("owner", N_("责任人"), most=80),
        Field("due_on", N_("期限"), "date", least=_EARLIEST, sort=True),
        Field("state", N_("状态"), "choice", required=True, choices=needs.STATES, filter="choice", sort=True, default=needs.PLANNED),
        Field("progress", N_("进展"), "note", most=400, masked="text"), Field("done_on", N_("落实日期"), "date", least=_EARLIEST),
        _fixed("clause", N_("依据"), listed=False)),
    checks=(Check(("state", "done_on"), "done_on", N_("已落实的须写明日期"),
                  lambda row: (row["state"] == needs.DONE) & row["done_on"].is_null()),))
PATHWAYS = Ledger(
    code="education_aid.pathways", title=N_("贯通培养名册"), one=N_("贯通学生"), model=PathwayMember, order=30, icon="trending-up",
    **_RIGHTS, clause="EA-075", on_written=piloting.settle_members, page=_child,
    help=N_("九年义务教育、中职、高职连读的学生一人一条；预计结束日期按方案的年数算出，转段和中断按学籍核对。"),
    fields=(
        STUDENT, Field("pathway", N_("贯通编号"), required=True, most=40, key=True, filter="equal"), UNIT,
        Field("stage", N_("学段"), "choice", required=True, choices=_STAGES, filter="choice"),
        Field("grade", N_("年级"), "integer", required=True, least=1, most=9, default=1, help=N_("按学段内数：中职一年级写 1")),
        Field("since", N_("升入这个年级的日期"), "date", required=True, least=_EARLIEST),
        _fixed("expected_end", N_("预计结束"), "date", sort=True),
        Field("state", N_("状态"), "choice", required=True, choices=pathways.STATES, filter="choice", sort=True, default=pathways.ACTIVE),
        Field("ended_on", N_("结束或退出日期"), "date", least=_EARLIEST, listed=False),
        Field("ended_why", N_("原因"), most=200, listed=False)),
    checks=(Check(("state", "ended_on"), "ended_on", N_("已完成、已退出的须写明日期"),
                  lambda row: (row["state"] != pathways.ACTIVE) & row["ended_on"].is_null()),
            Check(("state", "ended_why"), "ended_why", N_("退出须写明原因"),
                  lambda row: (row["state"] == pathways.LEFT) & row["ended_why"].is_null())))


def _roll(kind: str, plural: str, title: str, one: str, order: int) -> Ledger:
    return Ledger(
        code=f"education_aid.{plural}", title=title, one=one, model=RollEntry, order=order, icon="database", clause="EA-052",
        **_ROLL_RIGHTS, only=(("kind", kind),), creatable=False, importable=False, removable=False,
        help=N_("按户籍和学籍登记核定，不用手填；出库的留在这里，写明日期和原因。"),
        fields=(_fixed("person_id", N_("姓名"), "person"), _fixed("household_id", N_("所在户"), "household"),
                _fixed("unit_id", N_("村"), "unit", filter="unit"),
                _fixed("state", N_("状态"), "choice", choices=rolls.STATES, filter="choice", sort=True),
                _fixed("entered_on", N_("入库日期"), "date", sort=True), _fixed("entered_why", N_("入库原因")),
                _fixed("left_on", N_("出库日期"), "date"), _fixed("left_why", N_("出库原因"))))


POOR_PUPILS = _roll(rolls.PUPIL, "poor-pupils", N_("困难学生库"), N_("困难学生"), 10)
POOR_LABOUR = _roll(rolls.LABOUR, "poor-labour", N_("贫困家庭劳动力库"), N_("劳动力"), 20)
NEEDS = [SURVEYS, MEASURES, PATHWAYS, POOR_PUPILS, POOR_LABOUR]
