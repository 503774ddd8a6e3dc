"""The life of a version on both databases: proposed, approved by another, applied, superseded, refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, RuleViolation
from core.extensions import Actor, all_tenants, new_id, tenant_scope
from core.host.contract import Manifest, SectionSpec
from core.host.manager import PluginHost
from core.host.markers import hookimpl
from core.host.queries import enabled
from core.tenancy import queries
from core.tenancy.grammar import Amount, EntrySchema, ProfileRefused
from core.tenancy.models import Plan, Tenant
from core.tenancy.pages import belonging, version_state
from core.tenancy.services import (
    apply_from_command_line,
    approve_plan,
    board,
    check_profile,
    effects,
    preview,
    propose_plan,
    refuse_plan,
    sound_profile,
    switch_plugin,
    sync_switches,
    withdraw_plan,
)
from core.trail.models import TrailEntry
from core.units.models import Unit
from core.units.queries import get_unit_by_code
from tests.factories.tenancy import apply_plan, days, profile_text, tenant_with_plan
from tests.factories.units import make_tree

CLERK = Actor(new_id(), "测试甲")
CHIEF = Actor(new_id(), "测试乙")
AID = '[[plugin]]\ncode = "aid"\nclause = "一"\n'
MORE = '[[plugin]]\ncode = "more"\nclause = "一"\n'
DUTY = '[[duty]]\ncode = "d"\nname = "任务"\nclause = "一"\nbody = "基教科"\n'


class ItemSchema(EntrySchema):
    """A benefit with an exact amount."""

    amount = Amount(required=True)


@dataclass(eq=False)
class Plugin:
    """A plugin with one section that remembers what it was told."""

    manifest: Manifest
    told: list[Any]

    @hookimpl
    def register_sections(self) -> list[SectionSpec]:
        return [SectionSpec(f"{self.manifest.slug}.item", "待遇", ItemSchema, comparable=lambda value: value.get("amount"))]

    @hookimpl
    def on_plan_applied(self, session: Session, tenant_id: str, plan_id: object, actor: Actor) -> None:
        self.told.append((tenant_id, plan_id))


@pytest.fixture
def plugin() -> Plugin:
    return Plugin(Manifest("aid", "学生资助", "1.0", "资助"), [])


@pytest.fixture
def host(plugin: Plugin) -> PluginHost:
    made = PluginHost()
    made.add(plugin, "test")
    made.add(Plugin(Manifest("more", "附加", "1.0", "依赖资助", requires=("aid",)), []), "test")
    return made


@pytest.fixture
def units(session: Session) -> dict[str, Unit]:
    return make_tree(session)


def propose(session: Session, host: PluginHost, text: str, unit: Unit, base: int | None = None, **options: Any) -> Plan:
    return propose_plan(session, host, text.encode(), "甲县.toml", CLERK, unit=unit, base_version=base, **options)


def test_a_first_plan_founds_its_tenant_when_a_second_person_approves(
    session: Session, host: PluginHost, units: dict[str, Unit], plugin: Plugin
) -> None:
    plan = propose(session, host, profile_text(AID, days(7)), units["990101"])
    assert (plan.state, plan.version, plan.starts_on) == ("proposed", 1, dt.date(2016, 9, 1))
    assert queries.find_tenant(session, "990101") is None
    approve_plan(session, host, plan, CHIEF)
    tenant = queries.get_tenant(session, "990101")
    assert tenant.unit.id == units["990101"].id
    assert queries.running_plan(session, tenant.id) is plan
    assert [row.section for row in queries.list_entries(session, plan)] == ["plugin", "value"]
    assert enabled(session, host, tenant.id) == {"aid"}
    assert plugin.told == [("990101", plan.id)]
    with tenant_scope(session, "990101"):
        said = [entry.sentence for entry in session.scalars(select(TrailEntry).order_by(TrailEntry.id))]
    assert any("设立租户" in sentence for sentence in said)
    assert any("审批通过甲县第 1 版方案" in sentence for sentence in said)


def test_the_proposer_cannot_approve_and_a_command_line_has_no_account(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    plan = propose(session, host, profile_text(), units["990101"])
    for actor in (CLERK, Actor.command_line()):
        with pytest.raises(RuleViolation) as refused:
            approve_plan(session, host, plan, actor)
        assert refused.value.rule == "separation-of-duties"
    assert plan.state == "proposed"


def test_a_faulty_profile_is_refused_and_the_running_plan_stays(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    running = apply_plan(session, profile_text(days(7)), host)
    for text in (profile_text(days(7).replace('clause = "一"\n', "")), profile_text(name="乙县"), "schema = "):
        with pytest.raises(ProfileRefused) as refused:
            apply_from_command_line(session, host, text.encode(), "坏.toml")
        assert refused.value.problems[0].file == "坏.toml"
        with pytest.raises(ProfileRefused):
            propose(session, host, text, units["990101"], base=1)
    assert queries.running_plan(session, "990101") is running
    assert len(queries.list_versions(session, "990101")) == 1


def test_approval_fails_when_the_previewed_version_runs_no_more(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    apply_plan(session, profile_text(days(7)), host)
    plan = propose(session, host, profile_text(days(8)), units["990101"], base=1)
    apply_plan(session, profile_text(days(9)), host)
    with pytest.raises(Conflict):
        approve_plan(session, host, plan, CHIEF)
    with pytest.raises(Conflict):
        propose(session, host, profile_text(days(8)), units["990101"], base=1)


def test_only_one_version_waits_at_a_time_and_a_decision_is_final(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    plan = propose(session, host, profile_text(), units["990101"])
    with pytest.raises(Conflict):
        propose(session, host, profile_text(days(7)), units["990101"])
    with pytest.raises(InvalidInput):
        refuse_plan(session, plan, CHIEF, reason=" ")
    refuse_plan(session, plan, CHIEF, reason="缺附件")
    assert (plan.state, plan.note, plan.decided_by) == ("refused", "缺附件", "测试乙")
    for again in (lambda: refuse_plan(session, plan, CHIEF, reason="再"), lambda: approve_plan(session, host, plan, CHIEF)):
        with pytest.raises(Conflict):
            again()
    assert propose(session, host, profile_text(), units["990101"]).version == 2


def test_only_the_proposer_withdraws(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    plan = propose(session, host, profile_text(), units["990101"])
    with pytest.raises(RuleViolation):
        withdraw_plan(session, plan, CHIEF)
    with pytest.raises(RuleViolation):
        withdraw_plan(session, plan, Actor.command_line())
    withdraw_plan(session, plan, CLERK)
    assert plan.state == "withdrawn"
    with all_tenants(session, "核对"):
        assert "撤回第 1 版方案" in session.scalars(select(TrailEntry).order_by(TrailEntry.id.desc())).first().sentence  # type: ignore[union-attr]


def test_a_plan_is_proposed_for_its_own_unit_only(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    with pytest.raises(InvalidInput):
        propose(session, host, profile_text(), units["990102"])


def test_a_later_version_runs_from_its_own_day_and_the_earlier_one_answers_before(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    first = apply_plan(session, profile_text(days(7)), host)
    ahead = queries.today() + dt.timedelta(days=10)
    plan = propose(session, host, profile_text(days(8)), units["990101"], base=1, starts_on=ahead, note="提标")
    approve_plan(session, host, plan, CHIEF, note="同意")
    assert queries.running_plan(session, "990101") is first
    assert queries.running_plan(session, "990101", ahead) is plan
    assert queries.running_plan(session, "990101", dt.date(2016, 8, 31)) is None
    versions = queries.list_versions(session, "990101")
    assert [version_state(version, versions, queries.today()) for version in versions] == ["future", "applied"]
    assert [version_state(version, versions, ahead) for version in versions] == ["applied", "superseded"]
    place = belonging(session, units["990101"])
    assert place.upcoming is plan
    assert place.own


def test_the_same_text_applied_again_changes_nothing(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    text = "\ufeff" + profile_text(days(7)).replace("\n", "\r\n")
    plan = apply_plan(session, text, host)
    assert apply_plan(session, text, host) is plan
    assert plan.source.encode() == text.encode()
    again = apply_plan(session, profile_text(days(8)), host)
    assert (again.version, again.starts_on) == (2, queries.today())


def test_the_preview_lists_entries_plugins_layers_and_conflicts_below(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    item = '[[aid.item]]\ncode = "meal"\nname = "膳食"\nclause = "一"\namount = "{0}"\nmode = "{1}"\n'
    tenant_with_plan(session, AID, days(5), item.format("100", "floor"), unit="99", name="测试省", host=host)
    apply_plan(session, profile_text(AID, DUTY, days(7), item.format("120", "open")), host)
    masked = '[[report]]\ncode = "r"\nname = "总结"\nclause = "一"\nby = "校"\nto = "局"\ndue = { state = "masked", printed = "x月" }\n'
    elsewhere = '[[plugin]]\ncode = "elsewhere"\nclause = "一"\n'
    text = profile_text(MORE, AID, elsewhere, days(8), masked)
    profile = check_profile(session, host, text, "f").profile
    assert profile is not None
    seen = preview(session, host, profile)
    assert seen.counts == {"added": 3, "changed": 1, "ended": 2, "unchanged": 1}
    assert (seen.plugins_on, seen.plugins_off, seen.plugins_missing) == (["more"], [], ["elsewhere"])
    assert [question.key for question in seen.questions] == ["due"]
    assert [(row.layer, row.upper.code, row.own is not None) for row in seen.layers] == [
        ("测试省", "publicity.days", True), ("测试省", "meal", False)]
    upper = check_profile(session, host, profile_text(AID, item.format("150", "floor"), unit="99", name="测试省"), "f").profile
    assert upper is not None
    below = preview(session, host, upper).below
    assert [(place.id, breach.rule) for place, breach in below] == [("990101", "layer-floor")]
    refused = check_profile(session, host, profile_text(AID, item.format("90.00", "open")), "f")
    assert [problem.rule for problem in refused.errors] == ["layer-floor"]
    assert "90.00 低于“测试省”（一）规定的下限 100.00" in refused.errors[0].message


def test_plugins_follow_the_plan_of_today(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    tenant = tenant_with_plan(session, AID, MORE, host=host)
    assert enabled(session, host, tenant.id) == {"aid", "more"}
    apply_plan(session, profile_text(DUTY), host)
    assert enabled(session, host, tenant.id) == frozenset()
    ended = AID + f"to = {queries.today() - dt.timedelta(days=1)}\n"
    apply_plan(session, profile_text(ended), host)
    assert enabled(session, host, tenant.id) == frozenset()
    assert sync_switches(session, host, tenant.id, CLERK) == []
    never = queries.find_tenant(session, "990102")
    assert never is None
    assert sync_switches(session, host, "990102", CLERK) == []


def test_a_plugin_whose_requirement_the_plan_ends_stays_off(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    ended = AID + "from = 2016-09-01\nto = 2017-01-01\n"
    tenant = tenant_with_plan(session, ended, MORE, host=host)
    assert enabled(session, host, tenant.id) == frozenset()


def test_the_switchboard_shows_on_off_unused_missing_and_quarantined(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    host.set_aside("broken", "缺表", "test")
    tenant_with_plan(session, '[[programme]]\ncode = "aid"\ntitle = "学生资助"\n', '[[programme]]\ncode = "space"\ntitle = "航天"\n',
                     unit="00", name="全国", host=host)
    space = '[[plugin]]\ncode = "space"\nclause = "一"\n'
    tenant = tenant_with_plan(session, AID, space, host=host)
    empty = Tenant(id="990102", unit_id=units["990102"].id, founded_on=queries.today())
    session.add(empty)
    session.flush()
    found = board(session, host, queries.tenants_under(session, units["99"].path))
    assert [column.slug for column in found.columns] == ["aid", "space", "more", "broken"]
    assert [[cell.state for cell in row.cells] for row in found.rows] == [
        ["on", "missing", "unused", "quarantined"], ["unused", "unused", "unused", "quarantined"]]
    assert found.rows[1].plan is None
    assert found.count("aid", "on") == 1
    assert effects(session, host, tenant, "aid", False)
    assert switch_plugin(session, host, tenant, "aid", False, CLERK, reason="暂停") == ("aid",)
    again = board(session, host, [tenant]).rows[0].cells[0]
    assert (again.state, again.switchable) == ("off", True)
    with pytest.raises(RuleViolation):
        switch_plugin(session, host, tenant, "more", True, CLERK, reason="试")


def test_a_made_up_place_and_a_school_are_created_with_their_plan(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    place = 'fictitious = true\nunder = "9901"\nlevel = "county"\n'
    text = profile_text(unit="990188", name="虚构县", place=place)
    plan = apply_plan(session, text, host)
    made = queries.get_tenant(session, plan.tenant_id)
    assert made.fictitious
    assert (made.unit.code, made.unit.level, made.unit.parent_id) == ("990188", "county", units["9901"].id)
    assert check_profile(session, host, text.replace("方案执行", "方案办"), "f").profile is not None
    school = profile_text(unit="990101-S88", name="新中学", place='kind = "school"\nunder = "990101"\n')
    assert apply_plan(session, school, host).tenant_id == "990101-S88"
    assert get_unit_by_code(session, "990101-S88").kind == "school"


def test_a_tenant_keeps_its_number_and_no_other_unit_takes_it(
    session: Session, host: PluginHost, units: dict[str, Unit]
) -> None:
    tenant = tenant_with_plan(session, host=host)
    units["990101"].code, units["990102"].code = "990191", "990101"
    units["990101"].name, units["990102"].name = "甲市", "甲县"
    session.flush()
    other = apply_plan(session, profile_text(title="另一份"), host)
    assert (other.tenant_id, other.version) == ("990101-2", 1)
    assert queries.get_tenant(session, "990101-2").unit.id == units["990102"].id
    assert belonging(session, units["990102"]).tenant_id == "990101-2"
    renamed = apply_plan(session, profile_text(unit="990191", name="甲市", title="改市后的方案"), host)
    assert renamed.tenant_id == tenant.id == "990101"
    assert renamed.version == 2


def test_without_units_a_profile_is_checked_with_a_warning_but_cannot_be_applied(session: Session, host: PluginHost) -> None:
    assert [problem.rule for problem in check_profile(session, host, profile_text(), "f").problems] == ["unit-unchecked"]
    assert sound_profile(session, host, profile_text(), "f").place.unit == "990101"
    with pytest.raises(NotFound):
        apply_plan(session, profile_text(), host)


def test_of_two_proposals_at_once_the_second_is_told(
    session: Session, host: PluginHost, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_plan(session, profile_text(), host)
    session.commit()
    monkeypatch.setattr(queries, "next_version", lambda session, tenant_id: 1)
    with pytest.raises(Conflict):
        propose(session, host, profile_text(days(7)), get_unit_by_code(session, "990101"), base=1)


def test_tenants_units_are_known_to_the_tree(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    tenant_with_plan(session, host=host)
    assert queries.tenant_unit_ids(session) == {units["990101"].id}


def test_a_dated_version_is_matched_by_its_first_day(session: Session, host: PluginHost, units: dict[str, Unit]) -> None:
    apply_plan(session, profile_text(days(5) + "to = 2017-12-31\n", days(7) + "from = 2018-01-01\n"), host)
    text = profile_text(days(5) + "to = 2018-12-31\n", days(8) + "from = 2019-01-01\n", days(9) + "from = 2090-01-01\n")
    profile = check_profile(session, host, text.replace("from = 2019-01-01\n", "from = 2019-01-01\nto = 2089-12-31\n"), "f").profile
    assert profile is not None
    assert preview(session, host, profile).counts == {"added": 1, "changed": 2, "ended": 0, "unchanged": 0}
