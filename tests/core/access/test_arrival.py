"""One statement says who comes and where to; what is made of its rows is kept while they stay the same."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from core.access import arrival
from core.access.arrival import Arrival, Destination, arrive
from core.access.models import AccessVersion
from core.access.queries import tenants_in
from core.access.reach import Reach
from core.extensions import Database
from core.host.models import PluginSwitch
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.conftest import ClientAs
from tests.factories.access import make_viewer

County = Callable[..., Arrival]


@pytest.fixture
def county(session: Session, units: dict[str, Unit]) -> County:
    """Somebody of the county comes to a unit by its code."""
    account = make_viewer(session, ("tenant_admin", units["990101"])).account_id

    def come(code: str | None = "990101", *needs: str, who: uuid.UUID = account) -> Arrival:
        return arrive(session, who, Destination(code, needs))
    return come


def test_the_same_rows_mean_the_same(county: County) -> None:
    assert county().tenants is None, "nobody has been there, so that its path is not known"
    second = county()
    assert second.tenants is not None and county() is second
    assert second.once("x", lambda: 1) == second.once("x", lambda: 2) == 1


def test_other_rows_are_looked_at_anew(county: County, session: Session, units: dict[str, Unit]) -> None:
    county()
    before = county()
    session.execute(update(Unit).where(Unit.id == units["990101"].id).values(name="测试县"))
    after = county()
    assert before.place is not None and after.place is not None
    assert (before.place.name, after.place.name) == ("甲县", "测试县")
    assert county(who=uuid.uuid4()).standing.grants == ()


@pytest.mark.parametrize("code", ["00", "99", "9901", "990101", "990101-S01"])
def test_the_tenants_are_those_asked_for_apart(county: County, session: Session, units: dict[str, Unit], code: str) -> None:
    county(code)
    path = units[code].path
    assert list(county(code).tenants or ()) == tenants_in(session, Reach((path,), (), (subtree(path),)))


def test_a_unit_that_has_moved_has_its_tenants_asked_for_apart(county: County, session: Session, units: dict[str, Unit]) -> None:
    county("990101-S02")
    assert county("990101-S02").tenants is not None
    session.execute(update(Unit).where(Unit.id == units["990101-S02"].id).values(path=units["990102"].path + "zz/"))
    assert county("990101-S02").tenants is None
    assert [place.id for place in county("990101-S02").tenants or ()][-1] == "990102"


def test_of_the_plugins_needed_those_that_are_on_are_read(county: County, session: Session) -> None:
    session.add_all([PluginSwitch(tenant_id="990101", plugin=name, on=on, changed_by="测试甲")
                     for name, on in (("aid", True), ("gifts", False), ("other", True))])
    county("990101", "aid", "gifts")
    assert county("990101", "aid", "gifts").switches == {"990101": {"aid"}}
    assert county("990101").switches == {}


def test_the_memory_has_an_end_and_goes_with_the_rules(county: County, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    county()
    kept = county()
    session.add(AccessVersion(version=999, made_by="测试甲", note="文"))
    assert county() is not kept
    memory = arrival._memories[session.connection().engine]
    assert len(memory.arrivals) == 1, "what older rules have decided is gone"
    county(who=uuid.uuid4())
    assert len(memory.arrivals) == 1, "a stranger leaves nothing behind"
    monkeypatch.setattr(arrival, "MOST", 1)
    county("990102")
    assert len(memory.arrivals) == len(memory.paths) == 1


@pytest.mark.parametrize("address", ["/api/v1/units/990101/children", "/api/v1/units/990101/trail",
                                     "/api/v1/u/990101/p/sample/visits"])
def test_a_page_takes_two_statements(app: Flask, client_as: ClientAs, address: str) -> None:
    """And a third for a browser, which looks up its session."""
    database: Database = app.extensions["bangfu.database"]
    client, seen = client_as("jia-admin"), []
    for _ in range(2):
        assert client.get(address).status_code == 200
    event.listen(database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    assert client.get(address).status_code == 200
    assert len([text for text in seen if not text.startswith("BEGIN")]) == 3
