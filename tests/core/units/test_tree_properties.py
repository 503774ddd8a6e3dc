"""Any run of operations: undone in reverse it leaves nothing, and every day reads as a plain model says."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import PlatformError
from core.extensions import Database
from core.units import queries, services
from core.units.models import Unit
from core.units.rules.orders import Order
from core.units.services import AssignRule, Close, Create, Merge, Move, NewUnit, Recode, Rename, Reopen, Split
from tests.core.units.conftest import ACTOR, TODAY, contents
from tests.factories.units import make_tree

KINDS = ("create", "rename", "recode", "move", "move", "merge", "merge", "split", "close", "reopen", "reopen")
Step = tuple[str, int, int, int, int]
STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40),
                 st.integers(0, 1500))
FIRST = dt.date(2018, 1, 1)


@dataclass
class Past:
    """One unit of the model: the parent on every day, written down anew at each operation."""

    parents: list[tuple[dt.date, uuid.UUID | None]] = field(default_factory=list)

    def set(self, on: dt.date, parent: uuid.UUID | None) -> None:
        self.parents = [(day, old) for day, old in self.parents if day < on] + [(on, parent)]

    def at(self, day: dt.date) -> uuid.UUID | None:
        found: uuid.UUID | None = None
        for since, parent in self.parents:
            if since <= day:
                found = parent
        return found


#: stands for "does not exist" in the model
NOWHERE = uuid.UUID(int=0)


class Model:
    """The tree as a list of facts, kept beside the real one: for each unit, on each day, its parent."""

    def __init__(self, session: Session) -> None:
        self.units: dict[uuid.UUID, Past] = {}
        self.heirs: dict[uuid.UUID, list[tuple[dt.date, uuid.UUID]]] = {}
        for unit in session.scalars(select(Unit)):
            self.units[unit.id] = Past([(dt.date.min, NOWHERE), (unit.since, unit.parent_id)])

    def note(self, session: Session, on: dt.date) -> None:
        """Write down who stands where from `on`, for whatever the operation changed."""
        for unit in session.scalars(select(Unit)):
            past = self.units.setdefault(unit.id, Past([(dt.date.min, NOWHERE)]))
            now = NOWHERE if unit.closed_on is not None else unit.parent_id
            if past.at(dt.date.max) != now:
                past.set(on, now)

    def ancestors(self, unit_id: uuid.UUID, day: dt.date) -> list[uuid.UUID]:
        chain: list[uuid.UUID] = []
        here = self.units[unit_id].at(day)
        while here is not None and here != NOWHERE:
            chain.append(here)
            here = self.units[here].at(day)
        return chain[::-1]

    def exists(self, unit_id: uuid.UUID, day: dt.date) -> bool:
        return self.units[unit_id].at(day) != NOWHERE


def order_of(step: Step, units: list[Unit], number: int) -> Order:
    """Turns the numbers of a step into an order; mostly sensible, now and then not."""
    kind, one, two, three, days = step
    on = FIRST + dt.timedelta(days=days)
    closed = [unit for unit in units if unit.closed_on is not None]
    pool = closed if kind == "reopen" and closed else units[1:]
    first = pool[one % len(pool)]
    alike = [unit for unit in units if (unit.kind, unit.level) == (first.kind, first.level)]
    second, third = alike[two % len(alike)], alike[three % len(alike)]
    division = first.kind == "division"
    code = f"{first.code[:-2]}{10 + number:02d}" if division else f"N{number}"
    other = f"{first.code[:-2]}{50 + number:02d}" if division else f"M{number}"
    new = NewUnit(code=code, name=f"新单位{number}")
    match kind:
        case "create":
            return Create(on=on, parent=first.id, name=f"学校{number}", kind="school")
        case "rename":
            return Rename(on=on, unit=first.id, name=f"名称{number}")
        case "recode":
            return Recode(on=on, unit=first.id, code=code)
        case "move":
            return Move(on=on, unit=first.id, parent=_above(units, second if two % 4 else third, three).id)
        case "merge":
            into: Any = new if three % 2 else third.id
            return Merge(on=on, units=(first.id, second.id) if two % 3 else (first.id,), into=into)
        case "split":
            targets: Any = (new, first.id if two % 2 else NewUnit(code=other, name="又一个"))
            rules = (AssignRule(code, name_starts="甲一"), AssignRule(code, code_from="9", code_to="99010110"))
            return Split(on=on, unit=first.id, targets=targets, rules=rules, default=code if three % 2 else "")
        case "close":
            return Close(on=on, unit=first.id)
        case _:
            return Reopen(on=on, unit=first.id, parent=second.parent_id if two % 2 else None)


def _above(units: list[Unit], like: Unit, number: int) -> Unit:
    """Where a unit like this may stand, or (one time in five) anywhere at all."""
    by_id = {unit.id: unit for unit in units}
    if number % 5 == 0 or like.parent_id is None:
        return units[number % len(units)]
    parent = by_id[like.parent_id]
    alike = [unit for unit in units if (unit.kind, unit.level) == (parent.kind, parent.level)]
    return alike[number % len(alike)]


def run(session: Session, steps: list[Step], model: Model | None = None) -> list[uuid.UUID]:
    """Do what can be done; refused orders leave nothing behind."""
    done = []
    for number, step in enumerate(steps):
        units = list(session.scalars(select(Unit).order_by(Unit.code, Unit.id)))
        try:
            operation = services.do_operation(session, order_of(step, units, number), ACTOR, today=TODAY)
        except PlatformError:
            continue
        done.append(operation.id)
        if model is not None:
            model.note(session, operation.on)
    return done


def check_paths(session: Session) -> None:
    """Every open unit's path continues its parent's; every depth agrees."""
    units = {unit.id: unit for unit in session.scalars(select(Unit).execution_options(populate_existing=True))}
    for unit in units.values():
        assert unit.depth == unit.path.count("/") - 1
        if unit.closed_on is None and unit.parent_id is not None:
            parent = units[unit.parent_id]
            assert parent.closed_on is None
            assert unit.path.rpartition("/")[0].rpartition("/")[0] + "/" == parent.path


def check_day(session: Session, model: Model, day: dt.date) -> None:
    """The tree of the day is the model's, read from below and from above."""
    units = list(session.scalars(select(Unit)))
    path_of = {unit.id: unit.path for unit in units}
    for unit in units:
        exists = queries.unit_as_of(session, unit.id, day) is not None
        assert exists == model.exists(unit.id, day)
        if exists:
            found = [state.id for state in queries.ancestors_as_of(session, unit.id, day)]
            assert found == model.ancestors(unit.id, day)
            children = {state.id for state in queries.children_as_of(session, unit.id, day, limit=999)}
            assert children == {other for other, past in model.units.items() if past.at(day) == unit.id}
            ranges = queries.subtree_as_of(session, unit, day)
            inside = set(session.scalars(select(Unit.id).where(queries.in_subtree(Unit.path, ranges))))
            for other in units:
                if model.exists(other.id, day):
                    beneath = other.id == unit.id or unit.id in model.ancestors(other.id, day)
                    assert (other.id in inside) == beneath, (unit.name, other.name, day, path_of[other.id])


@pytest.fixture(scope="module")
def one_database(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Database:
    path = tmp_path_factory.mktemp("properties") / "tree.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    return Database(f"sqlite:///{path}")


@settings(max_examples=25)
@given(steps=st.lists(STEP, min_size=1, max_size=10))
def test_undoing_in_reverse_restores_the_table_exactly(one_database: Database, steps: list[Step]) -> None:
    with one_database.session(write=True) as session:
        make_tree(session)
        before = contents(session)
        done = run(session, steps)
        check_paths(session)
        for operation_id in reversed(done):
            services.undo_operation(session, operation_id, ACTOR)
        assert contents(session) == before
        session.rollback()


@settings(max_examples=12)
@given(steps=st.lists(STEP, min_size=3, max_size=10), days=st.lists(st.integers(-10, 1520), min_size=1, max_size=2))
def test_every_day_reads_as_the_model_says(one_database: Database, steps: list[Step], days: list[int]) -> None:
    with one_database.session(write=True) as session:
        make_tree(session)
        model = Model(session)
        run(session, steps, model)
        for day in days:
            check_day(session, model, FIRST + dt.timedelta(days=day))
        session.rollback()
