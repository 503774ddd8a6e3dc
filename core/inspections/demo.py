"""Made-up checks and problems for the demo: where a plan asks for checks or names types of problems, and in the county most
pages are shown with."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents.services import add_note
from core.documents.subjects import UNIT, Subject
from core.extensions import Actor, today
from core.host.checks import CheckPlace
from core.inspections import queries
from core.inspections.models import Finding, FindingEvidence, Inspection
from core.inspections.plan import FindingKind, Form, forms_at, kinds_at
from core.inspections.process import FINDING
from core.inspections.rules.answers import NO, YES
from core.inspections.rules.rates import AT_ONCE, DATED
from core.inspections.services.checking import answer_rows, begin_check
from core.inspections.services.rectifying import FOLDER, Problem, give_measure, raise_finding, report_result
from core.inspections.sources import CHECKS
from core.people.rules import term_of
from core.processes.services import take
from core.registry.models import Enrolment
from core.registry.services import create_person, enrol
from core.tenancy.queries import TenantPlace, find_tenant
from core.units.models import Kind, Level, Unit
from core.units.queries import get_unit, list_children
from core.units.rules.orders import Create
from core.units.services import do_operation

SHOWN = "522723"
_AUDITOR = Actor(None, "演示督查", role="auditor", source="cli")
_UNIT = Actor(None, "演示责任单位", role="tenant_admin", source="cli")
_GRADES, _CLASSES, _PUPILS = "七八九", "一二三四", "甲乙丙丁"
_WRONG = ("绩效工资晚发一个月", "图书室没有开放", "实训课没有开齐", "寄宿生补助发放晚于月底")


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """Fill one tenant; once."""
    tenant = find_tenant(session, tenant_id)
    if tenant is None or _is_filled(session, tenant_id):
        return
    kinds = [kind for kind in kinds_at(session, tenant) if tenant.fictitious]
    if kinds and tenant.unit.level == Level.CITY:
        _county(session, tenant, actor)
    if tenant.unit.kind == Kind.SCHOOL:
        _fill_classes(session, tenant, actor)
    for place in [tenant.unit, *list_children(session, tenant.unit, limit=20)]:
        for form in forms_at(session, tenant, place):
            _check(session, form, tenant_id, place)
    if kinds or tenant_id == SHOWN:
        _problems(session, tenant, kinds)


def _is_filled(session: Session, tenant_id: str) -> bool:
    return any(session.scalar(select(model.id).where(model.tenant_id == tenant_id).limit(1)) is not None
               for model in (Finding, Inspection))


def _county(session: Session, tenant: TenantPlace, actor: Actor) -> None:
    """A made-up city has no counties of the national list."""
    if not list_children(session, tenant.unit, limit=1):
        do_operation(session, Create(parent=tenant.unit.id, name="虚构甲县", kind=Kind.DIVISION, level=Level.COUNTY,
                                     code=f"{tenant.unit.code}01", on=tenant.unit.since), actor)


def _fill_classes(session: Session, tenant: TenantPlace, actor: Actor) -> None:
    """Twelve classes of a few pupils, for a school whose plan speaks of twelve."""
    year, term = term_of(today())
    if session.scalar(select(Enrolment.id).where(Enrolment.tenant_id == tenant.id).limit(1)) is not None:
        return
    for grade, name in enumerate(_GRADES, start=1):
        for number in _CLASSES:
            for pupil in _PUPILS:
                person = create_person(session, tenant.id, tenant.unit.id, {"name": f"测试{number}{pupil}"}, actor)
                enrol(session, person, tenant.unit.id, {
                    "school_year": year, "term": term, "stage": "junior", "grade": grade, "class_name": f"{name}（{number}）班",
                    "boarding": pupil == "甲", "begun_on": dt.date(year, 9, 1)}, actor)


def _check(session: Session, form: Form, tenant_id: str, unit: Unit) -> None:
    """Begin a check of rows that core knows, and answer the first of them with a no."""
    source = next((one for one in CHECKS if one.code == form.rows), None)
    if source is None or not source.rows(session, CheckPlace(tenant_id, unit.id, unit.path, today())):
        return
    made = begin_check(session, form, source, tenant_id, unit, _UNIT, today() + dt.timedelta(days=10))
    row = queries.rows_of(session, made)[0]
    answers = {str(item["code"]): YES for item in form.items}
    answers[str(form.items[-1]["code"])] = NO
    answer_rows(session, made, {row.id: answers}, {row.id: "须整改（演示）"}, _UNIT)


def _problems(session: Session, tenant: TenantPlace, kinds: list[FindingKind]) -> None:
    """Four problems, the last of them still open; a county's are raised by the city above it."""
    below = list_children(session, tenant.unit, limit=3)
    parent_id = tenant.unit.parent_id if tenant.unit.level == Level.COUNTY else None
    by = get_unit(session, parent_id) if parent_id else tenant.unit
    for number, wrong in enumerate(_WRONG):
        kind = kinds[number] if number < len(kinds) else None
        dated = number == len(_WRONG) - 1
        home = below[number % len(below)] if below and not (dated and parent_id) else tenant.unit
        problem = Problem(f"{kind.name}：{wrong}（演示）" if kind else f"{wrong}（演示）", "演示数据，不是真实情况。", "",
                          DATED if dated else AT_ONCE, today() + dt.timedelta(days=15) if dated else None, kind)
        made = raise_finding(session, tenant.id, home, by, problem, _AUDITOR)
        if dated:
            continue
        give_measure(session, None, made, "当天补齐并公示，指定专人负责（演示）", "分管负责人", today(), _UNIT)
        _prove(session, made, home)
        report_result(session, None, made, "已补齐（演示）", _UNIT)
        take(session, None, FINDING, made, "close", _AUDITOR)


def _prove(session: Session, finding: Finding, unit: Unit) -> None:
    subject = Subject(UNIT, unit.id, unit.name, finding.tenant_id, unit.id)
    note = add_note(session, _UNIT, subject, FOLDER, FOLDER.items[0], "整改情况说明：已补齐（演示）。", today())
    session.add(FindingEvidence(tenant_id=finding.tenant_id, finding_id=finding.id, document_id=note.id))
    session.flush()  # the report that follows counts it
