"""The page of one household: members, income, statuses, leaving the register."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from core.documents.folders import get_folder, with_plan
from core.documents.permissions import Action as Documents
from core.documents.queries import count_by_item
from core.documents.rules.folders import completeness
from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.host.queries import enabled
from core.host.request import plugin_host
from core.people.ledgers import HOUSEHOLDS
from core.people.queries import enrolments_seen, get_household, names_of_units
from core.people.routes.blueprint import (
    blueprint,
    day_asked,
    day_needed,
    entries_of,
    may,
    need,
    number_asked,
    scope_for,
    show,
    subject_of,
)
from core.registry import exits, services
from core.registry.history import as_of, list_past
from core.registry.models import Enrolment, Household, HouseholdIncome
from core.registry.permissions import Action
from core.registry.queries import household_income, list_members, list_statuses, members_on, newest_income_year, present
from core.registry.rules.terms import running
from core.registry.rules.words import INCOME_KINDS
from core.units.queries import find_unit
from core.web.markers import require
from core.web.request import actor, db

FACTS = ("number", "kind", "standard", "identified_on", "main_cause", "causes", "address", "housing_area", "housing_structure",
         "housing_danger", "water", "power", "helper_name", "helper_unit", "helper_post", "state", "exited_on")


@blueprint.get("/registry/households/<uuid:household_id>")
@require(Action.HOUSEHOLD_READ)
def household(code: str, household_id: uuid.UUID) -> str:
    """A household today, or as it was on the day `as_of`."""
    return _page(get_household(db(), scope_for(Action.HOUSEHOLD_READ), household_id))


def _page(row: Household, refused: PlatformError | None = None, part: str = "") -> str:
    day = day_asked()
    state = as_of(db(), Household, row.tenant_id, row.id, day) if day else row
    members = members_on(db(), row, day) if day else list_members(db(), row)
    studying = _studying(members, day)
    schools = names_of_units(db(), [one.unit_id for one in studying.values()])
    newest = newest_income_year(db(), row, day or today())
    year = number_asked("year", newest or (day or today()).year)
    income = household_income(db(), row, year)
    return show(
        "household.html", row=row, state=state, day=day, home=find_unit(db(), row.unit_id), members=members, studying=studying,
        schools=schools, statuses=list_statuses(db(), row.tenant_id, [row.id],
                                                day), fields={field.name: field for field in HOUSEHOLDS.fields},
        facts=FACTS, year=year, years=_years(row), income=income, grid=_grid(row, year), per_head=income.per_head(len(members)),
        income_kinds=INCOME_KINDS, archive=_archive(row), entries=entries_of("collect_household_entries", subject_of(row), day),
        past=list_past(db(), row.tenant_id, row.id), refused=refused, part=part,
        may_write=may(Action.HOUSEHOLD_WRITE, row.unit_id), may_persons=may(Action.PERSON_READ, row.unit_id))


def _studying(members: Sequence[Any], day: dt.date | None) -> dict[uuid.UUID, Enrolment]:
    """The newest enrolment of each member that the reader may see, or that of a day."""
    scope = scope_for(Action.ENROLMENT_READ)
    found = {}
    for member in members:
        chain = enrolments_seen(db(), member, scope)
        if day:
            chain = running(chain, day)
        if chain:
            found[member.id] = chain[-1]
    return found


def _years(row: Household) -> list[int]:
    statement = select(HouseholdIncome.year).where(HouseholdIncome.tenant_id == row.tenant_id, HouseholdIncome.household_id == row.id,
                                                   present(HouseholdIncome)).distinct()
    return sorted(db().scalars(statement), reverse=True)


def _grid(row: Household, year: int) -> dict[tuple[str, int], Decimal]:
    """Amounts by kind and quarter."""
    statement = select(HouseholdIncome).where(HouseholdIncome.tenant_id == row.tenant_id, HouseholdIncome.household_id == row.id,
                                              HouseholdIncome.year == year, present(HouseholdIncome))
    found: dict[tuple[str, int], Decimal] = {}
    for one in db().scalars(statement):
        key = (one.kind, one.quarter)
        found[key] = found.get(key, Decimal("0.00")) + one.amount
    return found


def _archive(row: Household) -> dict[str, object] | None:
    if not may(Documents.READ, row.unit_id):
        return None
    spec = with_plan(db(), get_folder(plugin_host(), enabled(db(), plugin_host(), row.tenant_id), "core.household"), row.tenant_id)
    return {"title": spec.title, "code": spec.code,
            "found": completeness(spec.items, count_by_item(db(), row.tenant_id, spec.code, row.id))}


@blueprint.post("/registry/households/<uuid:household_id>/income")
@require(Action.HOUSEHOLD_READ)
def note_income(code: str, household_id: uuid.UUID) -> ResponseReturnValue:
    """Note one figure."""
    row = get_household(db(), scope_for(Action.HOUSEHOLD_READ), household_id)
    need(Action.HOUSEHOLD_WRITE, row.unit_id)
    year = request.form.get("year", 0, type=int)
    try:
        services.note_income(db(), row, year, request.form.get("quarter", -1, type=int), request.form.get("kind", ""), _amount(), actor(),
                             note=request.form.get("note", "").strip()[:200])
    except PlatformError as refused:
        return _page(row, refused, "income"), refused.status
    flash(gettext("已登记收入"), "success")
    return redirect(url_for(".household", code=code, household_id=row.id, year=year))


def _amount() -> Decimal:
    try:
        amount = Decimal(request.form.get("amount", "").replace(",", "").strip())
        if amount.is_finite() and abs(amount) < 10**10 and amount == round(amount, 2):
            return amount
    except InvalidOperation:
        pass
    raise InvalidInput(N_("金额须是数字，最多两位小数"), {"amount": N_("须是数字，最多两位小数")})


@blueprint.get("/registry/households/<uuid:household_id>/exit")
@require(Action.HOUSEHOLD_READ)
def exit_check(code: str, household_id: uuid.UUID) -> str:
    """Every condition of the plan, judged, with what was found."""
    row = get_household(db(), scope_for(Action.HOUSEHOLD_READ), household_id)
    return _exit_page(row)


@blueprint.post("/registry/households/<uuid:household_id>/exit")
@require(Action.HOUSEHOLD_READ)
def exit_household(code: str, household_id: uuid.UUID) -> ResponseReturnValue:
    """Let the household leave when every condition is met."""
    row = get_household(db(), scope_for(Action.HOUSEHOLD_READ), household_id)
    need(Action.HOUSEHOLD_WRITE, row.unit_id)
    try:
        services.exit_household(db(), row, day_needed("on"), actor(), confirmed=request.form.getlist("confirmed"),
                                reason=request.form.get("reason", "").strip())
    except PlatformError as refused:
        db().rollback()
        return _exit_page(get_household(db(), scope_for(Action.HOUSEHOLD_READ), household_id), refused), refused.status
    flash(gettext("已办理退出"), "success")
    return redirect(url_for(".household", code=code, household_id=row.id))


def _exit_page(row: Household, refused: PlatformError | None = None) -> str:
    confirmed = request.form.getlist("confirmed")
    day = day_asked("on", request.form if request.method == "POST" else None) or today()
    outcomes, unwritten = [], None
    try:
        outcomes = exits.judge(db(), row, day, confirmed)
    except PlatformError as missing:
        unwritten = missing
    return show("exit.html", row=row, outcomes=outcomes, unwritten=unwritten, day=day, confirmed=confirmed, refused=refused,
                by_hand=(exits.VERIFIED, exits.UNVERIFIED), may_write=may(Action.HOUSEHOLD_WRITE, row.unit_id))
