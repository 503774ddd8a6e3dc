"""What the slices tell of, and what they never tell."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import select

from core.accounts.queries import find_by_login
from core.errors import PluginError
from core.extensions import Actor
from core.host.events import emit
from core.tenancy.services import apply_from_command_line
from core.units.queries import get_unit_by_code
from core.units.rules.orders import Merge, Move, NewUnit, Rename, Split
from core.units.services import do_operation, undo_operation
from tests.conftest import ClientAs
from tests.contracts.test_hooks import profile
from tests.core.webhooks.conftest import ACTOR, JIA, YI, Office

TODAY = dt.date(2020, 1, 1)


@pytest.fixture
def told(office: Office) -> Any:
    """Everything told so far in 甲县: code, data."""
    office.subscribe("https://told.example/")

    def bodies(tenant_id: str = JIA) -> list[tuple[str, dict[str, Any]]]:
        found = [json.loads(one.body) for one in office.deliveries() if one.tenant_id == tenant_id]
        return [(said["type"], said["data"]) for said in found]
    return bodies


def test_accounts_and_roles_are_told_without_names(client_as: ClientAs, told: Any, office: Office) -> None:
    client, page = client_as("jia-admin"), f"/u/{JIA}/accounts"
    made = client.post(page, data={"login": "new-one", "name": "测试新人", "role": "aid_centre", "unit": JIA})
    assert made.status_code == 200
    with office.database.session() as session:
        account = find_by_login(session, "new-one")
        assert account is not None
    assert client.post(f"{page}/{account.id}/leave", data={"reason": "调离"}).status_code == 302
    codes = [code for code, _ in told()]
    assert codes == ["core.account.created", "core.account.role_given", "core.account.role_ended", "core.account.closed"]
    created, given, ended, closed = (data for _, data in told())
    assert created == closed == {"account": str(account.id), "login": "new-one"}
    assert given["role"] == ended["role"] == "aid_centre" and given["unit"] == JIA
    assert given["to"] is None and ended["to"] is not None
    assert all("测试新人" not in one.body for one in office.deliveries())


def test_a_plan_and_what_it_switches_are_told(office: Office, told: Any) -> None:
    with office.write() as session:
        plan, _ = apply_from_command_line(session, office.host, profile("amount = 200"), "jia.toml", Actor.command_line())
    [data] = [one for code, one in told() if code == "core.plan.applied"]
    others = {found.slug for found in office.host.plugins} - {"sample"}  # that one is on already, the plan names no other
    assert {one["plugin"] for code, one in told() if code == "core.plugin.switched_off"} == others
    assert len(told()) == 1 + len(others)
    assert data["plan"] == str(plan.id) and data["version"] == plan.version
    assert data["link"] == f"/api/v1/units/{JIA}/plan/versions/{plan.version}"


def test_every_change_of_the_tree_is_told_where_its_units_belong(office: Office, told: Any) -> None:
    office.subscribe("https://told.example/", code=YI)
    with office.write() as session:
        unit = {code: get_unit_by_code(session, code).id for code in (
            "990101100", "990101101", "990101102", "990101-S01", "990102100", YI)}
        for order in (Rename(on=TODAY, unit=unit["990101-S01"], name="甲县实验中学"),
                      Merge(on=TODAY, units=(unit["990101102"],), into=unit["990101101"]),
                      Split(on=TODAY, unit=unit["990101101"], default="990101104",
                            targets=(NewUnit(code="990101103", name="甲四乡"), NewUnit(code="990101104", name="甲五乡")))):
            last = do_operation(session, order, ACTOR, hooks=office.host)
        undo_operation(session, last.id, ACTOR, hooks=office.host)
    kinds = [(data["kind"], data["undone"]) for code, data in told() if code == "core.unit.changed"]
    assert kinds == [("rename", False), ("merge", False), ("split", False), ("split", True)] and told(YI) == []
    assert told()[1][1]["moved"] == {str(unit["990101102"]): str(unit["990101101"])}
    with office.write() as session:
        do_operation(session, Move(on=TODAY, unit=unit["990101100"], parent=unit[YI]), ACTOR, hooks=office.host)
    assert [data["kind"] for _, data in told(YI)] == ["move"]
    assert all("实验中学" not in one.body for one in office.deliveries())


def test_a_change_of_the_rules_is_told(client_as: ClientAs, told: Any) -> None:
    answered = client_as("jia-admin").post(f"/u/{JIA}/access/rules", data={
        "role": "helper", "unit": JIA, "eft": "allow", "what": "core.unit|read", "source": "测试", "note": "测试",
        "step": "save"})
    assert answered.status_code == 302
    assert [(code, data["added"], data["ended"]) for code, data in told()] == [("core.access.changed", 1, 0)]


def test_switching_a_plugin_is_told_both_ways(office: Office, told: Any) -> None:
    from core.host.services import set_switch

    with office.write() as session:
        for on in (False, True):
            set_switch(session, office.host, JIA, "sample", on, ACTOR, reason="试点", planned=frozenset({"sample"}))
    assert told() == [("core.plugin.switched_off", {"plugin": "sample"}), ("core.plugin.switched_on", {"plugin": "sample"})]


def test_an_event_nobody_declared_or_with_other_data_is_a_fault(office: Office) -> None:
    with office.database.session() as session:
        for code, data in (("sample.visit.lost", {}), ("sample.visit.noted", {}),
                           ("sample.visit.noted", {"visit": "1", "name": "测试甲"})):
            with pytest.raises(PluginError, match=code):
                emit(session, office.host, JIA, code, data)
        assert emit(session, None, JIA, "sample.visit.noted", {"visit": "1"}) is None


def test_no_kind_of_event_declares_what_describes_a_person(office: Office) -> None:
    for spec in office.host.registered("register_events"):
        assert not {"name", "phone", "id_number", "password", "card", "address"} & set(spec.data), spec.code
        assert spec.code.count(".") >= 2 and spec.title


def test_a_rollback_takes_the_job_with_it(office: Office, told: Any) -> None:
    from core.jobs.models import Job

    with pytest.raises(ZeroDivisionError), office.write() as session:
        emit(session, office.host, JIA, "sample.visit.noted", {"visit": "1"})
        assert session.connection().execute(select(Job.__table__)).all()
        raise ZeroDivisionError
    with office.database.session() as session:
        assert session.connection().execute(select(Job.__table__)).all() == [] and told() == []
