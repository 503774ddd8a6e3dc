"""Finding plugins, examining what they register, their tables and their migrations."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import text

from core.access.permissions import ROLES
from core.extensions import Database
from core.host import loading
from core.host.contract import ActionSpec, MenuItem, RoleSpec, RuleSpec
from core.host.manager import PluginHost
from core.web.markers import plugin_blueprint, require
from tests.core.host.support import host_of, make_plugin, reasons

SAMPLE, EXTRA = "tests.sample_plugin:plugin", "tests.sample_plugin.extra.hooks"


@pytest.fixture
def roles() -> ModuleType:
    def register_roles() -> list[RoleSpec]:
        return ROLES
    return make_plugin("core_roles", register_roles)


def sample_host(roles: ModuleType) -> PluginHost:
    host = host_of(EXTRA, SAMPLE, builtins=(roles,))
    assert reasons(host) == {}
    return host


@pytest.fixture
def entry_points(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    found: list[EntryPoint] = []
    monkeypatch.setattr(loading, "entry_points", lambda group: EntryPoints(found).select(group=group))
    yield found


def test_plugins_are_found_by_their_entry_point(entry_points: list[EntryPoint]) -> None:
    make_plugin("installed")
    entry_points.append(EntryPoint("installed", "made_installed", loading.GROUP))
    entry_points.append(EntryPoint("gone", "no.such.module", loading.GROUP))
    host = host_of()
    assert [item.slug for item in host.plugins] == ["installed"]
    assert list(reasons(host)) == ["gone"]


def test_the_sample_plugin_stands_with_its_branch_of_migrations(roles: ModuleType) -> None:
    host = sample_host(roles)
    assert [item.slug for item in host.plugins] == ["sample", "sample_extra"]
    assert [(slug, path.name) for slug, path in host.migration_locations()] == [("sample", "migrations")]
    assert host.count_pages("sample") >= 12
    assert host.count_pages("sample_extra") == host.count_pages("nothing") == 0


def test_a_missing_table_quarantines_the_plugin_with_its_name(sqlite_database: Database, roles: ModuleType) -> None:
    with sqlite_database.engine.begin() as connection:
        connection.execute(text("DROP TABLE sample_moved"))
    host = sample_host(roles)
    host.check_schema(sqlite_database.engine)
    assert reasons(host) == {"sample": "数据库缺少 sample_moved，请运行 bangfu db upgrade",
                             "sample_extra": "所需的插件没有安装或已被隔离：sample"}


def test_a_missing_column_quarantines_the_plugin_too(sqlite_database: Database, roles: ModuleType) -> None:
    with sqlite_database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sample_moved DROP COLUMN from_id"))
    host = sample_host(roles)
    host.check_schema(sqlite_database.engine)
    assert "sample_moved.from_id" in reasons(host)["sample"]


def test_a_whole_schema_leaves_every_plugin_at_work(database: Database, roles: ModuleType) -> None:
    host = sample_host(roles)
    host.check_schema(database.engine)
    assert reasons(host) == {}


def test_a_table_without_the_plugins_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "tables_of", lambda package: {"visits": {"id"}})
    assert reasons(host_of(make_plugin("mine"))) == {"mine": "数据表 visits 的名称须以“mine_”开头"}


def test_a_slice_above_can_judge_what_was_registered(roles: ModuleType) -> None:
    host = sample_host(roles)
    host.review(lambda found: ["默认规则有误", "条件不明"] if found.slug == "sample" else [])
    assert reasons(host)["sample"] == "默认规则有误；条件不明"
    assert host.plugins == []


def test_a_page_that_asks_for_an_unknown_action_quarantines_its_plugin() -> None:
    blueprint = plugin_blueprint("asking", __name__)
    blueprint.add_url_rule("/", "index", require("asking:thing:read")(lambda code: ""))

    def register_blueprints() -> list[object]:
        return [blueprint]
    assert "asking:thing:read" in reasons(host_of(make_plugin("asking", register_blueprints)))["asking"]


def test_an_address_outside_the_plugins_own_is_refused() -> None:
    blueprint = plugin_blueprint("roaming", __name__)
    blueprint.url_prefix = "/elsewhere"
    blueprint.add_url_rule("/", "index", require("roaming:thing:read")(lambda: ""))

    def register_blueprints() -> list[object]:
        return [blueprint]
    assert "/elsewhere/" in reasons(host_of(make_plugin("roaming", register_blueprints)))["roaming"]


def test_a_menu_entry_must_lead_to_a_page() -> None:
    def register_menus() -> list[MenuItem]:
        return [MenuItem("列表", "menu.index", "list", "menu:thing:read")]
    assert reasons(host_of(make_plugin("menu", register_menus))) == {"menu": "菜单“列表”指向的页面 menu.index 不存在"}


@pytest.mark.parametrize("code", ["bad:thing", "bad::read", "bad:thing:look", "bad:thing:read:more"])
def test_an_action_must_read_plugin_resource_verb(code: str) -> None:
    def register_actions() -> list[ActionSpec]:
        return [ActionSpec(code, "查看")]
    assert code in reasons(host_of(make_plugin("bad", register_actions)))["bad"]


@pytest.mark.parametrize("rule", [
    RuleSpec("*", "ruled.other", "read"),
    RuleSpec("*", "ruled.thing", "approve"),
    RuleSpec("*", "ruled.thing", "read", eft="Deny"),
])
def test_a_default_rule_must_speak_of_an_action_that_exists(rule: RuleSpec) -> None:
    def register_actions() -> list[ActionSpec]:
        return [ActionSpec("ruled:thing:read", "查看")]

    def register_rules() -> list[RuleSpec]:
        return [RuleSpec("*", "ruled.*", "*"), rule]
    assert "没有对应的动作" in reasons(host_of(make_plugin("ruled", register_actions, register_rules)))["ruled"]


def test_a_default_rule_must_name_a_role_that_exists() -> None:
    def register_actions() -> list[ActionSpec]:
        return [ActionSpec("ruled:thing:read", "查看")]

    def register_rules() -> list[RuleSpec]:
        return [RuleSpec("nobody", "ruled.thing", "read")]
    found = reasons(host_of(make_plugin("ruled", register_actions, register_rules)))
    assert found == {"ruled": "默认访问规则中的角色不存在：nobody"}


@pytest.mark.parametrize("module", ["broken", "misspelt"])
def test_the_broken_samples_are_quarantined_and_the_rest_works(module: str, roles: ModuleType) -> None:
    host = host_of(f"tests.sample_plugin.{module}", SAMPLE, builtins=(roles,))
    assert [item.slug for item in host.plugins] == ["sample"]
    name, reason = host.quarantined[0].name, host.quarantined[0].reason
    assert (name, reason) in {
        ("tests.sample_plugin.broken", "ModuleNotFoundError：No module named 'no_such_library_of_the_sample'"),
        ("sample_misspelt", "没有名为 on_plugin_enable 的钩子，是否应为 on_plugin_enabled？")}
