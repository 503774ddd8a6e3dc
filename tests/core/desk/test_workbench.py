"""The first page, the tree and search."""

from __future__ import annotations

from flask import Flask

from core.extensions import Database
from tests.conftest import ClientAs
from tests.factories.tenancy import apply_plan, days, profile_text
from tests.factories.world import PEOPLE


def test_the_address_without_a_unit_leads_to_ones_own(client_as: ClientAs) -> None:
    answer = client_as("jia-central").get("/")
    assert answer.status_code == 302 and answer.location.endswith("/u/990101100/")


def test_an_account_without_any_post_is_told_whom_to_ask(app: Flask, app_database: Database, client_as: ClientAs) -> None:
    from sqlalchemy import delete

    from core.access.models import Assignment

    client = client_as("jia-school")
    with app_database.transaction() as session:
        session.execute(delete(Assignment))
    answer = client.get("/")
    assert answer.status_code == 403 and "还没有任职" in answer.get_data(as_text=True)


def test_a_province_sees_the_plans_beneath_and_a_county_only_its_own(
    app: Flask, app_database: Database, client_as: ClientAs,
) -> None:
    host = app.extensions["bangfu.host"]
    masked = '[[report]]\ncode = "r"\nname = "总结"\nclause = "一"\nby = "校"\nto = "局"\ndue = { state = "masked", printed = "x月" }\n'
    with app_database.transaction() as session:
        apply_plan(session, profile_text(masked, days(7), title="甲县方案"), host)
        apply_plan(session, profile_text(days(6), unit="990102", name="乙县", title="乙县方案"), host)
    page = client_as("province-bureau").get("/u/99/").get_data(as_text=True)
    assert "各地方案" in page and "甲县方案" in page and "乙县方案" in page and "还没有方案" in page
    county = client_as("jia-admin").get("/u/990101/").get_data(as_text=True)
    assert "甲县方案" in county and "乙县" not in county


def test_recent_changes_are_those_of_ones_own_units(app_database: Database, client_as: ClientAs) -> None:
    from core.extensions import Actor
    from core.trail.services import record
    from core.units.queries import get_unit_by_code

    with app_database.transaction() as session:
        for code in ("990101", "990102"):
            record(session, Actor(None, "测试甲"), "core:test:write", f"改动了{code}", subject="test:1", tenant_id=code,
                   unit_id=get_unit_by_code(session, code).id)
    auditor = client_as("city-auditor")
    both = auditor.get("/u/9901/").get_data(as_text=True)
    one = auditor.get("/u/990101/").get_data(as_text=True)
    assert "改动了990101" in both and "改动了990102" in both
    assert "改动了990101" in one and "改动了990102" not in one
    assert "最近变动" not in client_as("jia-school").get("/u/990101-S01/").get_data(as_text=True)


def test_the_tree_opens_a_page_of_children_at_a_time(app_database: Database, client_as: ClientAs) -> None:
    from core.units.queries import get_unit_by_code
    from tests.factories.units import make_unit

    with app_database.transaction() as session:
        town = get_unit_by_code(session, "990101100")
        for number in range(60):
            make_unit(session, f"990101100{100 + number}", town, f"测试村{number:02d}", level="village")
    client = client_as("jia-central")
    first = client.get("/u/990101100/tree").get_data(as_text=True)
    assert "测试村00" in first and "测试村59" not in first and "after=" in first
    code = first.partition("after=")[2].partition('"')[0]
    rest = client.get(f"/u/990101100/tree?after={code}").get_data(as_text=True)
    assert "测试村59" in rest and "测试村00" not in rest


def test_search_finds_by_name_code_and_pinyin_within_the_scope_alone(client_as: ClientAs) -> None:
    province, county = client_as("province-admin"), client_as("jia-admin")
    for words in ("乙县", "990102", "yixian", "yx"):
        assert "/u/990102/" in province.get(f"/search?q={words}").get_data(as_text=True), words
        assert "/u/990102/" not in county.get(f"/search?q={words}").get_data(as_text=True), words
        assert "/u/990102/" in province.get(f"/search/suggest?q={words}").get_data(as_text=True), words
        assert "/u/990102/" not in county.get(f"/search/suggest?q={words}").get_data(as_text=True), words
    assert "想找什么" in county.get("/search").get_data(as_text=True)


def test_every_person_of_the_small_province_has_a_workbench(client_as: ClientAs) -> None:
    for login, (_, code) in PEOPLE.items():
        assert client_as(login).get(f"/u/{code}/").status_code == 200, login
