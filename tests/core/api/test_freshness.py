"""What one process has changed holds for the very next request to another, whatever that one remembers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access.guard import access_catalogue
from core.access.models import Assignment, BreakGlass
from core.access.rules import Line
from core.access.services import change_rules
from core.accounts.models import Account
from core.accounts.queries import find_by_login
from core.api.models import ApiToken
from core.api.services import revoke_token
from core.extensions import Actor, Database, today, utcnow
from core.host.models import PluginSwitch
from core.tenancy.models import Tenant
from core.trail.services import record
from core.units.queries import get_unit_by_code
from core.units.services import Close, Move, Recode, do_operation
from tests.conftest import ClientAs
from tests.core.api.conftest import BOTH, Caller
from tests.factories.access import make_viewer
from tests.support.apps import lent_app

pytestmark = BOTH
ACTOR = Actor(None, "测试甲")
ON = dt.date(2020, 1, 1)
STATION, SCHOOL = "/api/v1/units/990101-Z01", "/api/v1/units/990101-S01"
VISITS = "/api/v1/u/990101-S01/p/sample/visits"
Change = Callable[[Session], None]


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[Flask]:
    """Another process on the same database: its own app, engine and memory."""
    with lent_app(app.config["BANGFU_SETTINGS"]) as another:
        assert another is not app
        yield another


def deny(session: Session) -> None:
    unit = get_unit_by_code(session, "990101")
    change_rules(session, ACTOR, make_viewer(session, ("platform_admin", unit)), unit, note="文", known=access_catalogue(),
                 adding=[Line("tenant_admin", unit.path, "core.unit", "read", eft="deny")])


def end_posts(session: Session) -> None:
    session.execute(update(Assignment).values(valid_to=today()))


def move_away(session: Session) -> None:
    unit, other = (get_unit_by_code(session, code) for code in ("990101-Z01", "990102"))
    do_operation(session, Move(on=ON, unit=unit.id, parent=other.id), ACTOR, tenant_id="990101")


def recode(session: Session) -> None:
    unit = get_unit_by_code(session, "990101-S01")
    do_operation(session, Recode(on=ON, unit=unit.id, code="990101-S09"), ACTOR, tenant_id="990101")



def close(session: Session) -> None:
    do_operation(session, Close(on=ON, unit=get_unit_by_code(session, "990101-S09").id), ACTOR, tenant_id="990101")


def revoke(session: Session) -> None:
    revoke_token(session, session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).first(), ACTOR)


def expire(session: Session) -> None:
    session.execute(update(ApiToken).values(until=utcnow()))


def narrow(session: Session) -> None:
    session.execute(update(ApiToken).values(actions=["core:trail:read"]))


def suspend(session: Session) -> None:
    session.execute(update(Account).values(active=False))


def switch_off(session: Session) -> None:
    session.execute(update(PluginSwitch).values(on=False))


def switch_on(session: Session) -> None:
    session.execute(update(PluginSwitch).values(on=True))


def found_tenant(session: Session) -> None:
    """The school becomes a tenant of its own, in which the plugin is off."""
    session.add(Tenant(id="990101-S01", unit_id=get_unit_by_code(session, "990101-S01").id, founded_on=ON))


#: each by somebody whom the earlier ones have left alone: who, asks what, what happens, and the answer after it
CHANGES: tuple[tuple[str, str, Change, int], ...] = (
    ("jia-school", VISITS, switch_off, 404), ("jia-school", SCHOOL, switch_on, 200), ("jia-school", VISITS, found_tenant, 404),
    ("jia-admin", STATION, deny, 403), ("jia-aid", STATION, move_away, 404), ("province-admin", STATION, end_posts, 404),
    ("yi-admin", "/api/v1/me", suspend, 401),
)
OF_TOKENS: tuple[tuple[str, str, Change, int], ...] = (
    ("jia-admin", STATION, narrow, 403), ("jia-admin", STATION, expire, 401), ("jia-admin", STATION, revoke, 401))


def test_a_token_meets_what_has_changed(elsewhere: Flask, caller: Callable[..., Caller]) -> None:
    for change in (*OF_TOKENS, *CHANGES):
        expect(elsewhere, caller(change[0]), *change[1:])


def test_a_browser_meets_what_has_changed(elsewhere: Flask, client_as: ClientAs) -> None:
    for change in CHANGES:
        expect(elsewhere, client_as(change[0]), *change[1:])


def expect(elsewhere: Flask, asking: Caller | FlaskClient, address: str, change: Change, status: int) -> None:
    assert [asking.get(address).status_code for _ in range(2)] == [200, 200], change.__name__
    do(elsewhere, change)
    assert asking.get(address).status_code == status, change.__name__


def test_a_token_never_passes_for_a_browser_or_another_token(caller: Callable[..., Caller], client_as: ClientAs) -> None:
    """At first use a token's account is read as a browser's is, and what was made of the same rows is at hand."""
    browser, entries = client_as("jia-admin"), "/api/v1/units/990101-Z01/trail"
    for address in (STATION, entries):
        assert [browser.get(address).status_code for _ in range(2)] == [200, 200]
    units, trail = caller("jia-admin", "core:unit:read"), caller("jia-admin", "core:trail:read")
    for system in (units, trail):
        answers = [[system.get(address).status_code for address in (STATION, entries)] for _ in range(2)]
        assert answers == ([[200, 403]] * 2 if system is units else [[403, 200]] * 2)
    assert [browser.get(address).status_code for address in (STATION, entries)] == [200, 200]


def test_elevated_access_that_ends_is_gone(elsewhere: Flask, client_as: ClientAs) -> None:
    database: Database = elsewhere.extensions["bangfu.database"]
    browser = client_as("jia-admin")
    assert browser.get("/api/v1/units/990102").status_code == 404
    with database.transaction() as session:
        account, unit = find_by_login(session, "jia-admin"), get_unit_by_code(session, "990102")
        assert account is not None
        session.add(BreakGlass(account_id=account.id, who="测试甲", role="tenant_admin", unit_id=unit.id, reason="测试",
                               until=utcnow() + dt.timedelta(hours=1), notified_unit_id=unit.id))
    assert browser.get("/api/v1/units/990102").status_code == 200
    with database.transaction() as session:
        session.execute(update(BreakGlass).values(until=utcnow()))
    assert browser.get("/api/v1/units/990102").status_code == 404


def test_a_unit_is_found_by_its_new_code_and_shown_as_it_is(elsewhere: Flask, caller: Callable[..., Caller]) -> None:
    system = caller("jia-admin")
    assert system.get(SCHOOL).get_json()["unit"]["code"] == "990101-S01"
    do(elsewhere, recode)
    for address in ("/api/v1/units/990101-S09", SCHOOL):  # the old code still leads there
        assert system.get(address).get_json()["unit"]["code"] == "990101-S09"
    do(elsewhere, close)
    assert system.get(SCHOOL).get_json()["unit"]["closed_on"] == ON.isoformat()


def test_a_new_tenants_rows_leave_the_county(elsewhere: Flask, caller: Callable[..., Caller]) -> None:
    """The list of tenants in reach is asked anew as well: the province sees the new one's entries at once."""
    system = caller("province-auditor")
    address = "/api/v1/units/99/trail?action=core:test:write"
    assert system.get(address).get_json()["entries"] == []
    do(elsewhere, found_tenant)
    do(elsewhere, note_there)
    assert [entry["sentence"] for entry in system.get(address).get_json()["entries"]] == ["测试"]


def note_there(session: Session) -> None:
    record(session, ACTOR, "core:test:write", "测试", subject="test:1", tenant_id="990101-S01",
           unit_id=get_unit_by_code(session, "990101-S01").id)


def do(other: Flask, change: Change) -> None:
    """Make a change in the other process, and commit it there."""
    with other.app_context(), other.extensions["bangfu.database"].transaction() as session:
        change(session)
