"""The register of clauses agrees with the tests, and the tool that says so sees what it should."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts import clauses
from scripts.clauses import Clause, Group, Mark, Register

#: the numbers that were never given out
GAPS = {"VT": {20}, "CO": {19, 22, 44}}
LAST = {"EA": 75, "PR": 55, "DN": 45, "SU": 30, "VT": 22, "CO": 50}
HAN = re.compile(r"[\u4e00-\u9fff]")
#: the parts of the platform, as the README lists them
PARTS = re.compile(r"(core|plugins)/[a-z_]+")


@pytest.fixture(scope="module")
def register() -> Register:
    return clauses.load_register()


@pytest.fixture(scope="module")
def collected() -> clauses.Collected:
    return clauses.collect()


def test_register_has_no_fault_of_its_own(register: Register) -> None:
    assert clauses.register_faults(register) == []


def test_every_id_is_there_and_only_the_known_gaps_are_missing(register: Register) -> None:
    for prefix, last in LAST.items():
        wanted = {f"{prefix}-{n:03}" for n in range(1, last + 1) if n not in GAPS.get(prefix, set())}
        assert {clause.id for clause in register.clauses if clause.id.startswith(prefix)} == wanted


def test_clauses_stand_in_the_order_of_their_ids(register: Register) -> None:
    for group in register.groups:
        ids = [clause.id for clause in register.in_group(group.code)]
        assert ids == sorted(ids)


def test_every_clause_is_told_in_chinese_with_a_case_to_check(register: Register) -> None:
    for clause in register.clauses:
        assert HAN.search(clause.text), clause.id
        assert HAN.search(clause.locality), clause.id
        assert re.fullmatch(r".*\S → \S.*", clause.verify) and HAN.search(clause.verify), clause.id
        assert "\n" not in clause.text + clause.verify + clause.note, clause.id


def test_every_clause_names_a_part_of_the_platform(register: Register) -> None:
    for clause in register.clauses:
        assert all(PARTS.fullmatch(part) for part in clause.where), clause.id


def test_readings_and_choices_refer_to_registered_clauses(register: Register) -> None:
    data = tomllib.loads(clauses.REGISTER.read_text(encoding="utf-8"))
    known = {clause.id for clause in register.clauses}
    assert [row["id"] for row in data["reading"]] == [f"R-{n:02}" for n in range(1, 35)]
    for row in [*data["reading"], *data["choice"]]:
        assert set(row["clauses"]) <= known
        assert HAN.search(row.get("rule", row.get("text", "")))


def test_marks_in_the_tests_can_all_be_read(collected: clauses.Collected) -> None:
    assert collected.faults == ()


def test_marks_and_statuses_agree(register: Register, collected: clauses.Collected) -> None:
    assert clauses.mark_faults(register, collected.marks) == []


# From here on: the tool itself, on test modules made up for the purpose.


def ids_of(tmp_path: Path, source: str, name: str = "test_made_up.py") -> list[str]:
    return [mark.clause for mark in read(tmp_path, source, name).marks]


def read(tmp_path: Path, source: str, name: str = "test_made_up.py") -> clauses.Collected:
    tests = tmp_path / "tests"
    tests.mkdir(exist_ok=True)
    (tests / name).write_text(source, encoding="utf-8")
    return clauses.collect(tests)


def test_mark_on_a_function_is_read_with_its_place(tmp_path: Path) -> None:
    source = "import pytest\n\n@pytest.mark.clause('EA-017', 'CO-042')\ndef test_office_pays(): ...\n"
    marks = read(tmp_path, source).marks
    assert [mark.clause for mark in marks] == ["EA-017", "CO-042"]
    assert marks[0] == Mark("EA-017", "test_office_pays", "tests/test_made_up.py", 4)


def test_mark_on_a_class_holds_for_its_tests(tmp_path: Path) -> None:
    source = (
        "import pytest\n@pytest.mark.clause('CO-005')\nclass TestPhases:\n"
        "    pytestmark = [pytest.mark.clause('CO-004')]\n"
        "    def test_contiguous(self): ...\n    async def test_gap(self): ...\n    def helper(self): ...\n"
    )
    marks = read(tmp_path, source).marks
    assert [(mark.clause, mark.test) for mark in marks] == [
        ("CO-005", "TestPhases.test_contiguous"),
        ("CO-004", "TestPhases.test_contiguous"),
        ("CO-005", "TestPhases.test_gap"),
        ("CO-004", "TestPhases.test_gap"),
    ]


@pytest.mark.parametrize("value", ["pytest.mark.clause('CO-001')", "[pytest.mark.clause('CO-001')]"])
def test_mark_on_a_module_holds_for_all_its_tests(tmp_path: Path, value: str) -> None:
    assert ids_of(tmp_path, f"pytestmark = {value}\ndef test_one(): ...\ndef test_two(): ...\n") == ["CO-001"] * 2


def test_annotated_module_mark_is_read(tmp_path: Path) -> None:
    assert ids_of(tmp_path, "pytestmark: object = mark.clause('CO-001')\ndef test_one(): ...\n") == ["CO-001"]


def test_marks_of_single_cases_are_read(tmp_path: Path) -> None:
    source = (
        "@pytest.mark.parametrize('n', [1, pytest.param(2, marks=pytest.mark.clause('EA-053')),\n"
        "    pytest.param(3, marks=[pytest.mark.slow, pytest.mark.clause('EA-007')])])\ndef test_n(n): ...\n"
    )
    assert ids_of(tmp_path, source) == ["EA-053", "EA-007"]


def test_module_mark_without_a_test_proves_nothing(tmp_path: Path) -> None:
    assert ids_of(tmp_path, "pytestmark = pytest.mark.clause('CO-001')\ndef helper(): ...\n") == []


@pytest.mark.parametrize("mark", ["skip", "skipif(True)", "xfail(reason='later')"])
def test_test_that_does_not_run_proves_nothing(tmp_path: Path, mark: str) -> None:
    source = f"@pytest.mark.{mark}\n@pytest.mark.clause('CO-001')\ndef test_one(): ...\n"
    assert ids_of(tmp_path, source) == []


def test_case_that_does_not_run_proves_nothing(tmp_path: Path) -> None:
    case = "pytest.param(1, marks=[pytest.mark.xfail, pytest.mark.clause('CO-001')])"
    assert ids_of(tmp_path, f"@pytest.mark.parametrize('n', [{case}])\ndef test_n(n): ...\n") == []


def test_other_files_are_not_tests(tmp_path: Path) -> None:
    source = "@pytest.mark.clause('CO-001')\ndef test_one(): ...\n"
    assert ids_of(tmp_path, source, name="helpers.py") == []


def test_mark_that_is_not_written_out_is_a_fault(tmp_path: Path) -> None:
    collected = read(tmp_path, "@pytest.mark.clause(WANTED)\ndef test_one(): ...\n")
    assert collected.marks == ()
    assert "条款编号要直接写成文字：WANTED" in collected.faults[0]


@pytest.mark.parametrize("mark", ["clause", "clause()"])
def test_mark_without_an_id_is_a_fault(tmp_path: Path, mark: str) -> None:
    assert "没有写条款编号" in read(tmp_path, f"@pytest.mark.{mark}\ndef test_one(): ...\n").faults[0]


@pytest.mark.parametrize("body", ["def check_one(): ...", "class Checks: ..."])
def test_mark_on_what_is_no_test_is_a_fault(tmp_path: Path, body: str) -> None:
    assert "不起作用" in read(tmp_path, f"@pytest.mark.clause('CO-001')\n{body}\n").faults[0]


def small_register(**changes: object) -> Register:
    clause = Clause("CO-001", "core", "各地", "领导小组", "输入 → 期望", "carried", ("core/tenancy",))
    return Register((Group("core", "平台共用", "CO", 1),), (replace(clause, **changes),))


MARK = Mark("CO-001", "test_one", "tests/test_made_up.py", 3)


def test_carried_clause_with_a_test_is_right() -> None:
    assert clauses.mark_faults(small_register(), [MARK]) == []


def test_carried_clause_without_a_test_is_named() -> None:
    assert clauses.mark_faults(small_register(), []) == ["CO-001：登记为 carried，却没有带标记的测试"]


@pytest.mark.parametrize("status", ["planned", "not_software"])
def test_tested_clause_with_another_status_must_be_flipped(status: str) -> None:
    faults = clauses.mark_faults(small_register(status=status), [MARK])
    assert faults == [f"CO-001：tests/test_made_up.py:3 已有测试，登记仍是 {status}，请改为 carried"]


def test_mark_that_the_register_lacks_is_named() -> None:
    faults = clauses.mark_faults(small_register(), [MARK, replace(MARK, clause="CO-999")])
    assert faults == ["CO-999：tests/test_made_up.py:3 test_one 标了登记里没有的条款"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "CO-1"}, "编号与组别"),
        ({"id": "EA-001"}, "编号与组别"),
        ({"group": "elsewhere"}, "编号与组别"),
        ({"status": "done"}, "不认识的状态"),
        ({"where": ()}, "没有写由哪一部分承担"),
    ],
)
def test_faulty_entry_of_the_register_is_named(changes: dict[str, object], words: str) -> None:
    assert any(words in fault for fault in clauses.register_faults(small_register(**changes)))


def test_id_registered_twice_is_named() -> None:
    register = small_register()
    faults = clauses.register_faults(replace(register, clauses=register.clauses * 2))
    assert faults == ["CO-001：登记了两次", "平台共用：应有 1 条，登记了 2 条"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small register and one test module that agrees with it."""
    (tmp_path / "register.toml").write_text(
        '[groups.core]\ntitle = "平台共用"\nprefix = "CO"\ncount = 2\n'
        '[[clause]]\nid = "CO-001"\ngroup = "core"\nlocality = "各地"\ntext = "领导小组"\n'
        'verify = "一 → 二"\nstatus = "carried"\nwhere = ["core/tenancy"]\n'
        '[[clause]]\nid = "CO-007"\ngroup = "core"\nlocality = "东至县"\ntext = "立行立改"\n'
        'verify = "一 → 二"\nstatus = "planned"\nwhere = ["core/inspections"]\n',
        encoding="utf-8",
    )
    read(tmp_path, "@pytest.mark.clause('CO-001')\ndef test_one(): ...\n")
    return tmp_path


