"""Any order and any condition, page by page, gives what sorting everything in Python would give."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.access import listing
from core.access.listing import After, Condition, Order, conditions_of, listed_page
from core.access.scope import Part, Scope
from core.errors import TenantScopeError
from core.extensions import Database, tenant_scope
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.factories.units import make_tree
from tests.sample_plugin.models import Family

JIA, YI, BING = "990101", "990102", "990201"
HOMES = {JIA: ("990101-S01", "990101-S02", "990101101", "990101102"), YI: ("990102-S01", "990102100"), BING: ("990201",)}
COLUMNS = ("id", "tenant_id", "unit_id", "number", "income", "kind", "identified_on")
ORDERS = [Order(name, down) for name in ("number", "income", "kind", "identified_on", "") for down in (True, False)]


@pytest.fixture(params=[(4_000, 200), (4_000, 0), (0, 200)], ids=["gather", "gather apart", "walk"], autouse=True)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Every way to a page, whatever the number of rows would suggest."""
    few, many = request.param
    monkeypatch.setattr(listing, "FEW", few)
    monkeypatch.setattr(listing, "MANY", many)
    return int(few)


@pytest.fixture
def made(database: Database) -> tuple[Database, dict[str, Unit], list[Family]]:
    rng, rows = random.Random(7), []
    with database.transaction() as session:
        units = make_tree(session)
    for tenant, homes in HOMES.items():
        with database.transaction() as session, tenant_scope(session, tenant):
            for n in range(70):
                rows.append(Family(
                    tenant_id=tenant, unit_id=units[rng.choice(homes)].id, number=f"JX{rng.randrange(40):03}", head=f"测试{n}",
                    income=rng.choice([None, Decimal(rng.randrange(5)) * 100]), kind=rng.choice([None, "poor", "low"]),
                    identified_on=rng.choice([None, dt.date(2015, 1, 1 + rng.randrange(9))]), version=1))
            session.add_all(rows[-70:])
    return database, units, rows


def scopes(units: dict[str, Unit]) -> dict[str, Scope]:
    def part(tenant: str, *codes: str) -> Part:
        return Part(tenant, tuple(subtree(units[code].path) for code in codes))
    return {"county": Scope((JIA,)), "city": Scope((JIA, YI, BING)), "township": Scope((), (part(JIA, "990101100", "990101102"),)),
            "school": Scope((), (part(JIA, "990101-S01"),)),
            "mixed": Scope((YI, BING), (part(JIA, "990101-S01"),)), "parts": Scope((), (part(JIA, "990101102"), part(YI, "990102100")))}


def inside(scope: Scope, units: dict[str, Unit], row: Family) -> bool:
    path = next(unit.path for unit in units.values() if unit.id == row.unit_id)
    return row.tenant_id in scope.whole or any(
        part.tenant == row.tenant_id and any(low <= path < high for low, high in part.ranges) for part in scope.part)


CONDITIONS: list[tuple[list[Condition], Callable[[Family], bool]]] = [
    ([], lambda row: True),
    ([Condition("kind", "eq", "low")], lambda row: row.kind == "low"),
    ([Condition("number", "prefix", "JX00"), Condition("kind", "filled")],
     lambda row: row.number.startswith("JX00") and row.kind is not None),
    ([Condition("income", "ge", Decimal(100)), Condition("income", "le", Decimal(300))],
     lambda row: row.income is not None and 100 <= row.income <= 300),
    ([Condition("kind", "in", ("poor", "low")), Condition("identified_on", "empty")],
     lambda row: row.kind in ("poor", "low") and row.identified_on is None),
]


def expected(rows: Sequence[Family], order: Order) -> list[uuid.UUID]:
    def by(row: Family) -> Any:
        return (getattr(row, order.column), row.id) if order.column else row.id
    there = [row for row in rows if not order.column or getattr(row, order.column) is not None]
    empty = [row for row in rows if row not in there]
    return [row.id for row in [*sorted(there, key=by, reverse=order.descending),
                               *sorted(empty, key=lambda row: row.id, reverse=order.descending)]]


def every_page(session: Session, scope: Scope, order: Order, conditions: Sequence[Condition], limit: int) -> list[uuid.UUID]:
    found: list[uuid.UUID] = []
    after: After | None = None
    for _ in range(100):
        page = listed_page(session, Family, scope, COLUMNS, order=order, conditions=conditions, after=after, limit=limit)
        found += [row.id for row in page.rows]
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages do not end")


