"""The board of a term: entitled, applied, in publicity, approved, paid and missed, by county, school or class."""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.tenancy.queries import list_tenants
from core.units.models import Unit
from plugins.education_aid.models import Application, Award, Payment
from plugins.education_aid.models.payments import CREDITED
from plugins.education_aid.rules.checking import coverage
from plugins.education_aid.rules.words import PAID_BY_BANK

ZERO = Decimal("0.00")
#: 一（1）班 before 二（1）班 before 三（1）班
_IN_ORDER = str.maketrans("一二三四五六七八九", "123456789")
_BEYOND_PUBLICITY = ("township", "county", "approved", "paid", "archived")


@dataclass
class Sums:
    """What a term came to in one place."""

    entitled: int = 0
    entitled_amount: Decimal = ZERO
    applied: int = 0
    publicity: int = 0
    approved: int = 0
    paid: int = 0
    paid_amount: Decimal = ZERO
    waiting: int = 0

    @property
    def missed(self) -> int:
        """Entitled to money and not paid."""
        return max(self.entitled - self.paid, 0)

    @property
    def rate(self) -> Decimal | None:
        """Paid of entitled, in percent."""
        return coverage(min(self.paid, self.entitled), self.entitled)

    def add(self, other: Sums) -> None:
        """Add another place's sums."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Line:
    """One place of the board. `code` leads further down, where there is something; a class has the name it is kept by."""

    title: str
    code: str = ""
    class_name: str = ""
    sums: Sums = field(default_factory=Sums)


def board(session: Session, scope: Scope, school_year: int, term: int, by: str) -> tuple[list[Line], Sums]:
    """The board by "tenant", "school" or "class", in the order of the tree, and the sum of its lines."""
    found = _counted(session, scope, school_year, term, {"tenant": ("tenant_id",), "school": ("unit_id",), "class": ("class_name",)}[by])
    names = _names(session, found, by)
    lines = [Line(*names[key], sums=sums) for key, sums in found.items() if key in names]
    lines.sort(key=lambda line: (line.code, line.title.translate(_IN_ORDER)))
    whole = Sums()
    for line in lines:
        whole.add(line.sums)
    return lines, whole


def sums_of(session: Session, scope: Scope, school_year: int, term: int) -> Sums:
    """The sum of a term's board, whichever way it is divided."""
    whole = Sums()
    for sums in _counted(session, scope, school_year, term, ("tenant_id",)).values():
        whole.add(sums)
    return whole


@dataclass(frozen=True)
class Apart:
    """What is due of a kind that no bank pays out: what a run counts and the board does not."""

    kind: str
    count: int
    amount: Decimal


def beside_bank(session: Session, scope: Scope, school_year: int, term: int) -> list[Apart]:
    """By which a run's total is more than the board's: fees that are waived, and what is given in kind."""
    statement: Any = select(Award.kind, func.count(), func.sum(Award.amount)).where(
        Award.school_year == school_year, Award.term == term, Award.state == "entitled", Award.kind.not_in(PAID_BY_BANK)).group_by(
        Award.kind)
    return [Apart(kind, count, amount or ZERO) for kind, count, amount in session.execute(in_scope(statement, Award, scope))]


def _counted(session: Session, scope: Scope, school_year: int, term: int, keys: tuple[str, ...]) -> dict[Hashable, Sums]:
    found: dict[Hashable, Sums] = {}
    for model, where, read in _parts():
        _count(session, scope, school_year, term, keys, model, where, read, found)
    return found


def _parts() -> tuple[tuple[Any, tuple[Any, ...], tuple[str, str]], ...]:
    application = and_(Application.removed_at.is_(None), Application.form.in_(PAID_BY_BANK))
    return (
        (Award, (Award.state == "entitled", Award.kind.in_(PAID_BY_BANK), Award.amount > ZERO), ("entitled", "entitled_amount")),
        (Application, (application, Application.state != "refused"), ("applied", "")),
        (Application, (application, Application.state == "publicity"), ("publicity", "")),
        (Application, (application, Application.state.in_(_BEYOND_PUBLICITY[2:])), ("approved", "")),
        (Payment, (Payment.state == CREDITED,), ("paid", "paid_amount")),
        (Payment, (Payment.state.in_(("waiting", "sent", "returned")),), ("waiting", "")),
    )


def _count(session: Session, scope: Scope, school_year: int, term: int, keys: tuple[str, ...], model: Any, where: tuple[Any, ...],
           read: tuple[str, str], found: dict[Hashable, Sums]) -> None:
    if not hasattr(model, keys[0]):
        return _count_by_class(session, scope, school_year, term, where, read, found)
    column = getattr(model, keys[0])
    statement: Any = select(column, func.count(), func.sum(model.amount)).where(
        model.school_year == school_year, model.term == term, *where).group_by(column)
    _take(session, in_scope(statement, model, scope), read, found)
    return None


def _count_by_class(session: Session, scope: Scope, school_year: int, term: int, where: tuple[Any, ...], read: tuple[str, str],
                    found: dict[Hashable, Sums]) -> None:
    """Payments stand under the class of their application."""
    of_application = (Application.tenant_id == Payment.tenant_id) & (Application.id == Payment.application_id)
    statement: Any = select(Application.class_name, func.count(), func.sum(Payment.amount)).select_from(Payment).join(
        Application, of_application).where(Payment.school_year == school_year, Payment.term == term,
                                           *where).group_by(Application.class_name)
    _take(session, in_scope(statement, Payment, scope), read, found)


def _take(session: Session, statement: Any, read: tuple[str, str], found: dict[Hashable, Sums]) -> None:
    for key, count, amount in session.execute(statement):
        sums = found.setdefault(key, Sums())
        setattr(sums, read[0], getattr(sums, read[0]) + count)
        if read[1]:
            setattr(sums, read[1], getattr(sums, read[1]) + (amount or ZERO))


def _names(session: Session, found: dict[Hashable, Sums], by: str) -> dict[Hashable, tuple[str, str, str]]:
    if by == "tenant":
        return {place.id: (place.name, place.unit.code, "") for place in list_tenants(session)}
    if by == "class":
        return {key: (str(key) or "未分班", "", str(key)) for key in found}
    ids = [key for key in found if isinstance(key, uuid.UUID)]
    return {unit.id: (unit.name, unit.code, "") for unit in session.scalars(select(Unit).where(Unit.id.in_(ids)))}


def terms_known(session: Session, scope: Scope) -> list[tuple[int, int]]:
    """The terms with awards or applications in scope, newest first."""
    found: set[tuple[int, int]] = set()
    for model in (Award, Application):
        statement: Any = select(model.school_year, model.term).distinct()
        found |= {(row[0], row[1]) for row in session.execute(in_scope(statement, model, scope))}
    return sorted(found, reverse=True)
