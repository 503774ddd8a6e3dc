"""A plugin exists where it is on and nowhere else; core runs with none, and each plugin runs alone."""

from __future__ import annotations

import datetime as dt
import inspect
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.app import create_app
from core.extensions import Actor, Database, new_id, tenant_scope
from core.host import loading
from core.host.contract import ActionSpec, RuleSpec
from core.host.loading import GROUP, SPECS
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.host.queries import find_switch
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.core.host.support import make_plugin
from tests.sample_plugin.services import note_visit

ON, OFF = "990101", "990102"
EXTRA = "tests.sample_plugin.extra.hooks"
TOWN_OF = {ON: "990101-S01", OFF: "990102-S01"}
#: hooks that a plugin hears of wherever it is installed, because its data stay
ALWAYS = {"collect_change_effects", "before_unit_changed", "on_unit_changed", "on_unit_restored"}
ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def visits(app_database: Database) -> dict[str, str]:
    """A visit in each of two counties, whether or not the plugin is on there: id by county."""
    found: dict[str, str] = {}
    for county, school in TOWN_OF.items():
        with app_database.transaction() as session, tenant_scope(session, county):
            unit = get_unit_by_code(session, school)
            visit = note_visit(session, county, unit.id, f"冬衣{county}", Decimal("150"), dt.date(2020, 1, 1),
                               Actor(None, "测试甲"))
            found[county] = str(visit.id)
    return found


def addresses(app: Flask, code: str, visit_id: str) -> list[tuple[str, str]]:
    """Every address of the plugin at a unit, with its method."""
    found: list[tuple[str, str]] = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("sample."):
            values: dict[str, Any] = {"code": code}
            values |= dict.fromkeys(rule.arguments - {"code"}, visit_id)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                found.append((method, adapter.build(rule.endpoint, values, method=method)))
    return sorted(found)


def switch(database: Database, county: str, on: bool) -> None:
    with database.transaction() as session:
        stored = find_switch(session, county, "sample")
        if stored is None:
            session.add(PluginSwitch(tenant_id=county, plugin="sample", on=on, changed_by="测试甲"))
        else:
            stored.on = on


# Off and on, in the same process

def test_every_address_of_a_plugin_that_is_off_answers_404(
        app: Flask, client_as: ClientAs, visits: dict[str, str]) -> None:
    client = client_as("yi-aid")
    listed = addresses(app, OFF, visits[OFF])
    assert len(listed) >= 12
    assert {(method, address): client.open(address, method=method).status_code for method, address in listed} == dict.fromkeys(listed, 404)


def test_no_address_of_a_plugin_that_is_on_answers_404(
        app: Flask, client_as: ClientAs, visits: dict[str, str]) -> None:
    client = client_as("jia-aid")
    answers = {client.open(address, method=method).status_code
               for method, address in addresses(app, ON, visits[ON]) if "/payments/" not in address}
    assert 404 not in answers
    assert answers <= {200, 400, 403, 422}


def test_one_county_on_and_its_neighbour_off_in_the_same_process(
        client_as: ClientAs, visits: dict[str, str]) -> None:
    assert client_as("jia-school").get("/u/990101-S01/p/sample/").status_code == 200
    assert client_as("yi-school").get("/u/990102-S01/p/sample/").status_code == 404


def test_switching_on_brings_it_and_switching_off_takes_it_with_its_data_kept(
        client_as: ClientAs, app_database: Database, visits: dict[str, str]) -> None:
    client, address = client_as("yi-school"), f"/u/990102-S01/p/sample/visits/{visits[OFF]}"
    answers = [client.get(address).status_code]
    for on in (True, False, True):
        switch(app_database, OFF, on)
        answers.append(client.get(address).status_code)
    assert answers == [404, 200, 404, 200]


def test_the_menu_shows_it_only_where_it_is_on(client_as: ClientAs) -> None:
    assert "/p/sample/" in client_as("jia-school").get("/u/990101-S01/").get_data(as_text=True)
    assert "/p/sample/" not in client_as("yi-school").get("/u/990102-S01/").get_data(as_text=True)


def test_search_finds_its_records_only_where_it_is_on(
        client_as: ClientAs, app_database: Database, visits: dict[str, str]) -> None:
    def found(login: str) -> str:
        return client_as(login).get("/search?q=冬衣").get_data(as_text=True)
    assert "冬衣990101" in found("jia-school")
    assert "冬衣990102" not in found("yi-school")
    switch(app_database, OFF, True)
    assert "冬衣990102" in found("yi-school")
    assert "冬衣990101" not in found("yi-school")


def test_a_level_above_sees_only_the_counties_where_it_is_on(
        client_as: ClientAs, app_database: Database, visits: dict[str, str]) -> None:
    def seen() -> tuple[int, str, list[str]]:
        client = client_as("city-auditor")
        titles = [option["label"] for option in client.get("/u/9901/p/sample/options").get_json()["options"]]
        count = client.get("/u/9901/p/sample/count").get_json()["count"]
        return count, client.get("/u/9901/p/sample/total").get_json()["total"], sorted(titles)
    assert seen() == (1, "150.00", ["冬衣990101"])
    switch(app_database, OFF, True)
    assert seen() == (2, "300.00", ["冬衣990101", "冬衣990102"])


def test_cards_of_a_level_above_count_only_the_counties_where_it_is_on(
        app: Flask, client_as: ClientAs, visits: dict[str, str]) -> None:
    seen = _record(app)
    client_as("city-auditor").get("/u/9901/")
    tenants = {name: arguments["place"].tenants for name, arguments in seen}
    assert tenants == {"collect_cards": {ON}, "collect_todos": {ON}}


