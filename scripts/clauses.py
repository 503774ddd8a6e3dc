"""Checks the clause marks of the tests against the clause register, and prints the coverage by group.

    python scripts/clauses.py            the table; exit 1 when marks and register disagree
    python scripts/clauses.py --missing  the planned clauses, by the part that will carry them
    python scripts/clauses.py --json     everything as JSON

The tests are read, never imported: a mark counts when it stands on a test, its class or its module, or on
one case of a parametrized test. A test that is skipped or expected to fail proves nothing.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
REGISTER = ROOT / "tests" / "clauses" / "clauses.toml"
TESTS = ROOT / "tests"

STATUSES = ("carried", "planned", "not_software")
ID_FORM = re.compile(r"[A-Z]{2}-\d{3}")
KEYS = {"id", "group", "locality", "text", "verify", "status", "where", "note"}
#: a test under one of these marks does not run, or is not asked to pass
UNPROVEN = {"skip", "skipif", "xfail"}


@dataclass(frozen=True)
class Group:
    """A programme area of the register, with the prefix of its ids and how many clauses it has."""

    code: str
    title: str
    prefix: str
    count: int


@dataclass(frozen=True)
class Clause:
    """One clause of the register, in our own words."""

    id: str
    group: str
    locality: str
    text: str
    verify: str
    status: str
    where: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """A test that says which clause it proves."""

    clause: str
    test: str
    file: str
    line: int


@dataclass(frozen=True)
class Register:
    """The groups and clauses in the order of the file."""

    groups: tuple[Group, ...]
    clauses: tuple[Clause, ...]

    def in_group(self, group: str) -> list[Clause]:
        """The clauses of one group."""
        return [clause for clause in self.clauses if clause.group == group]


@dataclass(frozen=True)
class Collected:
    """What reading the tests gave: the marks, and the marks that could not be read."""

    marks: tuple[Mark, ...]
    faults: tuple[str, ...]


def load_register(path: Path = REGISTER) -> Register:
    """Read the register; an unknown key is refused, because a misspelt one would be lost in silence."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    groups = tuple(Group(code=code, **values) for code, values in data["groups"].items())
    clauses = []
    for row in data["clause"]:
        if unknown := set(row) - KEYS:
            raise ValueError(f"{row.get('id')}: 不认识的键 {sorted(unknown)}")
        clauses.append(Clause(**{**row, "where": tuple(row["where"])}))
    return Register(groups, tuple(clauses))


def register_faults(register: Register) -> list[str]:
    """What is wrong in the register itself, apart from any test."""
    faults = []
    seen: set[str] = set()
    prefixes = {group.code: group.prefix for group in register.groups}
    for clause in register.clauses:
        if clause.id in seen:
            faults.append(f"{clause.id}：登记了两次")
        seen.add(clause.id)
        if not ID_FORM.fullmatch(clause.id) or clause.id[:2] != prefixes.get(clause.group):
            faults.append(f"{clause.id}：编号与组别 {clause.group} 不符")
        if clause.status not in STATUSES:
            faults.append(f"{clause.id}：不认识的状态 {clause.status}")
        if not clause.where:
            faults.append(f"{clause.id}：没有写由哪一部分承担")
    for group in register.groups:
        if (found := len(register.in_group(group.code))) != group.count:
            faults.append(f"{group.title}：应有 {group.count} 条，登记了 {found} 条")
    return faults


def mark_faults(register: Register, marks: Iterable[Mark]) -> list[str]:
    """Where the marks and the register's statuses contradict each other."""
    known = {clause.id: clause for clause in register.clauses}
    tests: dict[str, Mark] = {}
    faults = []
    for mark in marks:
        if mark.clause not in known:
            faults.append(f"{mark.clause}：{mark.file}:{mark.line} {mark.test} 标了登记里没有的条款")
        tests.setdefault(mark.clause, mark)
    for clause in register.clauses:
        test = tests.get(clause.id)
        if clause.status == "carried" and test is None:
            faults.append(f"{clause.id}：登记为 carried，却没有带标记的测试")
        elif clause.status != "carried" and test is not None:
            faults.append(
                f"{clause.id}：{test.file}:{test.line} 已有测试，登记仍是 {clause.status}，请改为 carried"
            )
    return faults


def collect(tests: Path = TESTS) -> Collected:
    """Read the marks of every test module under `tests`."""
    marks: list[Mark] = []
    faults: list[str] = []
    for path in sorted(tests.rglob("test_*.py")):
        reader = _Module(path, path.relative_to(tests.parent).as_posix())
        marks.extend(reader.marks())
        faults.extend(reader.faults)
    return Collected(tuple(marks), tuple(faults))


