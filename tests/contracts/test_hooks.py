"""Every hook is really called by core and does something, proven with the sample plugin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.guard import access_catalogue
from core.config import ROOT
from core.demo import load
from core.errors import RuleViolation
from core.extensions import Actor, Database, all_tenants, tenant_scope
from core.host.events import emit
from core.host.manager import PluginHost
from core.host.notices import Term
from core.host.services import set_switch, switch_effect
from core.jobs.services import enqueue
from core.jobs.worker import run_due
from core.publicity.models import Notice
from core.publicity.queries import clock_spec, page_of
from core.publicity.services import start_clock
from core.registry.models import Person
from core.registry.services import erase_person, merge_persons, part_persons
from core.tenancy.queries import get_tenant
from core.tenancy.services import apply_from_command_line, check_profile, plan_effects
from core.trail.models import TrailEntry
from core.units.models import Unit
from core.units.queries import get_unit_by_code
from core.units.rules.orders import AssignRule, Close, Merge, NewUnit, Split
from core.units.services import do_operation, plan_operation, undo_operation
from tests.factories.registry import make_household, make_person
from tests.sample_plugin.models import Payment, Visit
from tests.sample_plugin.notices import publish
from tests.sample_plugin.services import approve_payment, note_visit

JIA, YI = "990101", "990102"
ACTOR = Actor(None, "测试甲")
TODAY = dt.date(2020, 1, 1)
ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def host(app: Flask) -> PluginHost:
    found: PluginHost = app.extensions["bangfu.host"]
    return found


@pytest.fixture
def session(app_database: Database) -> Iterator[Session]:
    opened = app_database.session(write=True)
    yield opened
    opened.close()


@pytest.fixture
def visited(app_database: Database) -> Database:
    """Two visits in 甲县: one at a school, one at a township."""
    with app_database.transaction() as session, tenant_scope(session, JIA):
        for code, title in (("990101-S01", "冬衣送到学校"), ("990101101", "走访北村")):
            note_visit(session, JIA, get_unit_by_code(session, code).id, title, Decimal("200"), TODAY, ACTOR)
    return app_database


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def sentences(session: Session) -> list[str]:
    with all_tenants(session, "核对"):
        return list(session.scalars(select(TrailEntry.sentence)))


def visits_by_unit(session: Session) -> dict[str, list[str]]:
    """Titles of visits, with an asterisk where the payment stands at the same unit, by the unit's code."""
    found: dict[str, list[str]] = {}
    with all_tenants(session, "核对"):
        for visit in session.scalars(select(Visit).order_by(Visit.title)):
            payment = session.scalars(select(Payment).where(Payment.visit_id == visit.id)).one()
            mark = "*" if payment.unit_id == visit.unit_id else ""
            found.setdefault(session.get_one(Unit, visit.unit_id).code, []).append(visit.title + mark)
    return found


def test_hook_register_actions(app: Flask) -> None:
    with app.app_context():
        assert access_catalogue().action_title("sample:visit:read") == "查看走访"


def test_hook_register_roles(app: Flask) -> None:
    with app.app_context():
        assert access_catalogue().role_title("sample_visitor") == "走访员"


def test_hook_register_rules(client_as: ClientAs) -> None:
    address = "/u/990101-S01/p/sample/new"
    assert client_as("jia-school").get(address).status_code == 200
    assert client_as("jia-general").get(address).status_code == 403


def test_hook_register_sections(host: PluginHost, session: Session) -> None:
    good = check_profile(session, host, profile("amount = 200"), "jia.toml")
    assert good.problems == []
    bad = check_profile(session, host, profile("amount = 0"), "jia.toml")
    assert [(problem.rule, problem.clause) for problem in bad.problems] == [("sample-amount", "（二）")]


def test_hook_register_blueprints(app: Flask, client_as: ClientAs) -> None:
    assert "sample.index" in app.view_functions
    assert "还没有走访记录" in page(client_as("jia-school"), "/u/990101-S01/p/sample/")