def _record(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    """Note every call of a hook that reaches the sample plugin."""
    host: PluginHost = app.extensions["bangfu.host"]
    seen: list[tuple[str, dict[str, Any]]] = []
    call = host._call

    def recording(found: Any, hook: str, arguments: Any) -> Any:
        if found.slug == "sample":
            seen.append((hook, dict(arguments)))
        return call(found, hook, arguments)
    host._call = recording  # type: ignore[method-assign]
    return seen


def test_no_hook_of_a_plugin_that_is_off_is_called(
        app: Flask, client_as: ClientAs, visits: dict[str, str]) -> None:
    seen = _record(app)
    client = client_as("yi-admin")
    for address in ("/u/990102/", "/u/990102/units", "/search?q=冬衣", "/u/990102/plan", "/u/990102/plugins"):
        assert client.get(address).status_code == 200, address
    assert seen == []


def test_each_hook_is_either_asked_by_tenant_or_known_to_reach_all() -> None:
    for name in {name for name in SPECS if not name.startswith("register_")} - ALWAYS:
        assert {"place", "tenant_id"} & set(inspect.signature(SPECS[name]).parameters), name


# None, one, broken

@pytest.fixture
def make_app(world_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Flask]]:
    made: list[Flask] = []
    monkeypatch.setattr(loading, "entry_points", lambda group: [])  # only what the test names

    def make(*plugins: str, without: str = "") -> Flask:
        path = tmp_path / f"{new_id().hex}.sqlite3"
        shutil.copy(world_template, path)
        if without:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(f"DROP TABLE {without}")
        app = create_app(settings_for(f"sqlite:///{path}", tmp_path, *plugins))
        made.append(app)
        return app
    yield make
    for app in made:
        app.extensions["bangfu.database"].dispose()


def signed_in(app: Flask, login: str) -> FlaskClient:
    from tests.factories.world import PASSWORD

    client = app.test_client()
    assert client.post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 302
    return client


def test_core_starts_with_no_plugin_and_its_pages_work(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    client = signed_in(app, "jia-admin")
    for address in ("/u/990101/", "/u/990101/units", "/u/990101/plan", "/u/990101/switchboard",
                    "/u/990101/plugins", "/search?q=甲"):
        assert client.get(address).status_code == 200, address
    assert client.get("/u/990101/p/sample/").status_code == 404


INSTALLED = [point.value for point in entry_points(group=GROUP)]


@pytest.mark.parametrize("plugins", [(SAMPLE,), (SAMPLE, EXTRA), *((value,) for value in INSTALLED)])
def test_each_plugin_starts_alone_with_what_it_requires(
        make_app: Callable[..., Flask], plugins: tuple[str, ...]) -> None:
    app = make_app(*plugins)
    assert app.extensions["bangfu.host"].quarantined == []
    assert signed_in(app, "jia-admin").get("/u/990101/").status_code == 200


@pytest.mark.parametrize(("broken", "name", "reason"), [
    ("tests.sample_plugin.broken", "tests.sample_plugin.broken", "no_such_library_of_the_sample"),
    ("tests.sample_plugin.misspelt", "sample_misspelt", "是否应为 on_plugin_enabled？"),
    (EXTRA, "sample_extra", "所需的插件没有安装或已被隔离：sample"),
])
def test_a_broken_plugin_is_named_on_the_page_and_the_platform_works(
        make_app: Callable[..., Flask], broken: str, name: str, reason: str) -> None:
    client = signed_in(make_app(broken), "province-admin")
    text = client.get("/u/99/plugins").get_data(as_text=True)
    assert name in text
    assert reason in text
    assert client.get("/u/99/").status_code == 200


def test_the_page_of_plugins_lists_version_needs_and_tenants(make_app: Callable[..., Flask]) -> None:
    client = signed_in(make_app(SAMPLE, EXTRA), "province-admin")
    text = client.get("/u/99/plugins").get_data(as_text=True)
    for part in ("示例走访", "1.2.0", "示例补充"):
        assert part in text
    assert "已隔离" not in text


def test_the_page_of_plugins_is_not_for_everybody(client_as: ClientAs) -> None:
    assert client_as("jia-school").get("/u/990101-S01/plugins").status_code == 403
    assert client_as("jia-admin").get("/u/990102/plugins").status_code == 404


def test_a_plugin_without_its_tables_is_named_and_its_addresses_answer_404(
        make_app: Callable[..., Flask]) -> None:
    app = make_app(SAMPLE, without="sample_moved")
    client = signed_in(app, "jia-admin")
    assert "数据库缺少 sample_moved，请运行 bangfu db upgrade" in client.get("/u/990101/plugins").get_data(as_text=True)
    assert client.get("/u/990101/").status_code == 200
    assert client.get("/u/990101/p/sample/").status_code == 404
    assert "/p/sample/" not in client.get("/u/990101/").get_data(as_text=True)


def test_a_default_rule_with_an_unknown_condition_sets_its_plugin_aside(make_app: Callable[..., Flask]) -> None:
    def register_actions() -> list[ActionSpec]:
        return [ActionSpec("hasty:thing:approve", "审批")]

    def register_rules() -> list[RuleSpec]:
        return [RuleSpec("aid_centre", "hasty.thing", "approve", cond="on_mondays")]
    app = make_app(make_plugin("hasty", register_actions, register_rules).__name__)
    (found,) = app.extensions["bangfu.host"].quarantined
    assert found.name == "hasty"
    assert "没有名为“on_mondays”的条件" in found.reason
    assert signed_in(app, "jia-admin").get("/u/990101/").status_code == 200
