"""人口与学籍: search, the ledgers, and those at school household by household."""

from __future__ import annotations

import uuid

from flask import Response, request
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.extensions import today
from core.people import rules
from core.people.ledgers import LEDGERS
from core.people.ledgers.common import PEOPLE
from core.people.queries import (
    NO_HOUSEHOLD,
    PAGE,
    Pupil,
    list_by_household,
    newest_term,
    search_households,
    search_persons,
)
from core.people.routes.blueprint import blueprint, number_asked, scope_for, show
from core.registry.permissions import Action
from core.registry.queries import VillageCount, count_by_village
from core.registry.rules.statuses import KINDS
from core.tenancy.stages import INCLUDES, STAGES
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import db, unit, viewer

FOUND = 20
EXPORTED = 20_000


@blueprint.get("/registry")
@require(Action.PERSON_READ)
def overview(code: str) -> str:
    """Find somebody, and the way to every ledger."""
    words = request.args.get("q", "").strip()
    persons = search_persons(db(), scope_for(Action.PERSON_READ), words, FOUND) if words else []
    households = search_households(db(), scope_for(Action.HOUSEHOLD_READ), words, FOUND) if words else []
    places = units_by_id(db(), {row.unit_id for row in persons} | {row.unit_id for row in households})
    villages = [] if words or not viewer().allowed(Action.HOUSEHOLD_READ) else _villages()
    return show("overview.html", words=words, persons=persons, households=households, places=places, villages=villages,
                ledgers=[ledger for ledger in LEDGERS if ledger.group == PEOPLE and viewer().allowed(ledger.read)])


def _villages() -> list[VillageCount]:
    """Households by village; above the county the list would be endless."""
    if unit().level in ("country", "province", "city"):
        return []
    return count_by_village(db(), scope_for(Action.HOUSEHOLD_READ))


@blueprint.get("/registry/by-household")
@require(Action.PERSON_READ)
def by_household(code: str) -> str:
    """Those at school, at whatever stage and wherever, by the household they come from."""
    year, term, stage, category = _asked()
    after = _after()
    rows = _rows(year, term, stage, category, after, PAGE + 1)
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    rows = rows[:PAGE]
    villages = units_by_id(db(), {row.person.unit_id for row in rows})
    last = rules.term_of(today())[0]
    return show("by_household.html", rows=rows, villages=villages, year=year, term=term, stage=stage, category=category,
                next=_place(more) if more else "", years=[(str(one), rules.year_words(one)) for one in range(max(last,
                                                                                                                 year), last - 12, -1)],
                stage_words=[(name, label) for name, label in STAGES.items() if name not in INCLUDES],
                categories=[(kind.code, kind.label) for kind in KINDS.values()])


@blueprint.get("/registry/by-household.csv")
@require(Action.PERSON_EXPORT)
def by_household_file(code: str) -> Response:
    """The same as a file."""
    year, term, stage, category = _asked()
    rows: list[Pupil] = []
    after: tuple[uuid.UUID, uuid.UUID] | None = None
    while len(rows) < EXPORTED:
        part = _rows(year, term, stage, category, after, 500)
        rows += part
        if len(part) < 500:
            break
        after = _key(part[-1])
    villages = units_by_id(db(), {row.person.unit_id for row in rows})
    head = [gettext(text) for text in ("村", "户主", "户编号", "姓名", "证件号", "学段", "年级", "班级", "学校", "寄宿")]
    lines = [(villages[row.person.unit_id].name if row.person.unit_id in villages else "", row.household.head_name if row.household else "",
              row.household.number if row.household else "", row.person.name, row.person.id_number_mask,
              STAGES.get(row.enrolment.stage, row.enrolment.stage), rules.grade_words(row.enrolment.stage, row.enrolment.grade),
              row.enrolment.class_name, row.school, gettext("是") if row.enrolment.boarding else gettext("否")) for row in rows]
    return csv_file(f"by-household-{unit().code}-{year}-{term}", head, lines)


def _asked() -> tuple[int, int, str, str]:
    newest = newest_term(db(), scope_for(Action.ENROLMENT_READ)) or rules.term_of(today())
    year = number_asked("school_year", newest[0])
    stage, category = request.args.get("stage", ""), request.args.get("category", "")
    if (stage and stage not in STAGES) or (category and category not in KINDS):
        raise InvalidInput(N_("筛选条件写得不对"))
    return year, number_asked("term", newest[1] if year == newest[0] else 1), stage, category


def _rows(year: int, term: int, stage: str, category: str, after: tuple[uuid.UUID, uuid.UUID] | None, limit: int) -> list[Pupil]:
    persons = scope_for(Action.PERSON_READ)
    if not scope_for(Action.ENROLMENT_READ).tenants:
        return []
    return list_by_household(db(), persons, year, term, stage=stage, category=category, day=today(), after=after, limit=limit)


def _key(row: Pupil) -> tuple[uuid.UUID, uuid.UUID]:
    return row.person.household_id or NO_HOUSEHOLD, row.person.id


def _place(row: Pupil) -> str:
    return ".".join(one.hex for one in _key(row))


def _after() -> tuple[uuid.UUID, uuid.UUID] | None:
    text = request.args.get("after", "")
    if not text:
        return None
    try:
        home, _, person = text.partition(".")
        return uuid.UUID(home), uuid.UUID(person)
    except ValueError as error:
        raise InvalidInput(N_("地址里的页码不对，请从第一页看起")) from error


