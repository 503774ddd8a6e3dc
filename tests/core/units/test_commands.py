"""`bangfu units …` as an administrator types it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.extensions import Actor, Database
from core.units import queries
from core.units.commands import units
from core.units.services import Merge, NewUnit, do_operation
from tests.core.units.test_importing import HEADER, SMALL


@pytest.fixture
def runner(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("BANGFU_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path))
    return CliRunner()


def run(runner: CliRunner, *words: object) -> Result:
    return runner.invoke(units, [str(word) for word in words])


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(SMALL, encoding="gb18030")
    return path


def test_a_list_is_imported_and_a_unit_shown(runner: CliRunner, listing: Path) -> None:
    done = run(runner, "import", listing)
    assert done.exit_code == 0, done.output
    assert "名单 5 个区划：新增 5，更名 0，划转 0" in done.output
    shown = run(runner, "show", "990101")
    assert "990101 甲县（县级，行政区划）" in shown.output and "全国 / 测试省 / 测试市" in shown.output
    assert "没有变化" in run(runner, "import", listing).output


def test_a_newer_list_tells_what_changed(
        runner: CliRunner, listing: Path, tmp_path: Path, sqlite_database: Database) -> None:
    first = SMALL + "".join(f"990101{n},第{n}乡,township,990101\n" for n in range(200, 230))
    listing.write_text(first, encoding="utf-8")
    run(runner, "import", listing)
    newer = tmp_path / "newer.csv"
    newer.write_text(SMALL.replace("甲县", "甲市").replace("990101100,甲一镇,township,990101",
                                                       "990101100,甲一镇,township,990102")
                     + "990102,乙县,county,9901\n", encoding="utf-8")
    out = run(runner, "import", newer, "--on", "2020-01-01", "--province", "99").output
    assert "更名 990101 甲县 → 甲市" in out and "划转 990101100 由 990101 到 990102" in out
    assert "有 30 个区划不在名单里" in out and "……另有 10 处" in out
    then = run(runner, "show", "990101", "--as-of", "2019-12-31").output
    assert "990101 甲县" in then and "2020-01-01 — 至今  990101 甲市" in then
    with sqlite_database.session() as session:
        assert queries.get_unit_by_code(session, "990101200").closed_on is None


def test_faults_are_listed_and_the_exit_code_is_one(runner: CliRunner, listing: Path) -> None:
    listing.write_text(SMALL + "".join(f"9901{n},县,county,9909\n" for n in range(10, 40)), encoding="utf-8")
    for command in ("import", "check"):
        done = run(runner, command, listing)
        assert done.exit_code == 1
        assert "第 7 行（990110）：上级 9909 不在名单里" in done.output and "……另有 10 处" in done.output
    assert run(runner, "show", "99").exit_code == 1


def test_a_list_is_checked_without_a_database(runner: CliRunner, listing: Path) -> None:
    assert run(runner, "check", listing, "--province", "99").output == "5 个区划，没有发现错误\n"
    listing.write_text(HEADER, encoding="utf-8")
    assert "没有区划" in run(runner, "check", listing).output


def test_looking_up_what_is_not_there_says_so(runner: CliRunner, listing: Path) -> None:
    run(runner, "import", listing)
    assert "没有代码为 12 的单位" in run(runner, "show", "12").output
    assert "1900-01-01 没有这个单位" in run(runner, "show", "99", "--as-of", "1900-01-01").output


def test_a_merged_unit_shows_what_it_became(runner: CliRunner, listing: Path, sqlite_database: Database) -> None:
    run(runner, "import", listing)
    with sqlite_database.transaction() as session:
        county = queries.get_unit_by_code(session, "990101")
        do_operation(session, Merge(on=dt.date(2020, 1, 1), units=(county.id,),
                                    into=NewUnit(code="990109", name="新县")), Actor.command_line())
    assert "2020-01-01 成为 990109 新县" in run(runner, "show", "990101").output
    assert "2020-01-01 来自 990101 甲县" in run(runner, "show", "990109").output