def test_hook_register_apis(visited: Database, client_as: ClientAs) -> None:
    answer = client_as("jia-school").get("/api/v1/u/990101-S01/p/sample/visits").get_json()
    assert [visit["title"] for visit in answer["visits"]] == ["冬衣送到学校"]
    assert client_as("yi-school").get("/api/v1/u/990102-S01/p/sample/visits").status_code == 404


def test_hook_register_menus(client_as: ClientAs) -> None:
    assert 'href="/u/990101-S01/p/sample/"' in page(client_as("jia-school"), "/u/990101-S01/")
    assert "/p/sample/" not in page(client_as("yi-school"), "/u/990102-S01/")


def test_hook_register_jobs(app: Flask, session: Session) -> None:
    unit = get_unit_by_code(session, "990101-S01").id
    with tenant_scope(session, JIA):
        enqueue(session, ACTOR, "sample.visit", {"titles": ["走访北村"]}, tenant_id=JIA, unit_id=unit)
    session.commit()
    assert run_due(app) == 1
    assert visits_by_unit(session) == {"990101-S01": ["走访北村*"]}


def test_hook_register_events(host: PluginHost) -> None:
    titles = {spec.code: spec.title for spec in host.registered("register_events")}
    assert titles["sample.visit.noted"] == "登记了走访" and "core.account.created" in titles


def test_hook_on_event_emitted(session: Session, host: PluginHost) -> None:
    for tenant_id in (JIA, YI):  # the plugin is off in 乙县
        emit(session, host, tenant_id, "sample.visit.noted", {"visit": "1"})
    assert sentences(session).count("示例走访已告知订阅的系统") == 1


def test_hook_register_folders(client_as: ClientAs, app_database: Database) -> None:
    with app_database.session() as session:
        unit, neighbour = (get_unit_by_code(session, code).id for code in ("990101-S01", "990102-S01"))
    assert "签收单" in page(client_as("jia-school"), f"/u/990101-S01/archive/sample.proofs/{unit}")
    assert client_as("yi-school").get(f"/u/990102-S01/archive/sample.proofs/{neighbour}").status_code == 404


def test_hook_register_ledgers(app: Flask, client_as: ClientAs) -> None:
    host: PluginHost = app.extensions["bangfu.host"]
    assert [ledger.code for ledger in host.registered("register_ledgers") if ledger.slug == "sample"] == [
        "sample.families", "sample.gifts", "sample.certificates"]


def test_hook_register_processes(app: Flask, client_as: ClientAs) -> None:
    host: PluginHost = app.extensions["bangfu.host"]
    assert "sample.certificate" in [process.code for process in host.registered("register_processes")]
    made = client_as("jia-school").post("/u/990101-S01/p/sample/ledgers/certificates/new", data={"donor": "测试公司"})
    record_id = made.location.rpartition("/")[2]
    for place, status in (("990101-S01", 409), ("990102-S01", 404)):  # an amount is missing here; the plugin is off there
        login = "jia-school" if status == 409 else "yi-school"
        answer = client_as(login).post(f"/u/{place}/p/sample/processes/certificate/{record_id}/submit")
        assert answer.status_code == status


@pytest.fixture
def published(visited: Database, host: PluginHost) -> Database:
    """The visits of 甲县 as a notice of five working days; the national plan says so."""
    with visited.transaction() as session:
        apply_from_command_line(session, host, (ROOT / "tenants/national.toml").read_bytes(), "national.toml")
        with tenant_scope(session, JIA):
            visits = list(session.scalars(select(Visit).order_by(Visit.title.desc())))
            publish(session, host, JIA, get_unit_by_code(session, JIA), visits, ACTOR, {"走访北村": "测试丙"})
    return visited