class _Module:
    """The marks of one test module."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.faults: list[str] = []
        self.tree = ast.parse(path.read_text(encoding="utf-8"), filename=name)

    def marks(self) -> list[Mark]:
        return list(self._walk(self.tree.body, _assigned_marks(self.tree.body), ""))

    def _walk(self, body: list[ast.stmt], inherited: list[ast.expr], owner: str) -> Iterator[Mark]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                marks = [*inherited, *node.decorator_list, *_assigned_marks(node.body)]
                if node.name.startswith("Test"):
                    yield from self._walk(node.body, marks, f"{owner}{node.name}.")
                else:
                    self._refuse_marks(node, "不是测试类")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name.startswith("test"):
                    yield from self._of_test(node, inherited, owner)
                else:
                    self._refuse_marks(node, "不是测试")

    def _of_test(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, inherited: list[ast.expr], owner: str
    ) -> Iterator[Mark]:
        marks = [*inherited, *node.decorator_list]
        if any(_mark_name(mark) in UNPROVEN for mark in marks):
            return
        seen: set[str] = set()
        for mark in [*marks, *_case_marks(node.decorator_list)]:
            for clause in self._ids(mark):
                if clause not in seen:
                    yield Mark(clause, owner + node.name, self.name, node.lineno)
                seen.add(clause)

    def _ids(self, mark: ast.expr) -> Iterator[str]:
        """The ids of a clause mark; an id that is not written out cannot be checked and is a fault."""
        if _mark_name(mark) != "clause":
            return
        arguments = mark.args if isinstance(mark, ast.Call) else []
        if not arguments:
            self.faults.append(f"{self.name}:{mark.lineno} clause 标记没有写条款编号")
        for argument in arguments:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
            else:
                self.faults.append(
                    f"{self.name}:{mark.lineno} 条款编号要直接写成文字：{ast.unparse(argument)}"
                )

    def _refuse_marks(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, why: str) -> None:
        if any(_mark_name(mark) == "clause" for mark in node.decorator_list):
            self.faults.append(f"{self.name}:{node.lineno} {node.name} {why}，clause 标记不起作用")


def _assigned_marks(body: list[ast.stmt]) -> list[ast.expr]:
    """The marks of `pytestmark = …`, one or a list, in a module or a class."""
    found: list[ast.expr] = []
    for node in body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in targets):
            found.extend(_listed(value))
    return found


def _case_marks(decorators: list[ast.expr]) -> Iterator[ast.expr]:
    """The marks on single cases: `pytest.param(…, marks=…)` anywhere inside `parametrize`."""
    for decorator in decorators:
        if _mark_name(decorator) != "parametrize":
            continue
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"pytest.param", "param"}:
                marks = [m for word in node.keywords if word.arg == "marks" for m in _listed(word.value)]
                if not any(_mark_name(mark) in UNPROVEN for mark in marks):
                    yield from marks


def _listed(value: ast.expr) -> list[ast.expr]:
    return list(value.elts) if isinstance(value, ast.List | ast.Tuple) else [value]


def _mark_name(node: ast.expr) -> str:
    """`pytest.mark.clause("…")` and `mark.clause("…")` are both "clause"; anything else is ""."""
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Attribute) and ast.unparse(called.value) in {"pytest.mark", "mark"}:
        return called.attr
    return ""


def table(register: Register, marks: Iterable[Mark]) -> str:
    """The coverage by group and in total."""
    tested = {mark.clause for mark in marks}
    rows: list[tuple[str, ...]] = [("组别", "已证", "carried", "planned", "not software", "合计")]
    counts = [_counts(register.in_group(group.code), tested) for group in register.groups]
    for group, count in zip(register.groups, counts, strict=True):
        rows.append((f"{group.prefix} {group.title}", *map(str, count)))
    rows.append(("合计", *(str(sum(column)) for column in zip(*counts, strict=True))))
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            _pad(cell, width, right=i > 0) for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _counts(clauses: list[Clause], tested: set[str]) -> tuple[int, ...]:
    by_status = [sum(clause.status == status for clause in clauses) for status in STATUSES]
    return (sum(clause.id in tested for clause in clauses), *by_status, len(clauses))


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def missing(register: Register) -> dict[str, list[Clause]]:
    """The planned clauses by the part that will carry them."""
    found: dict[str, list[Clause]] = {}
    for clause in register.clauses:
        if clause.status == "planned":
            found.setdefault(clause.where[0], []).append(clause)
    return dict(sorted(found.items()))


def as_json(register: Register, marks: Iterable[Mark], faults: list[str]) -> str:
    """Everything the table and the list show, for machines."""
    marks = list(marks)
    tested = {mark.clause for mark in marks}
    names = ("covered", *STATUSES, "total")
    groups = {
        group.code: dict(zip(names, _counts(register.in_group(group.code), tested), strict=True))
        for group in register.groups
    }
    tests: dict[str, list[str]] = {}
    for mark in marks:
        tests.setdefault(mark.clause, []).append(f"{mark.file}::{mark.test.replace('.', '::')}")
    clauses = [{**asdict(clause), "tests": tests.get(clause.id, [])} for clause in register.clauses]
    total = dict(zip(names, _counts(list(register.clauses), tested), strict=True))
    report = {"groups": groups, "total": total, "faults": faults, "clauses": clauses}
    return json.dumps(report, ensure_ascii=False, indent=2)


@click.command(help="核对测试上的条款标记与条款登记，按组列出已证、待做和合计。")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.option("--missing", "missing_wanted", is_flag=True, help="按承担部分列出待做条款")
@click.option("--register", "register_path", type=click.Path(path_type=Path), default=REGISTER, hidden=True)
@click.option("--tests", "tests_path", type=click.Path(path_type=Path), default=TESTS, hidden=True)
def main(json_wanted: bool, missing_wanted: bool, register_path: Path, tests_path: Path) -> None:
    """Print what was asked for; exit 1 when anything disagrees."""
    register = load_register(register_path)
    collected = collect(tests_path)
    faults = [*register_faults(register), *collected.faults, *mark_faults(register, collected.marks)]
    if json_wanted:
        click.echo(as_json(register, collected.marks, faults))
    elif missing_wanted:
        for where, clauses in missing(register).items():
            click.echo(f"{where}（{len(clauses)}）")
            for clause in clauses:
                click.echo(f"  {clause.id}  {clause.locality}：{clause.text}")
    else:
        click.echo(table(register, collected.marks))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
