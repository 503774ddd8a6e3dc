"""What checks and problems put on other pages: to-dos, a card, a unit's timeline, records that follow the tree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.extensions import today
from core.host.contract import Card, Place, TimelineEntry, Todo
from core.inspections import queries
from core.inspections.models import DONE, Finding, Inspection
from core.inspections.permissions import Action
from core.inspections.plan import Form, forms_at, forms_below
from core.inspections.rules.periods import Period, due_day, period_of
from core.registry.services.moving import Follower
from core.tenancy.queries import tenant_of
from core.units.models import Unit
from core.units.queries import get_unit
from core.web.filters import percent

#: units named that have not begun
NAMED = 12
FOLLOWERS = (Follower(Inspection, "次检查", ("form", "period")), Follower(Finding, "个问题", ("kind", "title")))


@dataclass(frozen=True)
class Duty:
    """A check that the plan asks of a unit: its form, this period with its due day, and the check where it was begun."""

    form: Form
    period: Period | None
    due_on: dt.date | None
    inspection: Inspection | None

    @property
    def late(self) -> bool:
        """Past its day and not complete."""
        done = self.inspection is not None and self.inspection.state == DONE
        return not done and self.due_on is not None and self.due_on < today()


def duties_of(session: Session, unit: Unit) -> list[Duty]:
    """The checks that a unit has to make, as its plan says today."""
    tenant = tenant_of(session, unit)
    found = []
    for form in forms_at(session, tenant, unit) if tenant else []:
        period = period_of(form.every, today()) if form.every else None
        begun = queries.find_inspection(session, tenant.id, unit.id, form.code, period.code) if tenant and period else None
        found.append(Duty(form, period, due_day(period, form.within_days) if period else None, begun))
    return found


@dataclass(frozen=True)
class Progress:
    """How far the units below are with a check of this period, and the first of those that have not begun."""

    form: Form
    period: Period
    due_on: dt.date
    asked: int
    begun: int
    done: int
    missing: tuple[Unit, ...]

    @property
    def late(self) -> bool:
        """Past its day and not complete everywhere."""
        return self.done < self.asked and self.due_on < today()


def progress_below(session: Session, scope: Scope, unit: Unit) -> list[Progress]:
    """The checks that units below have to make this period."""
    tenant = tenant_of(session, unit)
    return [_progress(session, scope, unit, form) for form in forms_below(session, tenant, unit)] if tenant else []


def _progress(session: Session, scope: Scope, unit: Unit, form: Form) -> Progress:
    period = period_of(form.every, today())
    states = queries.count_states(session, scope, form.code, period.code)
    return Progress(form, period, due_day(period, form.within_days), queries.units_asked(session, unit.path, form.at),
                    sum(states.values()), states.get(DONE, 0),
                    tuple(queries.units_without(session, scope, unit.path, form.at, form.code, period.code, NAMED)))


def todos(session: Session, place: Place) -> list[Todo]:
    """Checks of this period that nobody has begun here, and those begun here or below that are not complete."""
    scope = place.scope(Action.INSPECTION_WRITE)
    if not scope.tenants:
        return []
    found = []
    for duty in duties_of(session, get_unit(session, place.unit_id)):
        if duty.period is not None and duty.inspection is None:
            found.append(Todo(gettext("检查：%(form)s（%(period)s）", form=duty.form.name, period=duty.period.title),
                              url_for("inspections.checks", code=place.code), duty.due_on))
    count, due = queries.open_inspections(session, scope)
    if count:
        found.append(Todo(gettext("未完成的检查"), url_for("inspections.checks", code=place.code, state="open"), due, count))
    return found


def cards(session: Session, place: Place) -> list[Card]:
    """How much of what was found is closed."""
    whole = queries.tally(session, place.scope(Action.FINDING_READ))
    if not whole.raised:
        return []
    hint = gettext("立 %(raised)s 项，销 %(closed)s 项，逾期 %(late)s 项", raised=whole.raised, closed=whole.closed, late=whole.late)
    return [Card(gettext("问题销号率"), percent(whole.rate), hint, url_for("inspections.findings", code=place.code),
                 "danger" if whole.late else "success" if not whole.open else "info")]


def entries(session: Session, place: Place, most: int = 50) -> list[TimelineEntry]:
    """Problems raised at a unit and below, and closed, the newest first."""
    found = []
    for row in queries.list_findings(session, place.scope(Action.FINDING_READ), limit=most):
        url = url_for("inspections.finding", code=place.code, finding_id=row.id)
        found.append(TimelineEntry(row.raised_on, gettext("提出问题：%(title)s", title=row.title), url))
        if row.closed_on:
            found.append(TimelineEntry(row.closed_on, gettext("问题销号：%(title)s", title=row.title), url))
    return sorted(found, key=lambda entry: entry.on, reverse=True)[:most]
