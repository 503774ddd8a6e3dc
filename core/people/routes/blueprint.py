"""The blueprint, and what its pages share."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from flask import g, render_template, request

from core.access.guard import refusal
from core.access.scope import Scope
from core.errors import N_, InvalidInput, NotPermitted
from core.extensions import today
from core.host.contract import Place, Subject, TimelineEntry
from core.host.queries import enabled_many
from core.host.request import plugin_host
from core.people import rules
from core.people.queries import find_reachable
from core.registry.models import Household, Person
from core.registry.permissions import Action
from core.registry.rules import words
from core.registry.rules.statuses import KINDS, status_label
from core.tenancy.stages import STAGES
from core.units.queries import find_unit
from core.web.markers import unit_blueprint
from core.web.request import db, unit, viewer

blueprint = unit_blueprint("registry", "core.people", template_folder="templates")


@blueprint.app_template_global()
def people_word(list_name: str, code: str | None) -> str:
    """What officials call a code of one of the registry's lists."""
    return words.label(getattr(words, list_name), code or "")


def day_before(day: dt.date) -> dt.date:
    """The last day before another."""
    return day - dt.timedelta(days=1)


def show(template: str, **values: object) -> str:
    """A page of people, with the words its parts need."""
    return render_template(
        f"people/{template}", grade_words=rules.grade_words, year_words=rules.year_words, terms=rules.TERMS,
        age_words=rules.age_words, status_label=status_label, stages=STAGES, kinds=KINDS, unit=unit(),
        day_before=day_before, word=people_word, **values)


def scope_for(action: str) -> Scope:
    """What the person may do this with at and below the working unit."""
    found: Scope = viewer().scope(db(), action, unit()).only(g.tenants)
    return found


def may(action: str, unit_id: uuid.UUID) -> bool:
    """Whether the person may do this at a unit."""
    home = find_unit(db(), unit_id)
    return home is not None and bool(viewer().allowed(action, home))


def need(action: str, unit_id: uuid.UUID) -> None:
    """Refuse who may not do this where a record stands, and say by which rule."""
    home = find_unit(db(), unit_id)
    if home is None:
        raise NotPermitted(N_("您没有在这里办理这件事的权限"))
    decision = viewer().decide(action, home.path)
    if not decision.allowed:
        raise refusal(action, home, decision)


def person_here(person_id: uuid.UUID) -> Person:
    """The person of an address, as far as the caller reaches."""
    return find_reachable(db(), scope_for(Action.PERSON_READ), scope_for(Action.ENROLMENT_READ), person_id)


def subject_of(row: Person | Household) -> Subject:
    """The record as hooks see it."""
    return Subject("person" if isinstance(row, Person) else "household", row.tenant_id, row.id, row.unit_id)


def place_for(subject: Subject) -> Place:
    """The working unit as hooks see it, with the tenant of the record alone."""
    here, person, session, tenants = unit(), viewer(), db(), frozenset({subject.tenant_id})
    return Place(here.id, here.code, here.name, here.path, tenants,
                 lambda action: person.scope(session, action, here).only(tenants))


def entries_of(hook: str, subject: Subject, until: dt.date | None = None) -> list[TimelineEntry]:
    """The timeline of a record: what core and every plugin on in its tenant know, newest first; up to a day where one is
    asked for."""
    place = place_for(subject)
    switches = enabled_many(db(), plugin_host(), place.tenants)
    found: list[TimelineEntry] = plugin_host().collect_at(hook, switches, session=db(), place=place, **{subject.kind: subject})
    return sorted((entry for entry in found if until is None or entry.on <= until), key=lambda entry: entry.on, reverse=True)


def day_asked(name: str = "as_of", source: Mapping[str, str] | None = None) -> dt.date | None:
    """A day of the address or of a form, if there is one."""
    text = (request.args if source is None else source).get(name, "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(N_("日期须写作 2016-09-01"), {name: N_("须写作 2016-09-01")}) from error


def day_needed(name: str) -> dt.date:
    """A day of the form; today where it is left empty."""
    return day_asked(name, request.form) or today()


def number_asked(name: str, default: int) -> int:
    """A number of the address."""
    return request.args.get(name, default, type=int)
