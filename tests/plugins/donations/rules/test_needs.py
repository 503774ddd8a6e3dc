"""The library of needs, on plain values."""

from __future__ import annotations

import pytest

from plugins.donations.rules.needs import Library, telling
from tests.factories.registry import made_up_id


@pytest.mark.clause("DN-018")
def test_one_to_two_items_of_2571_teams_make_between_2571_and_5142() -> None:
    assert Library(1, 2, 2571).bounds == (2571, 5142)


def test_without_a_number_of_villages_there_is_no_total() -> None:
    assert Library(1, 2).bounds is None


@pytest.mark.clause("DN-018")
def test_a_village_may_have_one_or_two() -> None:
    library = Library(1, 2)
    assert [(library.short(count), library.over(count)) for count in range(4)] == [
        (True, False), (False, False), (False, False), (False, True)]


@pytest.mark.parametrize(("text", "told"), [
    ("一名小学生需要冬衣和书包", 0), ("测试乙需要冬衣", 1), (f"证件 {made_up_id()}", 1), ("测试乙，电话19900000001", 2), ("乙需要冬衣", 0),
])
def test_a_public_text_must_not_tell_whose_need_it_is(text: str, told: int) -> None:
    assert len(telling(text, ["测试乙", "乙", ""])) == told
