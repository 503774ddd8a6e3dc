"""Checking by the files around a profile, in any folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.tenancy.grammar import Checked, UnitFact, grammar
from core.tenancy.grammar.directory import Units, ancestors, beside
from core.tenancy.offline import check_file, in_order
from tests.factories.tenancy import days, profile_text, write

DIVISIONS = """code,name,level,parent_code
99,测试省,province,
9901,测试市,city,99
990101,甲县,county,9901
"""
NATIONAL = ('\n[[programme]]\ncode = "aid"\ntitle = "学生资助"\n', days(5, "floor"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a province under one with the national base."""
    write(tmp_path, "national.toml", profile_text(*NATIONAL, unit="00", name="全国"))
    write(tmp_path, "test/province.toml", profile_text(days(6, "floor"), unit="99", name="测试省"))
    with gzip.open(tmp_path / "test/divisions.csv.gz", "wt", encoding="utf-8") as file:
        file.write(DIVISIONS)
    return tmp_path / "test"


def outcome(folder: Path, text: str, name: str = "county.toml") -> Checked:
    return check_file(write(folder, name, text), grammar())


def rules(found: Checked) -> list[str]:
    return [problem.rule for problem in found.problems]


def test_units_programmes_and_layers_come_from_the_files_around(folder: Path) -> None:
    assert rules(outcome(folder, profile_text(days(7)))) == []
    low = outcome(folder, profile_text(days(5)))
    assert rules(low) == ["layer-floor"]
    assert "测试省" in low.problems[0].message
    assert len(rules(outcome(folder, profile_text(days(3))))) == 2
    assert rules(outcome(folder, profile_text(name="乙县"))) == ["unit-name"]
    assert rules(outcome(folder, profile_text('[[plugin]]\ncode = "space"\nclause = "一"\n'))) == ["plugin-unknown"]
    assert outcome(folder, profile_text(days(7))).problems == []


def test_a_school_stands_under_the_unit_its_profile_names(folder: Path) -> None:
    school = profile_text(days(5), unit="990101-S01", name="某中学", place='kind = "school"\nunder = "990101"\n')
    assert rules(outcome(folder, school, "school.toml")) == ["layer-floor"]
    department = profile_text(unit="990101-D01", name="某系", place='kind = "department"\nunder = "990101-S01"\n')
    assert rules(outcome(folder, department, "department.toml")) == []


def test_a_folder_with_nothing_beside_it_checks_with_a_warning(tmp_path: Path) -> None:
    found = outcome(tmp_path / "alone", profile_text())
    assert rules(found) == ["unit-unchecked"]
    assert found.profile is not None


def test_a_profile_beside_no_national_base_still_meets_its_province(folder: Path) -> None:
    (folder.parent / "national.toml").unlink()
    assert rules(outcome(folder, profile_text(days(5)))) == ["layer-floor"]
    deeper = outcome(folder / "a" / "b", profile_text(days(5)))
    assert rules(deeper) == ["layer-floor"]


def test_a_faulty_neighbour_or_unknown_unit_is_no_obstacle(folder: Path) -> None:
    write(folder, "province.toml", 'schema = 1\n[tenant]\nunit = "99"\nunder = "00"\n')
    assert rules(outcome(folder, profile_text(days(5)))) == []
    assert rules(outcome(folder, profile_text(unit="123456"))) == ["unit-unknown"]
    assert "missing-key" in rules(outcome(folder, "schema = 1\n"))
    assert check_file(folder / "province.toml", grammar()).errors


def test_upper_layers_are_applied_first(folder: Path) -> None:
    school = write(folder, "a-school.toml", profile_text(unit="990101-S01", name="某中学",
                                                          place='kind = "school"\nunder = "990101"\n'))
    made_up = write(folder, "b-made-up.toml", profile_text(unit="998801", name="虚构县",
                                                           place='fictitious = true\nunder = "99"\nlevel = "county"\n'))
    county = write(folder, "county.toml", profile_text())
    empty = write(folder, "empty.toml", "")
    national, province = folder.parent / "national.toml", folder / "province.toml"
    order = in_order([school, made_up, county, empty, province, national])
    assert order.index(national) < order.index(province) < order.index(county) < order.index(school)
    assert order.index(province) < order.index(made_up)
    assert empty in order
    assert in_order([county, county]) == [county]


def test_a_ring_of_parents_ends_where_it_began(folder: Path) -> None:
    first, second = UnitFact("1", "一", "county", parent="2"), UnitFact("2", "二", "county", parent="1")
    assert ancestors(Units(first, second), first) == [second]
    assert ancestors(Units(first), first) == []
    found = beside(folder / "county.toml")
    assert found is not None
    county = found.find("990101")
    assert county is not None
    assert [fact.code for fact in ancestors(found, county)] == ["9901", "99", "00"]
