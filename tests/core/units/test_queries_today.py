"""Reads of today's tree."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.extensions import new_id
from core.units import queries
from core.units.models import Unit, UnitVersion


def test_paths_follow_the_codes(tree: dict[str, Unit]) -> None:
    assert tree["990101100001"].path == "00/99/01/01/100/001/"
    assert tree["990101100001"].depth == 5
    assert tree["990101-S01"].path.startswith(tree["990101-Z01"].path + "x")


def test_an_open_unit_is_found_before_a_closed_one_and_before_an_old_code(
        session: Session, tree: dict[str, Unit]) -> None:
    old = tree["990101102"]
    session.add(UnitVersion(unit_id=old.id, since=dt.date(1990, 1, 1), until=dt.date(2000, 1, 1),
                            code="990101999", name="旧", kind="division", level="township",
                            parent_id=old.parent_id))
    session.flush()
    assert queries.find_unit_by_code(session, "990101999") is old
    assert queries.find_unit_by_code(session, "990101") is tree["990101"]
    assert queries.find_unit_by_code(session, "没有") is None
    with pytest.raises(NotFound):
        queries.get_unit_by_code(session, "没有")
    with pytest.raises(NotFound):
        queries.get_unit(session, new_id())


def test_ancestors_come_root_first(session: Session, tree: dict[str, Unit]) -> None:
    codes = [u.code for u in queries.ancestors(session, tree["990101100001"])]
    assert codes == ["00", "99", "9901", "990101", "990101100"]
    assert queries.ancestors(session, tree["00"]) == []


def test_children_come_in_pages_by_code(session: Session, tree: dict[str, Unit]) -> None:
    county = tree["990101"]
    first = queries.list_children(session, county, limit=2)
    rest = queries.list_children(session, county, after=first[-1].code)
    codes = [u.code for u in [*first, *rest]]
    assert codes == ["990101-O01", "990101-Z01", "990101100", "990101101", "990101102"]


def test_closed_children_are_listed_only_when_asked_for(session: Session, tree: dict[str, Unit]) -> None:
    tree["990101102"].closed_on = dt.date(2020, 1, 1)
    session.flush()
    codes = [u.code for u in queries.list_children(session, tree["990101"])]
    assert "990101102" not in codes
    assert "990101102" in [u.code for u in queries.list_children(session, tree["990101"], closed=True)]
    then = queries.list_children(session, tree["990101"], as_of=dt.date(2019, 12, 31))
    assert "990101102" in [u.code for u in then]


def test_counts_by_level_and_of_children(session: Session, tree: dict[str, Unit]) -> None:
    assert queries.count_beneath(session, tree["9901"]) == {
        "county": 2, "township": 4, "village": 4, "school": 3, "station": 1, "office": 1}
    counts = queries.count_children(session, [tree["990101"].id, tree["990201"].id])
    assert counts == {tree["990101"].id: 5}


@pytest.mark.parametrize(("words", "first"), [
    ("甲县", "990101"), ("jx", "990101"), ("jiaxian", "990101"), ("990102", "990102"), ("JX", "990101"),
    ("甲县 第一中学", "990101-S01"), ("甲县 西村", "990101100002"), ("990101-s0", "990101-S01"),
])
def test_units_are_found_by_name_pinyin_and_code(
        session: Session, tree: dict[str, Unit], words: str, first: str) -> None:
    assert queries.search_units(session, words)[0].code == first


def test_search_stays_within_the_paths(session: Session, tree: dict[str, Unit]) -> None:
    county = tree["990102"].path
    assert {u.code for u in queries.search_units(session, "县", [county])} == {"990102", "990102-S01"}
    assert queries.search_units(session, "甲", [county]) == []
    assert queries.search_units(session, "甲", []) == []
    assert queries.search_units(session, "  ") == []


def test_search_within_a_county_reads_villages_through(session: Session, tree: dict[str, Unit]) -> None:
    assert [u.code for u in queries.search_units(session, "北村", [tree["990101"].path])] == ["990101101001"]


def test_the_percent_sign_is_no_wildcard(session: Session, tree: dict[str, Unit]) -> None:
    assert queries.search_units(session, "％") == []
    assert queries.search_units(session, "%") == []


def test_search_ends_with_the_page(session: Session, tree: dict[str, Unit]) -> None:
    found = queries.search_units(session, "甲", limit=3)
    assert [u.depth for u in found] == [3, 4, 4]
