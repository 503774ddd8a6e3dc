"""Statistics of gifts: by own unit and area, line, class, form and day; what is bought is never added to what is given.

A gift counts in full from its day; what was given back no longer counts from the day of that. With `known_on` only
what had been entered by then counts, so that a table of some day can be made again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion
from plugins.donations.models import Consumption, Contribution, Gift

ZERO = Decimal("0.00")
#: by what a table is made: the column of a gift
BY = {"line": Gift.line, "class": Gift.class_name, "form": Gift.form, "donor": Gift.donor_kind, "window": Gift.window,
      "use": Gift.designated_use, "unit": Gift.unit_id}


@dataclass(frozen=True)
class Period:
    """Which gifts count: given from `since` up to `until`, entered by the end of `known_on`."""

    since: dt.date | None
    until: dt.date
    known_on: dt.date | None = None
    campaign_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Row:
    """A line of a table: how many gifts, how much money, goods worth how much, and all of it."""

    key: Any
    count: int
    money: Decimal
    goods: Decimal

    @property
    def total(self) -> Decimal:
        """Money and valued goods together."""
        return self.money + self.goods


def by(session: Session, scope: Scope, period: Period, what: str) -> list[Row]:
    """A table by one of `BY`, the largest group first by its name."""
    column = BY[what]
    money = func.sum(Gift.amount).filter(Gift.form.in_(("money", "sale")))
    goods = func.sum(Gift.amount).filter(Gift.form.in_(("goods", "kit")))
    statement = select(column, func.count(Gift.id), money, goods).where(*_counted(period)).group_by(column).order_by(column)
    return [Row(key, count, _or_zero(paid), _or_zero(given)) for key, count, paid, given in
            session.execute(statement.where(criterion(Gift, scope)))]


def total(session: Session, scope: Scope, period: Period, *extra: ColumnElement[bool]) -> Row:
    """The whole of it."""
    money = func.sum(Gift.amount).filter(Gift.form.in_(("money", "sale")))
    goods = func.sum(Gift.amount).filter(Gift.form.in_(("goods", "kit")))
    count, paid, given = session.execute(
        select(func.count(Gift.id), money, goods).where(*_counted(period), *extra, criterion(Gift, scope))).one()
    return Row("", count, _or_zero(paid), _or_zero(given))


def own(session: Session, scope: Scope, period: Period, unit_ids: Sequence[uuid.UUID]) -> Row:
    """What these units and their staff themselves gave (本单位), apart from what was given in their area (本辖区)."""
    return total(session, scope, period, Gift.donor_unit_id.in_(unit_ids))


def consumption(session: Session, scope: Scope, period: Period) -> tuple[int, Decimal]:
    """Consumption aid of the same days: items and their amount, a table of its own."""
    days = [Consumption.bought_on <= period.until, Consumption.removed_at.is_(None)]
    if period.since:
        days.append(Consumption.bought_on >= period.since)
    items, amount = session.execute(select(
        func.sum(Consumption.quantity), func.sum(Consumption.amount)).where(*days, criterion(Consumption, scope))).one()
    return items or 0, _or_zero(amount)


def contributions(session: Session, scope: Scope, period: Period) -> dict[str, tuple[int, Decimal, int]]:
    """What firms did, a column for each kind: how often, how much, for how many people. There is no sum over kinds."""
    days = [Contribution.done_on <= period.until, Contribution.removed_at.is_(None)]
    if period.since:
        days.append(Contribution.done_on >= period.since)
    statement = select(Contribution.kind, func.count(Contribution.id), func.sum(Contribution.amount),
                       func.sum(Contribution.persons)).where(*days).group_by(Contribution.kind)
    return {kind: (count, _or_zero(amount), persons or 0) for kind, count, amount, persons in
            session.execute(statement.where(criterion(Contribution, scope)))}


def _or_zero(amount: Decimal | None) -> Decimal:
    return amount if amount is not None else ZERO


def _counted(period: Period) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Gift.given_on <= period.until, Gift.collected_for == "",
                                        or_(Gift.refunded_on.is_(None), Gift.refunded_on > period.until)]
    if period.since is not None:
        found.append(Gift.given_on >= period.since)
    if period.known_on is not None:
        found.append(Gift.id < _first_id_after(period.known_on))
    if period.campaign_id is not None:
        found.append(Gift.campaign_id == period.campaign_id)
    return found


def _first_id_after(day: dt.date) -> uuid.UUID:
    """The smallest id that could be made after a day: ids begin with the moment they were made."""
    moment = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.timezone(dt.timedelta(hours=8)))
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
