"""The page of one school, and pupils counted class by class up the tree."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

from flask import Response, g, request
from flask_babel import gettext
from sqlalchemy import select

from core.access.sheets import xlsx_file
from core.access.words import csv_file
from core.errors import N_, NotFound
from core.extensions import today
from core.host.request import place_of, plugin_host
from core.people import rules
from core.people.queries import (
    ClassCount,
    count_classes,
    find_school_facts,
    list_class,
    list_staff,
    newest_term,
)
from core.people.routes.blueprint import blueprint, may, number_asked, scope_for, show
from core.registry.permissions import Action
from core.tenancy.queries import tenant_of
from core.tenancy.stages import STAGES
from core.units import pages
from core.units.models import Unit
from core.units.queries import get_unit, list_children
from core.web.markers import require
from core.web.request import db, unit, viewer

CHILDREN = 1_000
ORDER = tuple(STAGES)


@blueprint.get("/registry/schools/<uuid:unit_id>")
@require(Action.SCHOOL_READ)
def school(code: str, unit_id: uuid.UUID) -> str:
    """A school at or below the working unit: facts, classes, staff, what happened."""
    found = db().scalars(select(Unit).where(Unit.id == unit_id)).first()
    if found is None or not found.path.startswith(unit().path) or not viewer().allowed(Action.SCHOOL_READ, found):
        raise NotFound(N_("没有这所学校，或者它不在您的范围内"))
    tenant = tenant_of(db(), found)
    if tenant is None or tenant.id not in g.tenants:
        raise NotFound(N_("没有这所学校，或者它不在您的范围内"))
    year, term = _term()
    classes = [one for one in _classes(year, term) if one.unit_id == found.id]
    whole, _ = rules.add_up(classes, found.path, ())
    staff = list_staff(db(), scope_for(Action.STAFF_READ), found.id) if may(Action.STAFF_READ, found.id) else None
    return show("school.html", school=found, facts=find_school_facts(db(), tenant.id, found.id), year=year, term=term, whole=whole,
                classes=sorted(classes, key=_class_order), staff=staff, may_pupils=may(Action.ENROLMENT_READ, found.id),
                may_write=may(Action.SCHOOL_WRITE, found.id), years=_years(year),
                entries=pages.timeline(db(), plugin_host(), found, place_of(found)))


def _class_order(one: ClassCount) -> tuple[int, int, str]:
    return ORDER.index(one.stage) if one.stage in ORDER else len(ORDER), one.grade or 0, one.class_name


def _term() -> tuple[int, int]:
    """The term asked for, or the newest there is."""
    newest = newest_term(db(), scope_for(Action.ENROLMENT_READ)) or rules.term_of(today())
    year = number_asked("school_year", newest[0])
    return year, number_asked("term", newest[1] if year == newest[0] else 1)


def _years(year: int) -> list[tuple[str, str]]:
    last = max(rules.term_of(today())[0], year)
    return [(str(one), rules.year_words(one)) for one in range(last, last - 12, -1)]


def _classes(year: int, term: int) -> list[ClassCount]:
    return count_classes(db(), scope_for(Action.ENROLMENT_READ), year, term)


@blueprint.get("/registry/roll-up")
@require(Action.ENROLMENT_READ)
def roll_up(code: str) -> str:
    """Pupils of each unit beneath; the lines add up to the whole, and each leads further down to its classes."""
    year, term = _term()
    counts = _classes(year, term)
    whole, lines = _added(counts)
    own = sorted((one for one in counts if one.unit_id == unit().id), key=_class_order)
    return show("roll_up.html", here=unit(), whole=whole, lines=lines, classes=own, year=year, term=term, years=_years(year),
                used=_used(whole), may_export=viewer().allowed(Action.ENROLMENT_EXPORT, unit()))


@blueprint.get("/registry/roll-up.<any(xlsx, csv):form>")
@require(Action.ENROLMENT_EXPORT)
def roll_up_file(code: str, form: str) -> Response:
    """The same numbers as a file, with the sum below."""
    year, term = _term()
    whole, lines = _added(count_classes(db(), scope_for(Action.ENROLMENT_EXPORT), year, term))
    used = _used(whole)
    heads = [(gettext("单位代码"), 16), (gettext("单位"), 30), (gettext("在读"), 10), (gettext("其中寄宿"), 10),
             *((gettext(STAGES[name]), 10) for name in used)]
    direct = f"{unit().name}（{gettext('直接登记')}）"
    rows = [(line.unit.code if line.unit else unit().code, line.unit.name if line.unit else direct, *_numbers(line.sum, used))
            for line in lines]
    rows.append(("", gettext("合计"), *_numbers(whole, used)))
    name = f"roll-up-{unit().code}-{year}-{term}"
    if form == "csv":
        return csv_file(name, [label for label, _ in heads], rows)
    return xlsx_file(name, gettext("逐级汇总"), heads, rows)


def _added(counts: list[ClassCount]) -> tuple[rules.Sum, list[SimpleNamespace]]:
    """All pupils counted, and those of each unit beneath in the order of their codes; the last may be the unit's own."""
    children = {child.path: child for child in list_children(db(), unit(), limit=CHILDREN)}
    whole, parts = rules.add_up(counts, unit().path, children)
    lines = [SimpleNamespace(unit=children.get(path), sum=part) for path, part in parts.items()]
    return whole, sorted(lines, key=lambda line: (line.unit is None, line.unit.code if line.unit else ""))


def _used(whole: rules.Sum) -> list[str]:
    return [name for name in ORDER if name in whole.stages]


def _numbers(one: rules.Sum, used: list[str]) -> list[int]:
    return [one.pupils, one.boarders, *(one.stages.get(name, 0) for name in used)]


@blueprint.get("/registry/class/<uuid:unit_id>")
@require(Action.ENROLMENT_READ)
def class_list(code: str, unit_id: uuid.UUID) -> str:
    """The pupils behind the number of one class."""
    school = get_unit(db(), unit_id)
    year, term = _term()
    grade = request.args.get("grade", type=int)
    stage, name = request.args.get("stage", ""), request.args.get("class_name", "")
    rows = list_class(db(), scope_for(Action.ENROLMENT_READ), unit_id, year, term, stage, grade, name)
    if not rows:
        raise NotFound(N_("没有这个班，或者它不在您的范围内"))
    return show("class.html", school=school, rows=rows, year=year, term=term, stage=stage, grade=grade, class_name=name)
