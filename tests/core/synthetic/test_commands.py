"""`bangfu demo generate` and `bangfu demo workbook`, as an administrator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from core.cli import main
from core.extensions import Database, all_tenants
from core.ledgers.checking import check_frame
from core.ledgers.imports.mapping import propose
from core.ledgers.imports.reading import read
from core.people.ledgers import PERSONS
from core.registry.models import Person
from core.synthetic import small
from core.synthetic.roster import write_roster
from core.tenancy.models import Plan
from core.units.models import Unit

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_counties: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`bangfu demo` on the small tree."""
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BANGFU_DATABASE_URL", sqlite_counties.url)
    return lambda *words: CliRunner().invoke(main, ("demo", *words))


def test_generate_says_what_it_made_and_leaves_what_is_there(run: Run, tmp_path: Path) -> None:
    answer = run("generate", "--province", "99", "--students", "40", "--county", "乙县", "--faults", "0.1")
    assert answer.exit_code == 0 and "生成 1 个县，户 " in answer.output and "真值表在" in answer.output
    assert (tmp_path / "demo-truth" / "990102.csv").exists()
    again = run("generate", "--province", "99", "--students", "80")
    assert again.exit_code == 0 and "1 个县已有演示人口，没有改动：乙县" in again.output and "生成 1 个县，户 " in again.output


@pytest.mark.parametrize(("words", "said"), [
    (("--province", "77", "--students", "10"), "没有代码为 77 的省级单位"),
    (("--province", "9901", "--students", "10"), "没有代码为 9901 的省级单位"),
    (("--province", "99", "--students", "3000000"), "学生数须在 1 到 2000000 之间"),
    (("--province", "99", "--students", "2000000"), "超过 200000 名学生"),
    (("--province", "99", "--students", "10", "--county", "520000"), "没有代码或名称为 520000"),
    (("--province", "99", "--students", "10", "--year", "1999"), "学年须在 2014 到"),
])
def test_what_cannot_be_is_refused_in_one_chinese_line(run: Run, words: tuple[str, ...], said: str) -> None:
    answer = run("generate", *words)
    assert answer.exit_code == 1 and said in answer.output and "Traceback" not in answer.output


def test_no_made_up_people_on_a_production_machine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_ENV", "production")
    answer = run("generate", "--province", "99", "--students", "10")
    assert answer.exit_code == 1 and "正式环境" in answer.output


def test_the_roster_is_read_as_a_list_and_exactly_its_bad_cells_are_found(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    assert "120 行" in run("workbook", "--rows", "120", "--bad", "0.01", "--out", str(path)).output
    wrong = write_roster(path, 120, .01)
    names = [name for field in PERSONS.fields for name in (field.label, *field.aliases)]
    sheet = read(path.read_bytes(), path.name, names).sheets[0]
    assert sheet.frame.height == 120 and wrong
    guesses = {guess.column.letter: guess.field for guess in propose(PERSONS.fields, sheet.columns) if guess.field}
    fields = {column.labels[-1]: guesses[column.letter] for column in sheet.columns if column.letter in guesses}
    assert {"姓名", "身份证件类型", "身份证件号", "出生年月日", "学籍号"} <= set(fields)
    frame = sheet.frame.select("row", *(pl.col(letter).alias(name) for letter, name in guesses.items()))
    checked = check_frame(PERSONS, frame)
    found = {(row, field) for row, field in checked.errors.select("row", "field").iter_rows()}
    assert {(row, fields[name]) for row, name in wrong} <= found
    assert {row for row, _ in found} == {row for row, _ in wrong}


def test_the_demo_fills_the_counties_with_a_plan_once(sqlite_counties: Database) -> None:
    said: list[str] = []
    small.load_people(sqlite_counties, said.append)
    assert said == []
    with sqlite_counties.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "990101")).one()
        session.add(Plan(tenant_id="990101", version=1, state="applied", source="", file="", digest="", title="测试", head={},
                         starts_on=unit.since, proposed_by="测试甲"))
    for _ in range(2):
        small.load_people(sqlite_counties, said.append)
    assert len(said) == 1 and "甲县（120 名学生" in said[0]
    with sqlite_counties.session() as session, all_tenants(session, "核对"):
        assert session.scalar(select(func.count(Person.id))) > 240
