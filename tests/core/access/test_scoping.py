"""Scoped pages, counts and records, against every row looked at one by one."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import scoping, statements
from core.access.catalogue import Catalogue
from core.access.rules import Line
from core.access.scope import NOTHING, Part, Scope
from core.access.scoping import criterion, get_scoped, in_scope, scoped_count, scoped_page
from core.access.services import change_rules
from core.access.viewer import Viewer
from core.errors import NotFound, TenantScopeError
from core.extensions import Actor, all_tenants, tenant_scope
from core.trail.models import TrailEntry
from core.trail.services import record
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.core.access.conftest import TENANTS
from tests.factories.access import make_viewer
from tests.sample_plugin.models import Visit

READ = "aid:award:read"
ACTOR = Actor(None, "测试甲")
ROWS = 240


@pytest.fixture
def visits(session: Session, units: dict[str, Unit]) -> list[Visit]:
    """Rows at units drawn at random, each with the tenant it belongs to; most at 甲一镇中心小学."""
    chance = random.Random(3)
    tops = sorted((units[code].path, code) for code in TENANTS)
    places = [*units.values(), *[units["990101-S02"]] * 12]
    made = []
    for number in range(ROWS):
        unit = chance.choice(places)
        tenant = [code for path, code in tops if unit.path.startswith(path)][-1]
        made.append(Visit(tenant_id=tenant, unit_id=unit.id, title=f"走访{number}", amount=Decimal(number),
                          happened_on=dt.date(2016, 9, 1), state="paid" if number % 3 else "noted"))
    with tenant_scope(session, set(TENANTS)):
        session.add_all(made)
        session.flush()
    return made


#: posts at every level, and several together
POSTS = [["00"], ["99"], ["9901"], ["9902"], ["990101"], ["990102"], ["990101100"], ["990101-S01"], ["990101-S02"],
         ["990101100001"], ["990101-S01", "990101-S02", "990102-S01"], ["990101100", "990102100"],
         ["990102", "990101-S02"], ["99", "990101"]]


@pytest.fixture(params=POSTS, ids="+".join)
def viewer(request: pytest.FixtureRequest, session: Session, units: dict[str, Unit]) -> Viewer:
    return make_viewer(session, *(("auditor", units[code]) for code in request.param))


def seen(viewer: Viewer, visits: list[Visit], units: dict[str, Unit]) -> list[uuid.UUID]:
    """What the viewer may see, decided row by row, newest first."""
    paths = {unit.id: unit.path for unit in units.values()}
    return sorted((row.id for row in visits if viewer.decide(READ, paths[row.unit_id]).allowed), reverse=True)


def walk(session: Session, scope: Scope, limit: int, **options: object) -> list[uuid.UUID]:
    """Every page, one after the other."""
    found: list[uuid.UUID] = []
    before: uuid.UUID | None = None
    while True:
        page = scoped_page(session, Visit, scope, before=before, limit=limit, **options)  # type: ignore[arg-type]
        assert len(page) <= limit
        found += [row.id for row in page]
        if page.next is None:
            return found
        assert page.next == page[-1].id
        before = page.next


@pytest.mark.parametrize("many", [0, 400])
def test_pages_show_what_may_be_seen_row_by_row(session: Session, viewer: Viewer, visits: list[Visit], many: int,
                                                units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoping, "MANY_UNITS", many)
    expected, scope = seen(viewer, visits, units), viewer.scope(session, READ)
    assert expected
    with tenant_scope(session, scope.tenants):
        assert walk(session, scope, 7) == expected
        assert walk(session, scope, 500) == expected


def test_totals_counts_and_records_agree_with_the_pages(session: Session, viewer: Viewer, visits: list[Visit],
                                                        units: dict[str, Unit]) -> None:
    expected, scope = seen(viewer, visits, units), viewer.scope(session, READ)
    with tenant_scope(session, scope.tenants):
        assert session.scalar(in_scope(select(func.count(Visit.id)), Visit, scope)) == len(expected)
        assert scoped_count(session, Visit, scope, most=1000) == (len(expected), False)
        assert scoped_count(session, Visit, scope, most=2) == (2, len(expected) > 2)
        for row in visits:
            if row.id in expected:
                assert get_scoped(session, Visit, row.id, scope).title == row.title
            else:
                with pytest.raises(NotFound):
                    get_scoped(session, Visit, row.id, scope)


def test_filters_keep_within_the_scope(session: Session, viewer: Viewer, visits: list[Visit],
                                       units: dict[str, Unit]) -> None:
    noted = {row.id for row in visits if row.state == "noted"}
    expected = [row for row in seen(viewer, visits, units) if row in noted]
    scope = viewer.scope(session, READ)
    with tenant_scope(session, scope.tenants):
        assert walk(session, scope, 7, where=[Visit.state == "noted"]) == expected
        assert walk(session, scope, 7, where=[Visit.__table__.c.state == "noted"]) == expected
        assert scoped_count(session, Visit, scope, where=[Visit.state == "noted"], most=999)[0] == len(expected)


def test_rows_have_the_types_of_the_model(session: Session, visits: list[Visit]) -> None:
    with tenant_scope(session, set(TENANTS)):
        page = scoped_page(session, Visit, Scope(whole=TENANTS), limit=2)
    row, other = page
    newest = max(visits, key=lambda visit: visit.id)
    assert (row.id, row.unit_id, row.amount, row.happened_on) == (newest.id, newest.unit_id, newest.amount,
                                                                  dt.date(2016, 9, 1))
    assert page[0] is row
    assert page[:2] == [row, other]


def test_a_denial_in_the_middle_of_a_tenant_is_kept_out_of_its_pages(
        session: Session, visits: list[Visit], units: dict[str, Unit], known: Catalogue) -> None:
    admin = make_viewer(session, ("tenant_admin", units["990101"]))
    change_rules(session, ACTOR, admin, units["990101"], note="文", known=known, adding=[
        Line("auditor", units["990101100"].path, "aid.award", "read", eft="deny")])
    viewer = make_viewer(session, ("auditor", units["99"]))
    expected, scope = seen(viewer, visits, units), viewer.scope(session, READ)
    assert [part.tenant for part in scope.part] == ["990101"]
    with tenant_scope(session, scope.tenants):
        assert walk(session, scope, 9) == expected


def test_a_new_unit_is_seen_although_the_number_of_units_is_remembered(
        session: Session, visits: list[Visit], units: dict[str, Unit]) -> None:
    from tests.factories.units import make_unit

    viewer = make_viewer(session, ("auditor", units["990101-S02"]))
    scope = viewer.scope(session, READ)
    with tenant_scope(session, scope.tenants):
        before = walk(session, scope, 50)
        room = make_unit(session, "990101-S02-1", units["990101-S02"], kind="office")
        row = Visit(tenant_id="990101", unit_id=room.id, title="新", amount=Decimal(1), happened_on=dt.date(2016, 9, 1))
        session.add(row)
        session.flush()
        assert walk(session, scope, 50) == [row.id, *before]


def test_an_empty_scope_shows_nothing(session: Session, visits: list[Visit]) -> None:
    with tenant_scope(session, set()):
        assert list(scoped_page(session, Visit, NOTHING)) == []
        assert scoped_count(session, Visit, NOTHING) == (0, False)
        with pytest.raises(NotFound):
            get_scoped(session, Visit, visits[0].id, NOTHING)
    assert str(criterion(Visit, NOTHING)) == "false"


def test_a_unit_without_rows_shows_nothing(session: Session, units: dict[str, Unit]) -> None:
    scope = Scope(part=(Part("990101", (subtree(units["990101-S02"].path),)),))
    with tenant_scope(session, "990101"):
        assert list(scoped_page(session, Visit, scope)) == []
        assert list(scoped_page(session, Visit, Scope(part=(Part("990101", (("x/", "x0"),)),)))) == []


@pytest.fixture
def county(session: Session, visits: list[Visit]) -> Iterator[Scope]:
    yield Scope(whole=("990101",))


def test_reading_past_the_open_tenants_raises(session: Session, county: Scope, visits: list[Visit]) -> None:
    def read() -> list[object]:
        return [scoped_page(session, Visit, county), scoped_count(session, Visit, county)]

    with pytest.raises(TenantScopeError):
        read()
    with tenant_scope(session, "990102"):
        with pytest.raises(TenantScopeError):
            read()
        with pytest.raises(TenantScopeError):
            get_scoped(session, Visit, visits[0].id, county)
    with all_tenants(session, "核对"):
        assert read()


def test_the_number_of_units_is_forgotten_after_a_while_and_never_piles_up(
        session: Session, visits: list[Visit], units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    scope = make_viewer(session, ("auditor", units["990101100"])).scope(session, READ)
    counts: dict[object, object] = {}
    monkeypatch.setattr(scoping, "_counts", {session.connection().engine: counts})
    monkeypatch.setattr(scoping, "MOST_COUNTS", 0)
    with tenant_scope(session, scope.tenants):
        scoped_page(session, Visit, scope)
        first = dict(counts)
        monkeypatch.setattr(scoping, "BELIEVED", 0.0)
        scoped_page(session, Visit, scope)
    assert len(counts) == len(first) == 1
    assert counts != first


def test_a_bound_stands_for_at_least_a_page() -> None:
    for tops in (*range(1, 120), 3000):
        for page in (1, 2, 8, 51, 501):
            each, reaching = statements.bound(tops, page)
            assert each * reaching >= page
            assert 1 <= reaching <= tops


def test_a_table_without_the_units_index_is_read_by_walking_its_tenant(
        session: Session, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    assert statements.has_unit_index(Visit.__table__)
    assert not statements.has_unit_index(Unit.__table__)
    for code in ("990101100", "990102"):
        record(session, ACTOR, "core:test:write", f"在{code}", subject="test:1", tenant_id=code[:6], unit_id=units[code].id)
    monkeypatch.setattr(statements, "has_unit_index", lambda table: False)
    scope = make_viewer(session, ("auditor", units["990101100"])).scope(session, READ)
    with tenant_scope(session, scope.tenants):
        assert [row.sentence for row in scoped_page(session, TrailEntry, scope)] == ["在990101100"]


def test_statements_are_kept_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Visit.__table__
    assert statements.one_tenant(table, 51, False) is statements.one_tenant(table, 51, False)
    where = [table.c.state == "noted"]
    assert statements.one_tenant(table, 51, False, where=where) is not statements.one_tenant(table, 51, False, where=where)
    first = statements.one_tenant(table, 51, False)
    monkeypatch.setattr(statements, "SHAPES", 0)
    statements.one_tenant(table, 52, False)
    assert statements.one_tenant(table, 51, False) is not first
