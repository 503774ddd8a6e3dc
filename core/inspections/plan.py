"""What plans say of checks and problems: `[[check]]`, a form with its questions, and `[[finding_kind]]`, a type of problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from marshmallow import fields
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.extensions import today
from core.host.contract import Problem, SectionSpec
from core.inspections.rules.answers import ANSWERS, YES_NO
from core.inspections.rules.periods import EVERY
from core.tenancy import queries
from core.tenancy.entries import from_row, typed
from core.tenancy.grammar import Count, Entry, EntrySchema, Grammar, Text, Word, grammar
from core.tenancy.grammar.fields import Texts
from core.tenancy.grammar.masks import ACTIVE, State
from core.tenancy.queries import TenantPlace
from core.units.models import Kind, Unit

CHECK, KIND = "check", "finding_kind"
#: where a check is made
PLACES = {"tenant": N_("本单位"), "county": N_("各县"), "township": N_("各乡镇"), "village": N_("各村"), "school": N_("各学校")}


class ItemSchema(EntrySchema):
    """One question of a form, asked so that yes is right."""

    code = Text(required=True, most=40)
    question = Text(required=True, most=120)
    answer = Word(tuple(ANSWERS), load_default=YES_NO)


class CheckSchema(EntrySchema):
    """`[[check]]`: a form. `rows` names what a row stands for (`core.classes`), `at` where it is filled in, `every` how
    often, `within_days` in how many working days of each period, `signers` the roles that all must sign."""

    principal: ClassVar[tuple[str, ...]] = ("rows", "items")
    firm: ClassVar[tuple[str, ...]] = ("rows", "at", "items")
    rows = Text(required=True, most=60)
    at = Word(tuple(PLACES), load_default="tenant")
    every = Word(tuple(EVERY))
    within_days = Count(least=1, most=250)
    signers = Texts()
    items = fields.List(fields.Nested(ItemSchema), required=True)


class KindSchema(EntrySchema):
    """`[[finding_kind]]`: a type of problem that the plan names."""

    principal: ClassVar[tuple[str, ...]] = ()


def check_forms(entries: list[dict[str, Any]]) -> list[Problem]:
    """A form asks something, and no question twice."""
    found = []
    for entry in entries:
        items = entry.get("items")
        codes = [item["code"] for item in items] if isinstance(items, list) else [""]
        if not codes or len(set(codes)) != len(codes):
            found.append(Problem(f"check.{entry.get('code', '')}.items", "check-items", "检查表至少要有一个问题，问题的代码不能重复",
                                 str(entry.get("clause", ""))))
    return found


def describe_form(value: Mapping[str, Any]) -> str:
    """A form in words, for the plan page."""
    every, signers = value.get("every"), value.get("signers")
    said = [PLACES.get(str(value.get("at", "tenant")), ""), EVERY.get(str(every), "") if isinstance(every, str) else ""]
    said.append(f"{len(value['items'])} 个问题" if isinstance(value.get("items"), list) else "")
    said.append(f"{len(signers)} 方签字" if isinstance(signers, list) and signers else "")
    return "；".join(part for part in said if part)


SECTIONS = [
    SectionSpec(CHECK, N_("检查表"), CheckSchema, check=check_forms, describe=describe_form),
    SectionSpec(KIND, N_("问题类型"), KindSchema, describe=lambda value: ""),
]


@dataclass(frozen=True)
class Form:
    """A check as the plan in force declares it."""

    code: str
    name: str
    #: document and clause
    clause: str
    rows: str
    at: str
    #: empty: whenever somebody begins one
    every: str
    within_days: int | None
    signers: tuple[str, ...]
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class FindingKind:
    """A type of problem."""

    code: str
    name: str
    clause: str


@cache
def _known() -> Grammar:
    return grammar(SECTIONS)


def forms_at(session: Session, tenant: TenantPlace, unit: Unit, on: dt.date | None = None) -> list[Form]:
    """The checks that a unit of a tenant has to make."""
    return [form for form, home in _forms(session, tenant, on) if _meets(form.at, home, unit)]


def forms_below(session: Session, tenant: TenantPlace, unit: Unit) -> list[Form]:
    """The checks that units below one have to make, each in its rhythm."""
    return [form for form, home in _forms(session, tenant, None)
            if form.every and form.at != "tenant" and not _meets(form.at, home, unit)]


def form_at(session: Session, tenant: TenantPlace, unit: Unit, code: str) -> Form:
    """One of them by code, or NotFound."""
    for form in forms_at(session, tenant, unit):
        if form.code == code:
            return form
    raise NotFound(N_("方案没有要求%(unit)s做这项检查"), unit=unit.name)


def kinds_at(session: Session, tenant: TenantPlace) -> list[FindingKind]:
    """The types of problems that hold in a tenant, those of the plans above first."""
    return [FindingKind(entry.code, entry.name, f"{title}　{entry.clause}")
            for entry, title, _ in _entries(session, tenant, KIND, None)]


def _forms(session: Session, tenant: TenantPlace, on: dt.date | None) -> list[tuple[Form, Unit]]:
    found = []
    for entry, title, home in _entries(session, tenant, CHECK, on):
        said = {key: value for key, value in entry.value.items() if not isinstance(value, State)}
        form = Form(entry.code, entry.name, f"{title}　{entry.clause}", said["rows"], said.get("at", "tenant"),
                    said.get("every", ""), said.get("within_days"), tuple(said.get("signers", ())), tuple(said["items"]))
        found.append((form, home))
    return found


def _entries(session: Session, tenant: TenantPlace, section: str, on: dt.date | None) -> list[tuple[Entry, str, Unit]]:
    """What holds of a section in a tenant, with document and the unit whose plan it is; a nearer word replaces one above."""
    day, places = on or today(), queries.chain_of(session, tenant.unit)
    plans = queries.running_plans(session, [place.id for place in places], day)
    rows = queries.entries_of_plans(session, plans.values(), section)
    found: dict[str, tuple[Entry, str, Unit]] = {}
    for place in places:
        for row in rows:
            entry = from_row(row)
            if row.tenant_id == place.id and entry.state == ACTIVE and entry.holds_on(day):
                found[entry.code] = (typed(entry, _known()), plans[place.id].title, place.unit)
    return list(found.values())


def _meets(at: str, home: Unit, unit: Unit) -> bool:
    if at == "tenant":
        return unit.id == home.id
    if at == "school":
        return unit.kind == Kind.SCHOOL
    return unit.kind == Kind.DIVISION and unit.level == at
