"""Loading, quarantine, and calls that reach the right plugins in the right order."""

from __future__ import annotations

import logging
import sys
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import PluginError
from core.extensions import Actor, Database, current_scope, new_id, tenant_scope
from core.host.contract import ActionSpec, Card, Effect, MenuItem, Place, RoleSpec, RuleSpec
from core.host.manager import PluginHost
from core.host.markers import hookimpl
from core.web.markers import plugin_blueprint
from tests.core.host.support import host_of, make_plugin, reasons

ACTOR = Actor(None, "测试甲")
PLACE = Place(new_id(), "52", "贵州省", "00/52/", frozenset({"522723", "522702"}))


def cards(label: str) -> object:
    def collect_cards(session: Session, place: Place) -> list[Card]:
        return [Card(label, ",".join(sorted(place.tenants)))]
    return collect_cards


def failing_cards(session: Session, place: Place) -> list[Card]:
    raise ValueError("坏了")


failing_cards.__name__ = "collect_cards"


def labels(host: PluginHost, session: Session, *enabled: str) -> list[str]:
    return [card.title for card in
            host.collect("collect_cards", frozenset(enabled), session=session, place=PLACE)]


def test_the_host_starts_with_no_plugin_at_all() -> None:
    host = host_of()
    assert host.plugins == []
    assert host.registered("register_actions") == []
    assert host.quarantined == []


def test_answers_come_in_manifest_order_whatever_the_order_of_loading(sqlite_database: Database) -> None:
    late = make_plugin("aaa", cards("后"), order=50)
    early = make_plugin("zzz", cards("先"), order=10)
    equal = make_plugin("bbb", cards("同"), order=50)
    with sqlite_database.session() as session:
        for plugins in ((late, early, equal), (equal, early, late)):
            assert labels(host_of(*plugins), session, "aaa", "bbb", "zzz") == ["先", "后", "同"]


def test_only_enabled_plugins_are_called(sqlite_database: Database) -> None:
    host = host_of(make_plugin("one", cards("一")), make_plugin("two", cards("二")))
    with sqlite_database.session() as session:
        assert labels(host, session, "two") == ["二"]
        assert labels(host, session) == []
        caller = host.for_tenant(frozenset({"one"}))
        found = caller.collect("collect_cards", session=session, place=PLACE)
    assert [card.title for card in found] == ["一"]


def test_each_plugin_hears_only_of_the_tenants_where_it_is_on(sqlite_database: Database) -> None:
    host = host_of(make_plugin("one", cards("一")), make_plugin("two", cards("二")),
                   make_plugin("off", cards("关")))
    switches = {"522723": frozenset({"one", "two"}), "522702": frozenset({"two"}),
                "341721": frozenset({"off"})}
    with sqlite_database.session() as session:
        found = host.collect_at("collect_cards", switches, session=session, place=PLACE)
    assert [(card.title, card.value) for card in found] == [("一", "522723"), ("二", "522702,522723")]


def test_core_features_are_always_called_and_come_first(sqlite_database: Database) -> None:
    core_hooks = make_plugin("core_part", cards("平台"))
    host = host_of(make_plugin("one", cards("一"), order=-5), builtins=(core_hooks,))
    with sqlite_database.session() as session:
        assert labels(host, session, "one") == ["平台", "一"]
        assert labels(host, session) == ["平台"]


def test_a_misspelt_hook_of_core_itself_stops_the_start() -> None:
    wrong = ModuleType("core_wrong")
    wrong.collect_card = hookimpl(lambda session, place: [])  # type: ignore[attr-defined]
    with pytest.raises(PluginError, match="collect_card"):
        host_of(builtins=(wrong,))


@pytest.fixture
def failing() -> tuple[ModuleType, ModuleType]:
    return make_plugin("bad", failing_cards, order=1), make_plugin("good", cards("好"), order=2)


def test_a_failing_collect_is_raised_outside_production(
        sqlite_database: Database, failing: tuple[ModuleType, ...]) -> None:
    with sqlite_database.session() as session, pytest.raises(ValueError, match="坏了"):
        labels(host_of(*failing), session, "bad", "good")


def test_a_failing_collect_is_logged_and_dropped_in_production(
        sqlite_database: Database, failing: tuple[ModuleType, ...], caplog: pytest.LogCaptureFixture) -> None:
    host = host_of(*failing, production=True)
    with sqlite_database.session() as session, caplog.at_level(logging.ERROR, "core.host"):
        assert labels(host, session, "bad", "good") == ["好"]
    assert "plugin bad failed in collect_cards for tenant 522702,522723" in caplog.text


