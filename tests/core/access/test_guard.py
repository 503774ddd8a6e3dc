"""The check before every view: 401, 404, 403, or the view with its scope in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, g, jsonify
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import guard, reading
from core.access.guard import role_behind
from core.access.rules import Line
from core.access.scoping import scoped_page
from core.access.services import change_rules
from core.access.viewer import Decision
from core.accounts import sign_in
from core.errors import NotPermitted, PluginError
from core.extensions import Actor, Database, all_tenants, current_scope
from core.host.models import PluginSwitch
from core.trail.models import TrailEntry
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.markers import plugin_blueprint, public, require, unit_blueprint
from core.web.request import db
from tests.factories.access import Registry, make_viewer
from tests.sample_plugin.models import Visit

ClientAs = Callable[[str], FlaskClient]
JSON = {"Accept": "application/json"}


def trail(database: Database, *criteria: object) -> list[TrailEntry]:
    with database.session() as session, all_tenants(session, "核对"):
        found = list(session.scalars(select(TrailEntry).where(*criteria).order_by(TrailEntry.id)))  # type: ignore[arg-type]
        session.expunge_all()
    return found


def refusals(database: Database) -> list[TrailEntry]:
    return trail(database, TrailEntry.sentence.startswith("拒绝"))


# An app that starts

def bare(*blueprints: Blueprint) -> Flask:
    made = Flask("bare")
    made.secret_key = "test"
    made.extensions["bangfu.host"] = Registry()
    sign_in.install(made)
    for blueprint in blueprints:
        made.register_blueprint(blueprint)
    return made


def test_an_app_with_an_endpoint_that_declares_nothing_does_not_start() -> None:
    open_door = Blueprint("door", __name__)
    open_door.add_url_rule("/door", "open", lambda: "")
    with pytest.raises(PluginError, match=r"door\.open"):
        guard.install(bare(open_door))


def test_an_app_that_asks_for_an_action_nobody_registered_does_not_start() -> None:
    door = Blueprint("door", __name__)
    door.add_url_rule("/door", "open", require("aid:door:open")(lambda: ""))
    with pytest.raises(PluginError, match="aid:door:open"):
        guard.install(bare(door))


def test_an_endpoint_that_lost_its_declaration_is_closed() -> None:
    door = Blueprint("door", __name__)
    door.add_url_rule("/door", "open", public("试验")(lambda: "in"))
    made = bare(door)
    guard.install(made)
    assert made.test_client().get("/door").text == "in"
    made.view_functions["door.open"] = lambda: "in"
    made.testing = True
    with pytest.raises(NotPermitted):
        made.test_client().get("/door")


# Who asks

def test_a_stranger_is_sent_to_sign_in_and_back(client_as: ClientAs) -> None:
    answer = client_as("").get("/u/99/access/rules?role=auditor")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/u/99/access/rules?role%3Dauditor"
    assert client_as("").post("/u/99/access/rules").location == "/sign-in"


def test_a_program_is_answered_401(client_as: ClientAs) -> None:
    assert client_as("").get("/api/v1/units/99").status_code == 401
    assert client_as("").get("/u/99/access/", headers=JSON).status_code == 401


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client_as: ClientAs) -> None:
    answer = client_as("").get("/u/99/tree", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_public_pages_and_files_ask_nothing(client_as: ClientAs) -> None:
    assert client_as("").get("/sign-in").status_code == 200
    with client_as("").get("/static/css/app.css") as answer:
        assert answer.status_code == 200
    assert client_as("").get("/no/such/page").status_code == 404


# Where

@pytest.mark.parametrize(("login", "code"), [
    ("jia-admin", "990102"), ("jia-admin", "9901"), ("jia-admin", "99"), ("jia-admin", "00"),
    ("jia-admin", "no-such-code"), ("jia-central", "990101101"), ("jia-school", "990101"), ("city-bureau", "990201"),
])
def test_a_unit_out_of_scope_does_not_exist(client_as: ClientAs, app_database: Database, login: str, code: str) -> None:
    answer = client_as(login).get(f"/u/{code}/")
    assert answer.status_code == 404
    assert refusals(app_database) == []


@pytest.mark.parametrize(("login", "code"), [
    ("jia-admin", "990101"), ("jia-admin", "990101100001"), ("city-bureau", "990102"), ("province-admin", "990201"),
])
def test_a_unit_in_scope_answers(client_as: ClientAs, login: str, code: str) -> None:
    assert client_as(login).get(f"/u/{code}/").status_code == 200
    assert client_as(login).get(f"/api/v1/units/{code}").json["unit"]["code"] == code


def test_a_closed_unit_belongs_to_those_who_may_read_units(client_as: ClientAs, app_database: Database) -> None:
    with app_database.transaction() as session:
        unit = find_unit_by_code(session, "990101102")
        assert unit is not None
        unit.closed_on = dt.date(2020, 1, 1)
    assert client_as("jia-admin").get("/u/990101102/").status_code == 200
    deny(app_database, "tenant_admin", "core.unit", "read")
    assert client_as("jia-admin").get("/u/990101102/access/").status_code == 404
    assert client_as("jia-admin").get("/u/990101101/access/").status_code == 200


def deny(database: Database, role: str, obj: str, act: str, code: str = "990101") -> None:
    with database.transaction() as session:
        unit = find_unit_by_code(session, code)
        assert unit is not None
        change_rules(session, Actor(None, "测试甲"), make_viewer(session, ("platform_admin", unit)), unit, note="文",
                     adding=[Line(role, unit.path, obj, act, eft="deny")], known=guard.catalogue(HOST[0]))


HOST: list[Registry] = []


@pytest.fixture(autouse=True)
def host(request: pytest.FixtureRequest) -> None:
    HOST[:] = [request.getfixturevalue("app").extensions["bangfu.host"]] if "client_as" in request.fixturenames else []


# What

def test_in_scope_without_the_action_is_refused_with_the_reason_and_trailed(
        client_as: ClientAs, app_database: Database) -> None:
    answer = client_as("jia-school").get("/u/990101-S01/access/")
    assert answer.status_code == 403
    assert "您在“甲县第一中学”的身份是“学校资助经办员”，没有规则允许“查看访问规则”" in answer.text
    entry, = refusals(app_database)
    assert (entry.tenant_id, entry.action, entry.subject) == ("990101", "core:access:read", "endpoint:access.overview")
    assert "没有规则允许" in entry.reason


def test_a_refusal_by_a_line_names_it(client_as: ClientAs, app_database: Database) -> None:
    deny(app_database, "tenant_admin", "core.access", "read")
    answer = client_as("jia-admin").get("/u/990101/access/", headers=JSON)
    assert answer.status_code == 403
    assert "禁止“查看访问规则”" in answer.json["detail"]


def test_a_refused_write_is_trailed_although_it_held_the_write_lock(client_as: ClientAs, app_database: Database) -> None:
    answer = client_as("province-auditor").post("/u/99/access/rules", data={"role": "helper"})
    assert answer.status_code == 403
    assert [entry.action for entry in refusals(app_database)] == ["core:access:manage"]


def test_a_plugin_that_is_off_does_not_exist_and_one_that_is_on_refuses(client_as: ClientAs) -> None:
    assert client_as("yi-school").get("/u/990102-S01/p/sample/").status_code == 404
    assert client_as("jia-school").get("/u/990101-S01/p/sample/").status_code == 200
    assert client_as("jia-general").get("/u/990101-S01/p/sample/export.csv").status_code == 403
    assert client_as("yi-admin").get("/u/990102/p/sample/export.csv").status_code == 404


def test_above_the_tenants_a_plugin_is_there_while_one_below_has_it_on(
        client_as: ClientAs, app_database: Database) -> None:
    assert client_as("city-bureau").get("/u/9901/p/sample/").status_code == 200
    with app_database.transaction() as session:
        for switch in session.scalars(select(PluginSwitch).where(PluginSwitch.tenant_id == "990101")):
            switch.on = False
    assert client_as("city-bureau").get("/u/9901/p/sample/").status_code == 404
    assert client_as("province-bureau").get("/u/99/p/sample/").status_code == 200


def test_a_transaction_apart_needs_no_request_session(app: Flask, app_database: Database) -> None:
    with app.test_request_context("/"), guard.apart() as own:
        record(own, Actor(None, "测试甲"), "core:test:write", "拒绝：试验", subject="test:1")
    assert [entry.sentence for entry in refusals(app_database)] == ["拒绝：试验"]


# What the view finds

@pytest.fixture
def seen(app: Flask) -> dict[str, object]:
    """What two views found in place: one at a unit, one without."""
    found: dict[str, object] = {}

    def note(**given: str) -> object:
        scope = current_scope(db())
        found.update(unit=g.unit.code if g.unit else None, tenant=g.tenant_id, tenants=set(g.tenants), role=g.role,
                     scope=g.scope, opened=scope.tenants if scope else None, place=g.viewer.place is not None)
        if given.get("read"):
            db().scalars(select(Visit)).all()
        return jsonify(rows=len(scoped_page(db(), Visit, g.scope)))

    at_unit = unit_blueprint("probe", __name__)
    at_unit.add_url_rule("/probe", "at", require("sample:visit:read")(note))
    anywhere = Blueprint("probe_any", __name__)
    anywhere.add_url_rule("/probe", "any", require("sample:visit:read")(note))
    of_plugin = plugin_blueprint("sample", __name__)
    of_plugin.name = "probe_plugin"
    of_plugin.add_url_rule("/probe", "plugin", require("sample:visit:read")(note))
    for blueprint in (at_unit, anywhere, of_plugin):
        app.register_blueprint(blueprint)
    return found


def test_the_view_finds_its_unit_tenant_role_and_scope(client_as: ClientAs, seen: dict[str, object]) -> None:
    assert client_as("jia-central").get("/u/990101100001/probe").status_code == 200
    assert (seen["unit"], seen["tenant"], seen["role"]) == ("990101100001", "990101", "central_school")
    assert seen["tenants"] == seen["opened"] == {"990101"}
    assert client_as("province-bureau").get("/u/9901/probe").status_code == 200
    assert (seen["unit"], seen["tenant"]) == ("9901", "99")
    assert seen["tenants"] == {"99", "990101", "990102"}
    assert seen["place"]


def test_nothing_of_a_unit_is_left_for_the_next_request(app: Flask, client_as: ClientAs, seen: dict[str, object]) -> None:
    bureau = client_as("province-bureau")
    with app.app_context():  # which requests within it share
        for code in ("9901", "990101"):
            assert bureau.get(f"/u/{code}/probe").status_code == 200
            assert seen["unit"] == code
        assert bureau.get("/probe").status_code == 200
        assert seen["unit"] is None


def test_a_plugins_view_finds_only_the_tenants_where_it_is_on(client_as: ClientAs, seen: dict[str, object]) -> None:
    assert client_as("province-bureau").get("/u/99/p/sample/probe").status_code == 200
    assert seen["tenants"] == {"990101", "990201"}


def test_an_address_without_a_unit_opens_all_the_person_reaches(
        client_as: ClientAs, seen: dict[str, object], app_database: Database) -> None:
    assert client_as("city-auditor").get("/probe").status_code == 200
    assert (seen["unit"], seen["tenant"], seen["place"]) == (None, "00", False)
    assert seen["tenants"] == {"99", "990101", "990102"}
    assert client_as("jia-approver").get("/probe").status_code == 403
    assert "任何单位" in refusals(app_database)[-1].reason


def test_an_account_without_posts_is_refused_everywhere(client_as: ClientAs, seen: dict[str, object],
                                                        app_database: Database) -> None:
    from core.access.models import Assignment

    with app_database.transaction() as session:
        for post in session.scalars(select(Assignment)):
            session.delete(post)
    answer = client_as("jia-admin").get("/probe")
    assert answer.status_code == 403
    assert "没有任职" in answer.text


def test_templates_ask_the_same_question(app: Flask, client_as: ClientAs) -> None:
    found: list[bool] = []

    def ask(**given: str) -> str:
        found.extend([guard.allowed("core:access:read"), guard.allowed("core:access:manage")])
        return ""

    probe = unit_blueprint("probe", __name__)
    probe.add_url_rule("/probe", "at", require("core:unit:read")(ask))
    app.register_blueprint(probe)
    client_as("jia-discipline").get("/u/990101/probe")
    assert found == [True, False]
    with app.test_request_context("/"):
        assert not guard.allowed("core:unit:read")


def test_the_role_behind_a_decision_is_the_one_the_line_names(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("auditor", units["99"]), ("helper", units["99"]))
    path = units["99"].path
    assert role_behind(viewer, viewer.decide("core:trail:read", path)) == "auditor"
    assert role_behind(viewer, viewer.decide("core:unit:read", path)) == "auditor"
    assert role_behind(viewer, viewer.decide("core:unit:write", path)) == ""
    assert role_behind(viewer, Decision(True, Line("gone", "", "core.unit", "read"), frozenset())) == ""


# Reading across tenants

@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_last", {})


def readings(database: Database) -> list[TrailEntry]:
    return trail(database, TrailEntry.action.startswith("read:"))


@pytest.mark.usefixtures("fresh")
def test_reading_across_tenants_leaves_one_entry_for_a_while(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("province-auditor")
    for _ in range(3):
        assert client.get("/u/99/p/sample/").status_code == 200
    entry, = readings(app_database)
    assert (entry.tenant_id, entry.role, entry.action) == ("99", "auditor", "read:sample.index")
    assert entry.after == {"tenants": ["990101", "990201"]}
    client.get("/u/9901/p/sample/")
    client.get("/u/99/p/sample/count")
    assert len(readings(app_database)) == 2, "one tenant with the plugin under the city, two under the province"


@pytest.mark.usefixtures("fresh")
def test_an_orm_read_across_tenants_is_noticed_too(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    def every(**given: str) -> str:
        return str(len(db().scalars(select(Visit)).all()))

    def none(**given: str) -> str:
        return str(db().scalar(select(Unit.name).limit(1)))

    probe = unit_blueprint("probe", __name__)
    probe.add_url_rule("/every", "every", require("sample:visit:read")(every))
    probe.add_url_rule("/none", "none", require("sample:visit:read")(none))
    app.register_blueprint(probe)
    client = client_as("province-auditor")
    client.get("/u/99/none")
    assert readings(app_database) == []
    client.get("/u/99/every")
    assert [entry.action for entry in readings(app_database)] == ["read:probe.every"]


@pytest.mark.usefixtures("fresh")
def test_a_read_that_finds_no_page_or_stays_in_one_tenant_leaves_none(client_as: ClientAs, app_database: Database) -> None:
    assert client_as("jia-aid").get("/u/990101/p/sample/").status_code == 200
    assert client_as("province-auditor").get("/u/99/p/sample/visits/01890000-0000-7000-8000-000000000000").status_code == 404
    assert readings(app_database) == []


@pytest.mark.usefixtures("fresh")
def test_what_was_read_is_forgotten_before_it_piles_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 1)
    assert [reading._is_due((number,)) for number in (1, 2, 3, 3)] == [True, True, True, False]
    assert list(reading._last) == [(3,)]
