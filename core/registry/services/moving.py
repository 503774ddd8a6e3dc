"""Records follow a change of the tree and go back when it is undone; for the registry, and for any other ledger.

A ledger whose models have `tenant_id`, `id` and `unit_id` hands them in as `Follower`s from its own
`on_unit_changed`, `on_unit_restored` and `collect_change_effects`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.host.contract import UnitChange
from core.registry.models import (
    Enrolment,
    Guardian,
    Household,
    HouseholdIncome,
    Moved,
    Person,
    PersonMerge,
    Staff,
    Status,
)

#: how many rows one statement names
CHUNK = 500


@dataclass(frozen=True)
class Follower:
    """A model whose records follow the tree. `facts` are the columns that the rules of a split may speak of. With
    `parent` (a column) a record goes where the record of that id went, if it went anywhere."""

    model: type[Any]
    label: str
    facts: tuple[str, ...] = ()
    parent: str = ""


#: parents before their dependants. A school's attributes stay with the school that was closed.
FOLLOWERS = (
    Follower(Household, "户", ("number", "address", "kind")),
    Follower(HouseholdIncome, "条收入", parent="household_id"),
    Follower(Person, "人", ("address", "name"), parent="household_id"),
    Follower(Guardian, "名监护人", parent="person_id"),
    Follower(Status, "项状态", parent="subject_id"),
    Follower(Enrolment, "条就读", ("stage", "grade", "class_name", "school_year", "term", "boarding")),
    Follower(Staff, "名教职工", ("post", "teaching_class")),
    Follower(PersonMerge, "次归并", parent="kept_id"),
)


def count_followers(session: Session, change: UnitChange, tenant_id: str,
                    followers: Sequence[Follower] = FOLLOWERS) -> list[tuple[Follower, int]]:
    """How many records of a tenant stand at the units that cease, by kind; those with none are left out."""
    leaving = _leaving(change)
    found = []
    for follower in followers:
        model = follower.model
        statement = select(func.count(model.id)).where(model.tenant_id == tenant_id, model.unit_id.in_(leaving))
        count = session.scalar(statement) or 0 if leaving else 0
        if count:
            found.append((follower, count))
    return found


def follow_change(session: Session, change: UnitChange, followers: Sequence[Follower] = FOLLOWERS) -> int:
    """Move the records of units that ceased to their successors; gives how many moved. Where each stood is kept
    with the operation."""
    leaving = _leaving(change)
    if not leaving:
        return 0
    session.flush()  # what is read below must have been written
    gone: dict[uuid.UUID, uuid.UUID] = {}
    return sum(_follow(session, change, leaving, follower, gone) for follower in followers)


def take_back(session: Session, change: UnitChange, followers: Sequence[Follower] = FOLLOWERS) -> int:
    """Put the records moved by an operation back where they stood, but those that have been moved on since; gives
    how many went back."""
    session.flush()  # as above
    count = 0
    for follower in followers:
        model = follower.model
        mine = (Moved.operation_id == change.operation_id, Moved.subject_kind == model.__tablename__)
        rows = session.execute(select(Moved.tenant_id, Moved.from_id, Moved.to_id, Moved.record_id).where(*mine)
                               .order_by(Moved.tenant_id, Moved.from_id, Moved.to_id)).all()
        for (tenant_id, from_id, to_id), some in groupby(rows, key=lambda row: tuple(row[:3])):
            count += _move(session, model, tenant_id, [row.record_id for row in some], to_id, from_id)
        session.execute(delete(Moved).where(*mine))
    return count


def _leaving(change: UnitChange) -> list[uuid.UUID]:
    return list({*change.moved, *(rule["from"] for rule in change.rules if "from" in rule)})


def _follow(session: Session, change: UnitChange, leaving: Iterable[uuid.UUID], follower: Follower,
            gone: dict[uuid.UUID, uuid.UUID]) -> int:
    model = follower.model
    columns = [getattr(model, name) for name in (*follower.facts, *([follower.parent] if follower.parent else []))]
    rows = session.execute(select(model.tenant_id, model.id, model.unit_id, *columns)
                           .where(model.unit_id.in_(leaving))).all()
    moves: list[dict[str, Any]] = []
    for row in rows:
        values = dict(row._mapping)
        parent = values[follower.parent] if follower.parent else None
        target = gone.get(parent) if parent else None
        if target is None:
            target = change.successor(row.unit_id, {name: _said(values[name]) for name in follower.facts})
        if target != row.unit_id:
            gone[row.id] = target
            moves.append({"tenant_id": row.tenant_id, "operation_id": change.operation_id, "record_id": row.id,
                          "subject_kind": model.__tablename__, "from_id": row.unit_id, "to_id": target})
    if not moves:
        return 0
    session.execute(insert(Moved), moves)
    key: Callable[[dict[str, Any]], Any] = lambda move: (move["tenant_id"], move["from_id"], move["to_id"])  # noqa: E731
    for (tenant_id, from_id, to_id), some in groupby(sorted(moves, key=key), key=key):
        _move(session, model, tenant_id, [move["record_id"] for move in some], from_id, to_id)
    return len(moves)


def _said(value: Any) -> Any:
    """A fact as the rules of a split write it: texts, numbers as they are, amounts and days as text."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _move(session: Session, model: type[Any], tenant_id: str, ids: Sequence[uuid.UUID], from_id: uuid.UUID,
          to_id: uuid.UUID) -> int:
    count = 0
    for at in range(0, len(ids), CHUNK):
        moved = session.execute(
            update(model).where(model.tenant_id == tenant_id, model.id.in_(ids[at : at + CHUNK]), model.unit_id == from_id)
            .values(unit_id=to_id).execution_options(synchronize_session="fetch"))
        count += moved.rowcount  # type: ignore[attr-defined]
    return count
