"""`bangfu plan` and `bangfu tenants` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from core.app import BUILTINS
from core.errors import PlatformError
from core.extensions import Database
from core.host.queries import find_switch
from core.tenancy import queries
from core.tenancy.commands import plan, tenants
from tests.factories.tenancy import days, profile_text, write
from tests.factories.units import make_tree

KEYS = {"file", "line", "key", "clause", "rule", "message", "severity"}
AID = '[[plugin]]\ncode = "aid"\nclause = "一"\n'
MASKED = '[[report]]\ncode = "r"\nname = "总结"\nclause = "一"\nby = "校"\nto = "局"\ndue = { state = "masked", printed = "x月" }\n'


@pytest.fixture
def home(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose settings name a database with the test tree."""
    monkeypatch.setenv("BANGFU_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BANGFU_SECRET_KEY", "test-key")
    with sqlite_database.transaction() as session:
        make_tree(session)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(plan, [str(argument) for argument in arguments], obj=BUILTINS)


def running(session: Session, tenant_id: str) -> int | None:
    found = queries.running_plan(session, tenant_id)
    return found.version if found else None


def test_check_exits_with_0_for_a_sound_profile_and_1_for_a_fault(home: Path) -> None:
    sound, faulty = write(home, "a.toml", profile_text(days(7))), write(home, "b.toml", profile_text(days(7), name="乙县"))
    fine = run("check", sound, "--json")
    assert (fine.exit_code, json.loads(fine.output)) == (0, [])
    bad = run("check", sound, faulty, "--json")
    assert bad.exit_code == 1
    problems = json.loads(bad.output)
    assert [(set(problem), problem["rule"], problem["line"]) for problem in problems] == [(KEYS, "unit-name", 5)]
    said = run("check", faulty).output
    assert f"{faulty}:5 错误 [unit-name] tenant.name" in said
    assert "1 个方案，1 处错误，0 处提示" in said


def test_check_offline_or_without_a_database_warns_that_units_are_unchecked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(home, "a.toml", profile_text(MASKED))
    assert [item["rule"] for item in json.loads(run("check", path, "--json", "--offline").output)] == [
        "unit-unchecked", "report-due-masked"]
    missing = home / "none.sqlite3"
    monkeypatch.setenv("BANGFU_DATABASE_URL", f"sqlite:///{missing}")
    found = run("check", path)
    assert found.exit_code == 0
    assert "提示 [report-due-masked] report[r].due（条款 一）" in found.output
    assert not missing.exists()
    Database(f"sqlite:///{missing}").session().close()
    missing.touch()
    assert run("check", path).exit_code == 0


def test_check_in_a_database_without_units_falls_back_to_the_files(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("BANGFU_SECRET_KEY", "test-key")
    found = run("check", write(tmp_path, "a.toml", profile_text()), "--json")
    assert [item["rule"] for item in json.loads(found.output)] == ["unit-unchecked"]


def test_apply_takes_upper_layers_first_and_refuses_a_fault_alone(home: Path, sqlite_database: Database) -> None:
    county = write(home, "a.toml", profile_text(AID, days(7)))
    province = write(home, "z.toml", profile_text(days(5, "floor"), unit="99", name="测试省"))
    faulty = write(home, "c.toml", profile_text(days(3), unit="990102", name="乙县"))
    found = run("apply", county, province, faulty)
    assert found.exit_code == 1
    assert "租户 99 第 1 版" in found.output
    assert "layer-floor" in found.output
    assert found.output.index("租户 99 ") < found.output.index("租户 990101")
    again = run("apply", county, faulty, "--json")
    answer = json.loads(again.output)
    assert again.exit_code == 1
    assert [(line["tenant"], line["version"], line["unchanged"]) for line in answer["applied"]] == [("990101", 1, 2)]
    assert [problem["rule"] for problem in answer["problems"]] == ["layer-floor"]
    assert run("apply", county).exit_code == 0
    with sqlite_database.session() as session:
        assert (running(session, "990101"), running(session, "990102")) == (1, None)


def test_show_export_and_list_speak_of_the_running_plan(home: Path) -> None:
    text = profile_text(AID, days(7), MASKED)
    assert run("apply", write(home, "a.toml", text)).exit_code == 0
    shown = run("show", "990101-S01").output
    for words in ("甲县方案（租户 990101，第 1 版", "插件 aid（一）", "公示天数：7 工作日（一）", "待核实 1 处"):
        assert words in shown, words
    assert CliRunner().invoke(plan, ["export", "990101"]).stdout_bytes == text.encode()
    listed = CliRunner().invoke(tenants, ["list"]).output
    assert "990101\t甲县\t第 1 版 甲县方案" in listed
    assert json.loads(CliRunner().invoke(tenants, ["list", "--json"]).output)[0]["version"] == 1
    for code in ("990102", "nothing"):
        assert isinstance(run("show", code).exception, PlatformError)


def test_list_marks_made_up_places_and_tenants_without_a_running_plan(home: Path) -> None:
    place = 'fictitious = true\nunder = "9901"\nlevel = "county"\n'
    future = write(home, "a.toml", profile_text(unit="990188", name="虚构县", place=place))
    assert run("apply", future).exit_code == 0
    assert "虚构县（虚构）\t第 1 版" in CliRunner().invoke(tenants, ["list"]).output
    later = write(home, "b.toml", profile_text(starts="2100-01-01"))
    assert run("apply", later).exit_code == 0
    assert "990101\t甲县\t没有现行方案" in CliRunner().invoke(tenants, ["list"]).output


def test_sync_brings_switches_in_line_and_says_what_changed(
    home: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_EXTRA_PLUGINS", "tests.sample_plugin:plugin")
    sample = AID.replace('"aid"', '"sample"')
    assert run("apply", write(home, "a.toml", profile_text(sample)), write(home, "b.toml", profile_text(
        unit="990102", name="乙县"))).exit_code == 0
    assert run("sync").output == ""
    with sqlite_database.transaction() as session:
        switch = find_switch(session, "990101", "sample")
        assert switch is not None
        switch.on = False
    assert run("sync").output == "甲县：sample\n"