def test_a_failed_statement_of_a_plugin_does_not_spoil_the_transaction(database: Database) -> None:
    def collect_cards(session: Session, place: Place) -> list[Card]:
        session.execute(text("SELECT * FROM no_such_table"))
        return []
    host = host_of(make_plugin("bad", collect_cards, order=1), make_plugin("good", cards("好")),
                   production=True)
    with database.session() as session:
        assert labels(host, session, "bad", "good") == ["好"]
        assert session.scalar(text("SELECT 1")) == 1


def test_a_collect_that_returns_no_list_is_a_fault(sqlite_database: Database) -> None:
    def collect_cards(session: Session, place: Place) -> object:
        return "一张卡片"
    with sqlite_database.session() as session, pytest.raises(PluginError, match="应返回列表"):
        labels(host_of(make_plugin("odd", collect_cards)), session, "odd")


def test_a_failing_notification_propagates_even_in_production(sqlite_database: Database) -> None:
    def on_demo_loaded(tenant_id: str) -> None:
        raise ValueError(tenant_id)
    host = host_of(make_plugin("bad", on_demo_loaded), production=True)
    with sqlite_database.session() as session, pytest.raises(ValueError, match="522723"):
        host.notify("on_demo_loaded", frozenset({"bad"}), session=session, tenant_id="522723", actor=ACTOR)


def test_a_notification_without_a_set_reaches_every_installed_plugin(sqlite_database: Database) -> None:
    told: list[str] = []

    def teller(name: str) -> object:
        def on_demo_loaded() -> None:
            told.append(name)
        return on_demo_loaded
    host = host_of(make_plugin("one", teller("one")), make_plugin("two", teller("two")))
    with sqlite_database.session() as session:
        arguments = {"session": session, "tenant_id": "52", "actor": ACTOR}
        host.notify("on_demo_loaded", **arguments)
        host.for_tenant(frozenset({"two"})).notify("on_demo_loaded", **arguments)
    assert told == ["one", "two", "two"]


def test_a_hook_finds_the_scope_of_its_tenants_open(sqlite_database: Database) -> None:
    seen: list[frozenset[str]] = []

    def look(session: Session) -> None:
        scope = current_scope(session)
        seen.append(scope.tenants if scope else frozenset())

    def on_demo_loaded(session: Session) -> None:
        look(session)

    def collect_cards(session: Session) -> list[Card]:
        look(session)
        return []
    host = host_of(make_plugin("one", on_demo_loaded, collect_cards))
    switches = {"522723": frozenset({"one"})}
    with sqlite_database.session() as session:
        host.notify("on_demo_loaded", session=session, tenant_id="522702", actor=ACTOR)
        host.collect_at("collect_cards", switches, session=session, place=PLACE)
        with tenant_scope(session, {"522702", "341721"}):
            host.notify("on_demo_loaded", session=session, tenant_id="522702", actor=ACTOR)
    assert seen == [{"522702"}, {"522723"}, {"522702", "341721"}]


# What is put in quarantine, and what goes on

def test_an_import_error_is_quarantined_with_its_reason() -> None:
    host = host_of("no.such.module", make_plugin("good"))
    assert "No module named 'no'" in reasons(host)["no.such.module"]
    assert [item.slug for item in host.plugins] == ["good"]


def test_a_missing_attribute_is_quarantined() -> None:
    host = host_of("tests.core.host.support:nothing")
    assert "nothing" in reasons(host)["tests.core.host.support:nothing"]


def test_a_plugin_that_ends_the_process_is_quarantined() -> None:
    def register_actions() -> list[ActionSpec]:
        sys.exit(1)
    assert reasons(host_of(make_plugin("rude", register_actions))) == {"rude": "SystemExit：1"}


def test_a_misspelt_hook_is_named_with_the_one_meant() -> None:
    def colect_cards() -> list[Card]:
        return []
    host = host_of(make_plugin("typo", colect_cards))
    assert reasons(host) == {"typo": "没有名为 colect_cards 的钩子，是否应为 collect_cards？"}


def test_a_hook_with_a_wrong_argument_is_quarantined() -> None:
    def collect_cards(session: Session, county: str) -> list[Card]:
        return []
    assert "county" in reasons(host_of(make_plugin("args", collect_cards)))["args"]


