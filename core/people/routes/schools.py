"""The page of one school, and pupils counted class by class up the tree."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

from flask import g, request
from sqlalchemy import select

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
    here = unit()
    children = {child.path: child for child in list_children(db(), here, limit=CHILDREN)}
    whole, parts = rules.add_up(counts, here.path, children)
    lines = [SimpleNamespace(unit=children.get(path), sum=part) for path, part in parts.items()]
    lines.sort(key=lambda line: (line.unit is None, line.unit.code if line.unit else ""))
    own = sorted((one for one in counts if one.unit_id == here.id), key=_class_order)
    used = [name for name in ORDER if name in whole.stages]
    return show("roll_up.html", here=here, whole=whole, lines=lines, classes=own, year=year, term=term, years=_years(year), used=used)


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