def test_every_order_condition_and_scope_pages_through_exactly_the_right_rows(
        made: tuple[Database, dict[str, Unit], list[Family]]) -> None:
    database, units, rows = made
    with database.session() as session, tenant_scope(session, set(HOMES)):
        for (name, scope), order, (conditions, fits) in itertools.product(scopes(units).items(), ORDERS, CONDITIONS):
            wanted = expected([row for row in rows if inside(scope, units, row) and fits(row)], order)
            assert every_page(session, scope, order, conditions, 9) == wanted, (name, order, conditions)


def test_a_scope_that_is_not_open_is_refused(made: tuple[Database, dict[str, Unit], list[Family]]) -> None:
    with made[0].session() as session, tenant_scope(session, JIA), pytest.raises(TenantScopeError):
        listed_page(session, Family, Scope((YI,)), COLUMNS)


def test_sealed_values_are_never_read_by_a_list(made: tuple[Database, dict[str, Unit], list[Family]]) -> None:
    with made[0].session() as session, tenant_scope(session, JIA):
        page = listed_page(session, Family, Scope((JIA,)), COLUMNS)
        assert len(page.rows) == 50 and not any(name.endswith("_sealed") for name in page.rows[0]._fields)


def plans_of(session: Session, ask: Callable[[], object]) -> list[list[str]]:
    """How SQLite goes about each statement on families that is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    return [[row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in asked if "sample_families" in statement and "count" not in statement]


@pytest.mark.parametrize("few", [(4_000, 200)], indirect=True)
@pytest.mark.parametrize("after", [None, After(Decimal(100), uuid.UUID(int=1)), After(None, uuid.UUID(int=1))])
def test_few_rows_are_found_by_their_condition_alone_and_in_one_statement(
        sqlite_database: Database, after: After | None) -> None:
    with sqlite_database.session() as session, tenant_scope(session, JIA):
        plans = plans_of(session, lambda: listed_page(
            session, Family, Scope((JIA,)), COLUMNS, order=Order("income"), after=after,
            conditions=[Condition("kind", "eq", "low"), Condition("income", "ge", Decimal(50))]))
    (plan,) = plans
    assert "ix_sample_families_tenant_id_kind_id" in " ".join(plan) and "income" not in " ".join(plan)


@pytest.mark.parametrize("few", [(4_000, 0)], indirect=True)
def test_of_many_rows_those_with_nothing_come_apart_in_the_order_of_their_index(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        school = make_tree(session)["990101-S01"]
    with sqlite_database.transaction() as session, tenant_scope(session, JIA):
        session.add_all(Family(tenant_id=JIA, unit_id=school.id, number=f"JX{n}", head="测试甲", kind="low", version=1) for n in range(3))
    with sqlite_database.session() as session, tenant_scope(session, JIA):
        filled, empty = plans_of(session, lambda: listed_page(
            session, Family, Scope((JIA,)), COLUMNS, order=Order("income"), conditions=[Condition("kind", "eq", "low")]))
    assert all("ix_sample_families_tenant_id_kind_id" in plan[0] for plan in (filled, empty))
    assert len(filled) == 2 and len(empty) == 1, "only the filled rows are put in order"


def test_a_beginning_is_found_in_a_database_with_the_order_of_a_language_too(
        made: tuple[Database, dict[str, Unit], list[Family]], monkeypatch: pytest.MonkeyPatch) -> None:
    database, units, rows = made
    monkeypatch.setattr(listing, "_bytewise", lambda *_given: False)
    with database.session() as session, tenant_scope(session, JIA):
        wanted = expected([row for row in rows if inside(Scope((JIA,)), units, row) and row.number.startswith("JX01")], Order("number"))
        assert wanted and every_page(session, Scope((JIA,)), Order("number"), [Condition("number", "prefix", "JX01")], 9) == wanted


@pytest.mark.parametrize("few", [(4_000, 200)], indirect=True)
def test_totals_count_what_the_list_shows(made: tuple[Database, dict[str, Unit], list[Family]]) -> None:
    database, _, rows = made
    other_case = ([Condition("number", "prefix", "jx0")], lambda row: row.number.startswith("jx0"))
    with database.session() as session, tenant_scope(session, JIA):
        for conditions, fits in [*CONDITIONS, other_case]:
            found = set(session.scalars(select(Family.id).where(*conditions_of(session, Family, conditions))))
            assert found == {row.id for row in rows if row.tenant_id == JIA and fits(row)}, conditions
