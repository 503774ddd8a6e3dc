"""The ledgers of checks and of problems: read, filtered, exported; entered on their own pages alone."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Field, Ledger, state_field
from core.inspections.models import DONE, OPEN, Finding, Inspection
from core.inspections.permissions import Action
from core.inspections.process import FINDING
from core.inspections.rules.rates import WAYS

GROUP = "inspections"
STATES = ((OPEN, N_("未完成")), (DONE, N_("已完成")))


def _fixed(name: str, label: str, kind: str = "text", **options: Any) -> Field:
    """A column that people read and filter, and that is never entered in a ledger."""
    return Field(name, label, kind, editable=False, imported=False, **options)


INSPECTIONS = Ledger(
    code="core.inspections", title=N_("检查台账"), one=N_("检查"), model=Inspection, group=GROUP, order=10, icon="clipboard-list",
    read=Action.INSPECTION_READ, write=Action.INSPECTION_WRITE, export=Action.INSPECTION_EXPORT, creatable=False, importable=False,
    removable=False, clause="EA-050", title_of="title", help=N_("按方案的检查表逐行核对，核对完由规定的各方签字才算完成。"),
    page=lambda row: url_for("inspections.check", code=g.unit.code, inspection_id=row.id),
    fields=(
        _fixed("title", N_("检查")), _fixed("unit_id", N_("单位"), "unit", filter="unit"), _fixed("period", N_("周期"), filter="equal"),
        _fixed("due_on", N_("应完成"), "date", sort=True), _fixed("row_count", N_("行数"), "integer", total=True, measure="行"),
        _fixed("checked_count", N_("已核对"), "integer", total=True, measure="行"),
        _fixed("faulty_count", N_("有问题"), "integer", total=True, measure="行"),
        _fixed("state", N_("状态"), "choice", choices=STATES, filter="choice"), _fixed("done_on", N_("完成日期"), "date"),
        _fixed("begun_by_name", N_("发起人"), masked="name"), _fixed("clause", N_("依据"), listed=False)))
FINDINGS = Ledger(
    code="core.findings", title=N_("问题清单"), one=N_("问题"), model=Finding, group=GROUP, order=20, icon="alert-triangle",
    read=Action.FINDING_READ, write=Action.FINDING_WRITE, export=Action.FINDING_EXPORT, process=FINDING, creatable=False,
    importable=False, removable=False, clause="EA-066", title_of="title",
    help=N_("问题、措施、责任人、期限和佐证；由提出问题的单位或其上级复核后销号。"),
    page=lambda row: url_for("inspections.finding", code=g.unit.code, finding_id=row.id),
    fields=(
        _fixed("title", N_("问题"), masked="text"), _fixed("kind_name", N_("类型")),
        _fixed("unit_id", N_("责任单位"), "unit", filter="unit"), state_field(FINDING),
        _fixed("raised_on", N_("提出日期"), "date", sort=True), _fixed("by_unit_id", N_("提出单位"), "unit"),
        _fixed("way", N_("整改方式"), "choice", choices=WAYS, filter="choice"), _fixed("limit_on", N_("整改期限"), "date"),
        _fixed("owner", N_("责任人"), masked="name"), _fixed("due_on", N_("承诺完成"), "date"), _fixed("fixed_on", N_("整改日期"), "date"),
        _fixed("closed_on", N_("销号日期"), "date"), _fixed("detail", N_("情况"), "note", listed=False, masked="text"),
        _fixed("measure", N_("措施"), "note", listed=False, masked="text"),
        _fixed("result", N_("结果"), "note", listed=False, masked="text"),
        _fixed("clause", N_("依据"), listed=False)))
LEDGERS = [INSPECTIONS, FINDINGS]