def test_a_hook_that_wraps_others_is_quarantined() -> None:
    plugin = make_plugin("wrapper")

    @hookimpl(wrapper=True)
    def register_actions():  # type: ignore[no-untyped-def]
        return (yield)
    plugin.register_actions = register_actions  # type: ignore[attr-defined]
    assert "不得包裹" in reasons(host_of(plugin))["wrapper"]


def test_a_raising_register_hook_is_quarantined() -> None:
    def register_rules() -> list[RuleSpec]:
        raise RuntimeError("配置读不到")
    assert reasons(host_of(make_plugin("bad", register_rules))) == {"bad": "RuntimeError：配置读不到"}


def test_what_is_registered_must_have_the_right_type_and_the_plugins_own_name() -> None:
    def register_actions() -> list[object]:
        return ["other:thing:read"]

    def register_menus() -> list[MenuItem]:
        return [MenuItem("列表", "other.index", "list", "named:thing:read")]
    host = host_of(make_plugin("typed", register_actions), make_plugin("named", register_menus))
    assert "ActionSpec" in reasons(host)["typed"]
    assert reasons(host)["named"] == "“other.index”须以“named.”开头"


def test_the_second_of_two_with_one_slug_is_quarantined_and_the_first_works() -> None:
    first = make_plugin("twin")
    second = make_plugin("twin")
    sys.modules["made_twin_again"] = second
    second.__name__ = "made_twin_again"
    sys.modules["made_twin"] = first
    host = host_of(first, second)
    assert reasons(host) == {"twin": "slug “twin”已被占用"}
    assert host.find("twin") is not None


def test_a_role_taken_already_is_refused() -> None:
    def register_roles() -> list[RoleSpec]:
        return [RoleSpec("visitor", "走访员")]
    host = host_of(make_plugin("one", register_roles), make_plugin("two", register_roles))
    assert reasons(host) == {"two": "角色已被占用：visitor"}


def test_a_requirement_in_quarantine_takes_its_dependants_along() -> None:
    def register_actions() -> list[ActionSpec]:
        raise RuntimeError("坏了")
    host = host_of(make_plugin("base", register_actions), make_plugin("middle", requires=("base",)),
                   make_plugin("top", requires=("middle",)), make_plugin("alone"))
    assert set(reasons(host)) == {"base", "middle", "top"}
    assert [item.slug for item in host.plugins] == ["alone"]


def test_an_address_that_declares_no_action_quarantines_its_plugin() -> None:
    blueprint = plugin_blueprint("silent", __name__)
    blueprint.add_url_rule("/", "index", lambda code: "")

    def register_blueprints() -> list[object]:
        return [blueprint]
    assert "silent.index" in reasons(host_of(make_plugin("silent", register_blueprints)))["silent"]


def test_a_blueprint_under_another_name_is_quarantined() -> None:
    blueprint = plugin_blueprint("other", __name__)

    def register_blueprints() -> list[object]:
        return [blueprint]
    assert "蓝图“other”" in reasons(host_of(make_plugin("mine", register_blueprints)))["mine"]


def test_quarantine_at_work_takes_a_plugin_out_of_every_call(sqlite_database: Database) -> None:
    def register_actions() -> list[ActionSpec]:
        return [ActionSpec("one:thing:read", "查看")]
    host = host_of(make_plugin("one", cards("一"), register_actions), make_plugin("two", requires=("one",)))
    assert host.registered_by("register_actions") == [("one", ActionSpec("one:thing:read", "查看"))]
    host.quarantine("one", "数据表缺失")
    with sqlite_database.session() as session:
        assert labels(host, session, "one") == []
    assert host.registered("register_actions") == []
    assert host.why_quarantined("one") == "数据表缺失"
    assert "two" in reasons(host)


def test_effects_of_one_plugin_can_be_asked_alone(sqlite_database: Database) -> None:
    def collect_switch_effects(tenant_id: str, on: bool) -> list[Effect]:
        return [Effect(f"{tenant_id} {on}")]
    host = host_of(make_plugin("one", collect_switch_effects), make_plugin("two", collect_switch_effects))
    with sqlite_database.session() as session:
        found = host.collect_one("collect_switch_effects", "two", session=session, tenant_id="52", on=True)
    assert found == [Effect("52 True")]