def test_hook_register_notices(published: Database) -> None:
    with published.session() as session, tenant_scope(session, JIA):
        notice = session.scalars(select(Notice)).one()
        assert (notice.spec, notice.days, notice.day_unit) == ("sample.visits", 5, "工作日")
        assert page_of(session, notice, 1)[0] == ["走访北村", "测**", "200.00", "2020-01-01"]


def test_hook_register_clocks(visited: Database, host: PluginHost) -> None:
    with visited.transaction() as session, tenant_scope(session, JIA):
        clock = start_clock(session, clock_spec(host, "sample.publish"), JIA, get_unit_by_code(session, JIA), "冬季走访",
                            TODAY, ACTOR, subject="sample.visit:1", terms=(Term(30, "工作日", "示例方案（二）"),))
        assert clock.due_on == dt.date(2020, 2, 19)


def test_hook_register_public_pages(visited: Database, client_as: ClientAs) -> None:
    outside = client_as("")
    assert page(outside, "/public/990101/sample/") == "<p>甲县走访 2 次</p>"
    assert outside.get("/public/990102/sample/").status_code == 404  # the plugin is off in 乙县
    assert outside.get("/public/990101-S01/sample/").status_code == 404  # no tenant


def test_hook_register_checks(visited: Database, host: PluginHost, client_as: ClientAs) -> None:
    form = """
[[check]]
code = "visits"
name = "走访核对"
clause = "（二）"
rows = "sample.visits"
at = "school"
every = "term"
items = [ { code = "done", question = "慰问金已签收" } ]
"""
    with visited.transaction() as session:
        apply_from_command_line(session, host, profile("amount = 200") + form.encode(), "jia.toml")
    made = client_as("jia-admin").post("/u/990101-S01/checks", data={"form": "visits"})
    seen = page(client_as("jia-school"), made.location)
    assert "冬衣送到学校" in seen and "200.00" in seen and "走访北村" not in seen


def test_hook_collect_cards(visited: Database, client_as: ClientAs) -> None:
    assert "/u/990101/p/sample/" in page(client_as("jia-aid"), "/u/990101/")


def test_hook_collect_todos(visited: Database, client_as: ClientAs) -> None:
    assert "审批慰问金" in page(client_as("jia-aid"), "/u/990101/")
    assert "审批慰问金" not in page(client_as("jia-school"), "/u/990101-S01/")


def test_hook_collect_unit_entries(visited: Database, client_as: ClientAs) -> None:
    assert "示例走访：冬衣送到学校" in page(client_as("jia-school"), "/u/990101-S01/units")


def test_hook_collect_person_entries(app_database: Database, client_as: ClientAs) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        school = get_unit_by_code(session, "990101-S01")
        person = make_person(session, school, name="测试乙")
        note_visit(session, JIA, school.id, "冬衣送到手上", Decimal("200"), TODAY, ACTOR, person_id=person.id)
        note_visit(session, JIA, school.id, "走访别人", Decimal("200"), TODAY, ACTOR)
        address = f"registry/persons/{person.id}"
    seen = page(client_as("jia-school"), f"/u/990101-S01/{address}")
    assert "示例走访：冬衣送到手上" in seen and "走访别人" not in seen
    assert client_as("yi-school").get(f"/u/990102-S01/{address}").status_code == 404


def test_hook_collect_household_entries(visited: Database, client_as: ClientAs) -> None:
    with visited.transaction() as session, tenant_scope(session, JIA):
        household = make_household(session, get_unit_by_code(session, "990101101")).id
    assert "示例走访到村：走访北村" in page(client_as("jia-aid"), f"/u/990101/registry/households/{household}")


def test_hook_collect_hits(visited: Database, client_as: ClientAs) -> None:
    assert "冬衣送到学校" in page(client_as("jia-school"), "/search?q=冬衣")
    assert "走访北村" not in page(client_as("jia-school"), "/search?q=走访")


