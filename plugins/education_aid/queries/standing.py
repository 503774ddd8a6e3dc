"""Reads of cases and letters."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from plugins.education_aid.models import AidCase, Letter, LetterItem

ZERO = Decimal("0.00")


def count_cases(session: Session, scope: Scope, school_year: int, term: int) -> dict[str, tuple[int, int, Decimal]]:
    """Kind → open, closed, and what is still due of the open ones, of a term."""
    is_open = AidCase.state != "closed"
    statement: Any = select(AidCase.kind, is_open, func.count(), func.sum(case((is_open, AidCase.due - AidCase.paid), else_=None))).where(
        AidCase.school_year == school_year, AidCase.term == term).group_by(AidCase.kind, is_open)
    found: dict[str, tuple[int, int, Decimal]] = {}
    for kind, standing, count, amount in session.execute(in_scope(statement, AidCase, scope)):
        before = found.get(kind, (0, 0, ZERO))
        found[kind] = (before[0] + (count if standing else 0), before[1] + (0 if standing else count), before[2] + (amount or ZERO))
    return found


def letters_of(session: Session, row: AidCase) -> Sequence[Letter]:
    """The letters about a case, newest first."""
    of_case = (LetterItem.tenant_id == Letter.tenant_id) & (LetterItem.letter_id == Letter.id)
    return session.scalars(select(Letter).join(LetterItem, of_case).where(
        Letter.tenant_id == row.tenant_id, LetterItem.case_id == row.id).order_by(Letter.id.desc())).all()


def items_of(session: Session, letter: Letter) -> Sequence[LetterItem]:
    """What a letter asks about, in its order."""
    return session.scalars(select(LetterItem).where(LetterItem.tenant_id == letter.tenant_id, LetterItem.letter_id == letter.id)
                           .order_by(LetterItem.place)).all()
