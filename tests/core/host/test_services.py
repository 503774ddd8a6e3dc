"""Switching plugins per tenant."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound, RuleViolation
from core.extensions import Actor, all_tenants
from core.host.contract import Effect
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.host.queries import count_tenants_on, enabled, enabled_many
from core.host.services import set_switch, switch_effect
from core.trail.models import TrailEntry
from tests.core.host.support import host_of, make_plugin

ACTOR = Actor(None, "测试甲")
PLANNED = frozenset({"base", "middle", "top"})
COUNTY, NEIGHBOUR = "522723", "522702"
Told = list[tuple[str, str]]


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def host(told: Told) -> PluginHost:
    def hooks(slug: str) -> list[object]:
        def before_plugin_disabled(tenant_id: str) -> None:
            told.append(("before", slug))
            if tenant_id == NEIGHBOUR:
                raise RuleViolation("公示期未满", rule="publicity")

        def on_plugin_enabled(tenant_id: str) -> None:
            told.append(("on", slug))

        def on_plugin_disabled(tenant_id: str) -> None:
            told.append(("off", slug))

        def collect_switch_effects(on: bool) -> list[Effect]:
            return [Effect(f"{slug} 的数据", count=3)]
        return [before_plugin_disabled, on_plugin_enabled, on_plugin_disabled, collect_switch_effects]
    return host_of(make_plugin("base", *hooks("base")),
                   make_plugin("middle", *hooks("middle"), requires=("base",)),
                   make_plugin("top", *hooks("top"), requires=("middle",)), "no.such.plugin")


def switch(session: Session, host: PluginHost, plugin: str, on: bool,
           tenant: str = COUNTY) -> tuple[str, ...]:
    return set_switch(session, host, tenant, plugin, on, ACTOR, reason="试用一年", planned=PLANNED)


def entries(session: Session) -> list[str]:
    with all_tenants(session, "核对"):
        return list(session.scalars(select(TrailEntry.sentence).order_by(TrailEntry.id)))


def test_nothing_is_on_until_it_is_switched_on(session: Session, host: PluginHost) -> None:
    assert enabled(session, host, COUNTY) == frozenset()


def test_switching_on_brings_what_is_required(session: Session, host: PluginHost, told: Told) -> None:
    assert switch(session, host, "middle", True) == ("base", "middle")
    assert enabled(session, host, COUNTY) == {"base", "middle"}
    assert told == [("on", "base"), ("on", "middle")]
    assert entries(session) == ["为租户 522723 开启插件“插件base”", "为租户 522723 开启插件“插件middle”"]


def test_switching_off_takes_the_dependants_along(session: Session, host: PluginHost, told: Told) -> None:
    switch(session, host, "top", True)
    told.clear()
    assert switch(session, host, "base", False) == ("top", "middle", "base")
    assert enabled(session, host, COUNTY) == frozenset()
    assert told == [("before", "top"), ("before", "middle"), ("before", "base"),
                    ("off", "top"), ("off", "middle"), ("off", "base")]


def test_switching_to_the_state_that_holds_changes_nothing(
        session: Session, host: PluginHost, told: Told) -> None:
    switch(session, host, "base", True)
    told.clear()
    assert switch(session, host, "base", True) == ()
    assert switch(session, host, "top", False) == ()
    assert told == []
    assert len(entries(session)) == 1


def test_one_tenants_switch_is_not_anothers(session: Session, host: PluginHost) -> None:
    switch(session, host, "base", True)
    switch(session, host, "middle", True, NEIGHBOUR)
    assert enabled_many(session, host, [COUNTY, NEIGHBOUR, "341721"]) == {
        COUNTY: {"base"}, NEIGHBOUR: {"base", "middle"}, "341721": frozenset()}
    assert count_tenants_on(session) == {"base": 2, "middle": 1}


def test_a_veto_leaves_every_switch_as_it_was(session: Session, host: PluginHost, told: Told) -> None:
    switch(session, host, "middle", True, NEIGHBOUR)
    told.clear()
    with pytest.raises(RuleViolation, match="公示期未满"):
        switch(session, host, "base", False, NEIGHBOUR)
    assert enabled(session, host, NEIGHBOUR) == {"base", "middle"}
    assert told == [("before", "middle")]


def test_a_plugin_the_plan_does_not_use_cannot_be_switched_on(session: Session, host: PluginHost) -> None:
    with pytest.raises(RuleViolation, match="方案没有使用"):
        set_switch(session, host, COUNTY, "base", True, ACTOR, reason="试用", planned=frozenset())


def test_a_plugin_no_longer_planned_can_still_be_switched_off(session: Session, host: PluginHost) -> None:
    switch(session, host, "base", True)
    changed = set_switch(session, host, COUNTY, "base", False, ACTOR, reason="到期", planned=frozenset())
    assert changed == ("base",)


def test_an_unknown_plugin_raises(session: Session, host: PluginHost) -> None:
    for call in (lambda: switch(session, host, "ghost", True), lambda: switch(session, host, "ghost", False),
                 lambda: switch_effect(session, host, COUNTY, "ghost", True)):
        with pytest.raises(NotFound, match="ghost"):
            call()


def test_a_plugin_in_quarantine_cannot_be_switched_and_says_why(session: Session, host: PluginHost) -> None:
    switch(session, host, "top", True)
    host.quarantine("middle", "数据表缺失")
    assert enabled(session, host, COUNTY) == {"base"}
    with pytest.raises(RuleViolation, match="数据表缺失"):
        switch(session, host, "middle", False)
    with pytest.raises(RuleViolation, match="所需的插件没有安装或已被隔离：middle"):
        switch(session, host, "top", True)


def test_a_plugin_repaired_comes_back_as_it_was(session: Session, host: PluginHost) -> None:
    switch(session, host, "middle", True)
    middle = host.find("middle")
    assert middle is not None
    host.quarantine("middle", "数据表缺失")
    host.add(middle.plugin, middle.source)
    assert enabled(session, host, COUNTY) == {"base", "middle"}


def test_a_switch_needs_a_reason(session: Session, host: PluginHost) -> None:
    with pytest.raises(InvalidInput, match="理由"):
        set_switch(session, host, COUNTY, "base", True, ACTOR, reason=" ", planned=PLANNED)


def test_the_effect_is_listed_and_nothing_is_written(session: Session, host: PluginHost, told: Told) -> None:
    texts = [effect.text for effect in switch_effect(session, host, COUNTY, "middle", True)]
    assert texts == ["所需插件“插件base”一并开启", "“插件base”的 0 个页面出现", "base 的数据",
                     "“插件middle”的 0 个页面出现", "middle 的数据"]
    assert told == []
    assert session.scalars(select(PluginSwitch)).all() == []


def test_the_effect_of_switching_off_says_that_data_stay(session: Session, host: PluginHost) -> None:
    switch(session, host, "middle", True)
    texts = [effect.text for effect in switch_effect(session, host, COUNTY, "base", False)]
    assert "依赖它的插件“插件middle”一并关闭" in texts
    assert "“插件base”已有的数据保留，督查审计仍可查阅，重新开启后照旧" in texts
    assert switch_effect(session, host, COUNTY, "top", False) == []