def merge_townships(session: Session) -> Merge:
    first, second = (get_unit_by_code(session, code).id for code in ("990101101", "990101102"))
    return Merge(units=(first,), into=second, on=TODAY, document="测府发〔2020〕1号")


def test_hook_collect_public_parts(visited: Database, client_as: ClientAs) -> None:
    text = page(client_as(""), "/public/990101/")
    assert "示例走访" in text and "400.00 元" in text
    assert "示例走访" not in page(client_as(""), "/public/990102/")  # the plugin is off in 乙县


def test_hook_collect_change_effects(visited: Database, session: Session, host: PluginHost) -> None:
    preview = plan_operation(session, merge_townships(session), hooks=host, tenants=[JIA, YI])
    assert [effect.count for effect in preview.effects if "示例走访" in effect.text] == [2]


def test_hook_collect_switch_effects(visited: Database, session: Session, host: PluginHost) -> None:
    texts = [effect.text for effect in switch_effect(session, host, JIA, "sample", False)]
    assert "已有 2 条走访不再显示" in texts


def test_hook_collect_plan_effects(visited: Database, session: Session, host: PluginHost) -> None:
    apply_from_command_line(session, host, profile("amount = 200"), "jia.toml", Actor.command_line())
    draft = check_profile(session, host, profile("amount = 260"), "jia.toml").profile
    assert draft is not None
    with tenant_scope(session, JIA):
        [effect] = plan_effects(session, host, get_tenant(session, JIA), draft)
    assert (effect.text, effect.count) == ("每次走访由 200.00 元改为 260.00 元", 2)


def people(session: Session) -> tuple[Person, Person]:
    """Two records of 甲县 with a visit each."""
    unit = get_unit_by_code(session, "990101100001")
    found = (make_person(session, unit, name="样本甲", phone="13800000000"), make_person(session, unit, name="样本乙"))
    for person in found:
        note_visit(session, JIA, unit.id, f"走访{person.name}", Decimal("200"), TODAY, ACTOR, person_id=person.id)
    return found


def visited_by(session: Session, person: Person) -> list[str]:
    return sorted(session.scalars(select(Visit.title).where(Visit.person_id == person.id)))


def test_hook_collect_retained(session: Session, host: PluginHost) -> None:
    with tenant_scope(session, JIA):
        person, _ = people(session)
        with pytest.raises(RuleViolation, match="待审批的慰问金 1 条（示例方案（二），期限未到）"):
            erase_person(session, person, ACTOR, reason="本人申请抹去", hooks=host)


def test_hook_on_person_erased(session: Session, host: PluginHost) -> None:
    with tenant_scope(session, JIA):
        person, other = people(session)
        for payment in session.scalars(select(Payment)):
            approve_payment(session, payment, ACTOR)
        erase_person(session, person, ACTOR, reason="本人申请抹去", hooks=host)
        assert visited_by(session, person) == ["（已抹去）"]
        assert visited_by(session, other) == ["走访样本乙"]
        assert session.scalar(select(func.sum(Visit.amount))) == Decimal("400.00")


def test_hook_on_persons_merged(session: Session, host: PluginHost) -> None:
    with tenant_scope(session, JIA):
        person, other = people(session)
        merge_persons(session, person, other, ACTOR, reason="同村同名，户口簿核对", hooks=host)
        assert visited_by(session, person) == ["走访样本乙", "走访样本甲"]


def test_hook_on_persons_parted(session: Session, host: PluginHost) -> None:
    with tenant_scope(session, JIA):
        person, other = people(session)
        merge = merge_persons(session, person, other, ACTOR, reason="同村同名，户口簿核对", hooks=host)
        part_persons(session, merge, ACTOR, reason="查明是两人", hooks=host)
        assert (visited_by(session, person), visited_by(session, other)) == (["走访样本甲"], ["走访样本乙"])


