"""What plugins are asked and told when the tree changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.errors import RuleViolation
from core.extensions import Actor, all_tenants, current_scope, tenant_scope
from core.host.contract import Effect, UnitChange
from core.host.manager import PluginHost
from core.host.markers import hookimpl
from core.units import queries, services
from core.units.models import Unit, UnitOperation
from core.units.services import AssignRule, Merge, NewUnit, Rename, Split
from tests.core.units.conftest import ACTOR, DAY, TODAY
from tests.core.units.test_importing import SMALL

Tree = dict[str, Unit]
Do = Callable[..., UnitOperation]


class Listener:
    """Writes down every call; vetoes when told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, UnitChange, bool]] = []
        self.veto = ""

    def note(self, hook: str, session: Session, change: UnitChange) -> None:
        scope = current_scope(session)
        self.calls.append((hook, change, bool(scope and (scope.everything or scope.tenants))))

    @hookimpl
    def collect_change_effects(self, session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
        self.note("effects", session, change)
        return [Effect(f"{tenant_id} 的 3 条记录随之归属", 3)]

    @hookimpl
    def before_unit_changed(self, session: Session, change: UnitChange, actor: Actor) -> None:
        self.note("before", session, change)
        if self.veto:
            raise RuleViolation(self.veto, rule="测试")

    @hookimpl
    def on_unit_changed(self, session: Session, change: UnitChange, actor: Actor) -> None:
        self.note("changed", session, change)

    @hookimpl
    def on_unit_restored(self, session: Session, change: UnitChange, actor: Actor) -> None:
        self.note("restored", session, change)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def host(listener: Listener) -> PluginHost:
    made = PluginHost()
    made.add_builtin(listener)
    return made


def merge(tree: Tree) -> Merge:
    return Merge(on=DAY, units=(tree["990101101"].id, tree["990101102"].id), into=tree["990101100"].id)


def test_effects_are_asked_for_each_tenant(session: Session, tree: Tree, host: PluginHost, listener: Listener) -> None:
    preview = services.plan_operation(session, merge(tree), hooks=host, tenants={"990102", "990101"}, today=TODAY)
    texts = [effect.text for effect in preview.effects if effect.count == 3]
    assert texts == ["990101 的 3 条记录随之归属", "990102 的 3 条记录随之归属"]
    assert all(open_scope for _, _, open_scope in listener.calls)
    with tenant_scope(session, "990101"):
        services.plan_operation(session, merge(tree), hooks=host, tenants={"990101"}, today=TODAY)


def test_plugins_are_told_before_and_after_and_on_undoing(
        session: Session, tree: Tree, do: Do, host: PluginHost, listener: Listener) -> None:
    operation = do(merge(tree), hooks=host)
    services.undo_operation(session, operation.id, ACTOR, hooks=host)
    assert [hook for hook, _, _ in listener.calls] == ["before", "changed", "restored"]
    first, _, last = (change for _, change, _ in listener.calls)
    assert first == last
    assert first.moved == {tree["990101101"].id: tree["990101100"].id, tree["990101102"].id: tree["990101100"].id}
    assert first.operation_id == operation.id and tree["990101101001"].id in first.unit_ids


def test_a_veto_leaves_everything_as_it_was(
        session: Session, tree: Tree, do: Do, host: PluginHost, listener: Listener) -> None:
    listener.veto = "还有未发放的资助"
    with pytest.raises(RuleViolation, match="还有未发放的资助"):
        do(Rename(on=DAY, unit=tree["990101"].id, name="甲市"), hooks=host)
    assert tree["990101"].name == "甲县"


def test_a_split_tells_where_each_record_belongs(
        session: Session, tree: Tree, do: Do, host: PluginHost, listener: Listener) -> None:
    county = tree["990101"]
    rules = (AssignRule("990103", where={"street": ["东街", "北街"]}), AssignRule("990104", name_starts="甲一"))
    do(Split(on=DAY, unit=county.id, rules=rules, default="990104",
             targets=(NewUnit(code="990103", name="东县"), NewUnit(code="990104", name="西县"))), hooks=host)
    change: Any = listener.calls[-1][1]
    east, west = (_id(session, code) for code in ("990103", "990104"))
    assert change.successor(county.id, {"street": "东街"}) == east
    assert change.successor(county.id, {"street": "西街"}) == west
    assert change.successor(tree["990102"].id, {}) == tree["990102"].id


def _id(session: Session, code: str) -> uuid.UUID:
    return queries.get_unit_by_code(session, code).id


def test_an_import_tells_of_changed_units_only(session: Session, host: PluginHost, listener: Listener) -> None:
    services.import_divisions(session, SMALL.encode(), ACTOR, hooks=host)
    assert listener.calls == []
    with all_tenants(session, "核对"):
        services.import_divisions(session, SMALL.replace("甲县", "甲市").encode(), ACTOR, on=DAY, hooks=host)
    assert [(hook, change.kind, len(change.unit_ids)) for hook, change, _ in listener.calls] == [
        ("before", "import", 1), ("changed", "import", 1)]
