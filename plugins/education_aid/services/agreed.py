"""What the plan and the layers above it say of surveys, needs, pathways and the two databases on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.tenancy.grammar import Grammar, grammar
from core.tenancy.grammar.masks import ACTIVE
from core.tenancy.queries import TenantPlace
from plugins.education_aid.plan.needs import NEED, NEEDS_SECTIONS, PATHWAY, ROLL, SURVEY
from plugins.education_aid.rules.needs import Need, Step
from plugins.education_aid.rules.pathways import Part, Pathway
from plugins.education_aid.rules.rolls import Terms
from plugins.education_aid.services.reading import in_force


@dataclass(frozen=True)
class Form:
    """A survey the plan asks for, and what its summary is called and divided by."""

    name: str
    summary: str
    clause: str
    by: tuple[str, ...]


def _grammar() -> Grammar:
    return grammar(NEEDS_SECTIONS)


def survey_form(session: Session, tenant: TenantPlace, on: dt.date) -> Form | None:
    """The survey in force; None where no plan asks for one."""
    found = in_force(session, tenant, SURVEY, on, _grammar())
    if not found:
        return None
    entry, value = found[0].source.entry, found[0].value
    return Form(entry.name, _said(value.get("summary")) or f"{entry.name}汇总表", entry.clause, tuple(value.get("by") or ()))


def needs_of(session: Session, tenant: TenantPlace, on: dt.date) -> dict[str, Need]:
    """The kinds of need with their measures, by code."""
    found = {}
    for one in in_force(session, tenant, NEED, on, _grammar()):
        entry = one.source.entry
        steps = tuple(_step(step) for step in one.value.get("measures") or ())
        found[entry.code] = Need(entry.code, entry.name, entry.clause, steps)
    return found


def _step(value: Mapping[str, Any]) -> Step:
    days = value.get("days")
    return Step(str(value["title"]), _said(value.get("owner")), days if isinstance(days, int) else None)


def pathways_of(session: Session, tenant: TenantPlace, on: dt.date) -> dict[str, Pathway]:
    """The pathways in force whose stages all say their years, by code."""
    found = {}
    for one in in_force(session, tenant, PATHWAY, on, _grammar()):
        entry = one.source.entry
        if entry.state == ACTIVE:
            parts = tuple(Part(part["stage"], part["years"], part.get("primary")) for part in one.value["stages"])
            found[entry.code] = Pathway(entry.code, entry.name, entry.clause, parts)
    return found


def roll_terms(session: Session, tenant: TenantPlace, on: dt.date) -> Terms | None:
    """Whom the two databases cover; None where no plan says so."""
    for one in in_force(session, tenant, ROLL, on, _grammar()):
        entry, value = one.source.entry, one.value
        if entry.state == ACTIVE:
            return Terms(entry.clause, tuple(value["categories"]), int(value["least_age"]), tuple(value["abilities"]))
    return None


def _said(value: Any) -> str:
    return value if isinstance(value, str) else ""