def test_hook_before_unit_changed(visited: Database, session: Session, host: PluginHost) -> None:
    order = Close(unit=get_unit_by_code(session, "990101-S01").id, on=TODAY)
    with pytest.raises(RuleViolation, match="还有走访记录"):
        do_operation(session, order, ACTOR, hooks=host)


def test_hook_on_unit_changed(visited: Database, session: Session, host: PluginHost) -> None:
    do_operation(session, merge_townships(session), ACTOR, hooks=host)
    assert visits_by_unit(session) == {"990101-S01": ["冬衣送到学校*"], "990101102": ["走访北村*"]}


def test_records_of_a_divided_unit_follow_its_rules(visited: Database, session: Session, host: PluginHost) -> None:
    town = get_unit_by_code(session, "990101101").id
    with tenant_scope(session, JIA):
        note_visit(session, JIA, town, "走访南村", Decimal("100"), TODAY, ACTOR)
    order = Split(unit=town, on=TODAY, default="990101104", targets=(
        NewUnit(code="990101103", name="甲四乡"), NewUnit(code="990101104", name="甲五乡")),
        rules=(AssignRule("990101103", where={"title": ["走访北村"]}),))
    operation = do_operation(session, order, ACTOR, hooks=host)
    assert visits_by_unit(session)["990101103"] == ["走访北村*"]
    assert visits_by_unit(session)["990101104"] == ["走访南村*"]
    undo_operation(session, operation.id, ACTOR, hooks=host)
    assert visits_by_unit(session)["990101101"] == ["走访北村*", "走访南村*"]


def test_hook_on_unit_restored(visited: Database, session: Session, host: PluginHost) -> None:
    operation = do_operation(session, merge_townships(session), ACTOR, hooks=host)
    undo_operation(session, operation.id, ACTOR, hooks=host)
    assert visits_by_unit(session)["990101101"] == ["走访北村*"]


def switch(session: Session, host: PluginHost, tenant_id: str, on: bool) -> None:
    set_switch(session, host, tenant_id, "sample", on, ACTOR, reason="试点", planned=frozenset({"sample"}))


def test_hook_before_plugin_disabled(visited: Database, session: Session, host: PluginHost) -> None:
    with pytest.raises(RuleViolation, match="待审批"):
        switch(session, host, JIA, False)
    with tenant_scope(session, JIA):
        for payment in session.scalars(select(Payment)):
            approve_payment(session, payment, ACTOR)
    switch(session, host, JIA, False)


def test_hook_on_plugin_enabled(session: Session, host: PluginHost) -> None:
    switch(session, host, YI, True)
    assert "示例走访可以登记了" in sentences(session)


def test_hook_on_plugin_disabled(session: Session, host: PluginHost) -> None:
    switch(session, host, JIA, False)
    assert "示例走访停止登记" in sentences(session)


def profile(item: str) -> bytes:
    """A plan of 甲县 that uses the sample plugin."""
    return f"""
schema = 1
[tenant]
unit = "990101"
name = "甲县"
[[document]]
title = "甲县走访示例方案"
issuer = "甲县教育局"
date = 2019-12-20
starts = 2020-01-01
[[clause]]
id = "（二）"
text = "每年走访困难家庭"
[[plugin]]
code = "sample"
clause = "（二）"
[[sample.item]]
code = "winter"
name = "冬季走访"
clause = "（二）"
{item}
""".encode()


def test_hook_on_plan_applied(session: Session, host: PluginHost) -> None:
    apply_from_command_line(session, host, profile("amount = 200"), "jia.toml", Actor.command_line())
    assert "示例走访按新方案执行" in sentences(session)


def test_hook_on_demo_loaded(app_database: Database, host: PluginHost, tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "jia.toml").write_bytes(profile("amount = 200"))
    load(app_database, host, tmp_path / "plans", print)
    with app_database.session() as session, all_tenants(session, "核对"):
        assert len(session.scalars(select(Visit)).all()) == 3
