"""All reads of ledgers. Whatever a person sees goes through the scoped queries of access."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.listing import Listed, conditions_of, listed_page
from core.access.scope import Scope
from core.access.scoping import get_scoped, in_scope
from core.errors import N_, NotFound
from core.host.ledgers import NUMBERS, Field, Ledger
from core.ledgers.asking import Asked
from core.ledgers.models import LedgerView
from core.ledgers.storing import subject_of
from core.ledgers.values import shown_columns
from core.trail.models import TrailEntry
from core.trail.queries import names_record
from core.units.models import Unit
from core.units.queries import list_children

PAGE, MOST_BATCHES, MOST_VIEWS = 50, 20, 100


@dataclass(frozen=True)
class Group:
    """The records at and below one unit: how many, and their sums in the order of the totalled fields."""

    unit: Unit | None
    count: int
    sums: tuple[Decimal | int | None, ...]


def list_records(session: Session, ledger: Ledger, scope: Scope, asked: Asked, fields: Sequence[Field],
                 limit: int = PAGE) -> Listed:
    """One page of a ledger."""
    return listed_page(session, ledger.model, scope, shown_columns(ledger, fields), order=asked.order,
                       conditions=asked.conditions, after=asked.after, limit=limit)


def all_records(session: Session, ledger: Ledger, scope: Scope, asked: Asked, fields: Sequence[Field],
                chunk: int = 1_000) -> Iterator[Sequence[Any]]:
    """Every record that fits, page after page."""
    after = None
    while True:
        page = listed_page(session, ledger.model, scope, shown_columns(ledger, fields), order=asked.order,
                           conditions=asked.conditions, after=after, limit=chunk)
        if page.rows:
            yield page.rows
        after = page.next
        if after is None:
            return


def get_record(session: Session, ledger: Ledger, scope: Scope, record_id: uuid.UUID) -> Any:
    """One record in scope, or NotFound."""
    return get_scoped(session, ledger.model, record_id, scope)


def chosen_records(session: Session, ledger: Ledger, scope: Scope, ids: Sequence[uuid.UUID]) -> list[Any]:
    """These records, as far as they are in scope, in the order of their ids."""
    model, found = ledger.model, list[Any]()
    for at in range(0, len(ids), 500):
        statement = in_scope(select(model).where(model.id.in_(list(ids[at : at + 500]))), model, scope)
        found += session.scalars(statement).all()
    return sorted(found, key=lambda row: row.id)


def totalled(fields: Sequence[Field]) -> list[Field]:
    """The fields that are summed."""
    return [field for field in fields if field.total and field.kind in NUMBERS and not field.extra]


def count_records(session: Session, ledger: Ledger, scope: Scope, asked: Asked, most: int | None = None) -> int:
    """How many records fit; counted no further than `most` where it is given."""
    model = ledger.model
    some = in_scope(select(model.id).where(*conditions_of(session, model, asked.conditions)), model, scope)
    if most is not None:
        some = some.limit(most + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def totals(session: Session, ledger: Ledger, scope: Scope, asked: Asked, fields: Sequence[Field]) -> Group:
    """How many records fit, and the sums of the totalled fields."""
    model = ledger.model
    sums = [func.sum(getattr(model, field.name)) for field in totalled(fields)]
    statement = select(func.count(model.id), *sums).where(*conditions_of(session, model, asked.conditions))
    count, *found = session.execute(in_scope(statement, model, scope)).one()
    return Group(None, count, tuple(found))


def groups_by_unit(session: Session, ledger: Ledger, scope: Scope, asked: Asked, fields: Sequence[Field],
                   unit: Unit) -> list[Group]:
    """The same for the unit itself and for each unit directly beneath it, with all that stands below."""
    model = ledger.model
    sums = [func.sum(getattr(model, field.name)) for field in totalled(fields)]
    statement = (select(Unit.path, func.count(model.id), *sums).select_from(model).join(Unit, Unit.id == model.unit_id)
                 .where(*conditions_of(session, model, asked.conditions)).group_by(Unit.path))
    children = {child.path: child for child in list_children(session, unit, limit=1_000)}
    found: dict[str, list[tuple[int, Sequence[Any]]]] = {}
    for path, count, *values in session.execute(in_scope(statement, model, scope)):
        top = next((path[: len(child)] for child in _steps(path, unit.path) if child in children), unit.path)
        found.setdefault(top, []).append((count, values))
    groups = [_group(children.get(path, unit), parts) for path, parts in found.items()]
    return sorted(groups, key=lambda group: (group.unit is unit, group.unit.code if group.unit else ""))


def _steps(path: str, above: str) -> list[str]:
    rest = path.removeprefix(above)
    return [above + rest.partition("/")[0] + "/"] if rest and rest != path else []


def _group(unit: Unit, parts: Sequence[tuple[int, Sequence[Any]]]) -> Group:
    sums = [[value for value in column if value is not None] for column in zip(*(values for _, values in parts), strict=True)]
    return Group(unit, sum(count for count, _ in parts), tuple(sum(column) if column else None for column in sums))


def timeline(session: Session, ledger: Ledger, row: Any) -> list[TrailEntry]:
    """What the trail says of one record, newest first: its own entries, and the newest bulk work it was part of."""
    own = session.scalars(select(TrailEntry).where(
        TrailEntry.tenant_id == row.tenant_id, TrailEntry.subject == subject_of(ledger, row.id))
        .order_by(TrailEntry.id.desc()).limit(PAGE)).all()
    batches = session.scalars(select(TrailEntry).where(
        TrailEntry.tenant_id == row.tenant_id, TrailEntry.subject == f"ledger:{ledger.code}", TrailEntry.row_count.is_not(None))
        .order_by(TrailEntry.id.desc()).limit(MOST_BATCHES)).all()
    held = [entry for entry in batches if names_record(session, entry, row.id)]
    return sorted([*own, *held], key=lambda entry: entry.id, reverse=True)[:PAGE]


def list_views(session: Session, ledger: Ledger, tenant_id: str, unit_id: uuid.UUID, account_id: uuid.UUID) -> list[LedgerView]:
    """The views a person has here: their own, and those shared at the unit."""
    statement = select(LedgerView).where(
        LedgerView.tenant_id == tenant_id, LedgerView.unit_id == unit_id, LedgerView.ledger == ledger.code,
        (LedgerView.account_id == account_id) | LedgerView.shared).order_by(LedgerView.id).limit(MOST_VIEWS)
    return list(session.scalars(statement))


def get_view(session: Session, ledger: Ledger, tenant_id: str, unit_id: uuid.UUID, account_id: uuid.UUID,
             view_id: uuid.UUID) -> LedgerView:
    """One of a person's own views, or NotFound."""
    found = session.get(LedgerView, (tenant_id, view_id))
    if found is None or found.account_id != account_id or found.unit_id != unit_id or found.ledger != ledger.code:
        raise NotFound(N_("没有这个视图，或者它是别人存的"))
    return found