def run(folder: Path, *options: str) -> tuple[int, str]:
    places = ["--register", str(folder / "register.toml"), "--tests", str(folder / "tests")]
    result = CliRunner().invoke(clauses.main, [*options, *places])
    return result.exit_code, result.output


def test_table_counts_by_group_and_in_total(folder: Path) -> None:
    code, output = run(folder)
    assert code == 0
    assert [line.split() for line in output.splitlines()] == [
        ["组别", "已证", "carried", "planned", "not", "software", "合计"],
        ["CO", "平台共用", "1", "1", "1", "0", "2"],
        ["合计", "1", "1", "1", "0", "2"],
    ]


def test_disagreement_exits_1_and_says_which(folder: Path) -> None:
    read(folder, "@pytest.mark.clause('CO-007')\ndef test_one(): ...\n")
    code, output = run(folder)
    assert code == 1
    assert "CO-001：登记为 carried" in output
    assert "CO-007：tests/test_made_up.py:2 已有测试" in output


def test_missing_lists_planned_clauses_by_the_part_that_will_carry_them(folder: Path) -> None:
    assert run(folder, "--missing") == (0, "core/inspections（1）\n  CO-007  东至县：立行立改\n")


def test_json_gives_counts_faults_and_the_tests_of_each_clause(folder: Path) -> None:
    code, output = run(folder, "--json")
    report = json.loads(output)
    assert code == 0
    assert report["total"] == {"covered": 1, "carried": 1, "planned": 1, "not_software": 0, "total": 2}
    assert report["groups"] == {"core": report["total"]}
    assert report["faults"] == []
    assert [row["tests"] for row in report["clauses"]] == [["tests/test_made_up.py::test_one"], []]


def test_misspelt_key_in_the_register_is_refused(folder: Path) -> None:
    path = folder / "register.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("verify", "verifi", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="CO-001: 不认识的键"):
        clauses.load_register(path)
