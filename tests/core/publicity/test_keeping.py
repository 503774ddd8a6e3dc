"""Kept pages are given only while they are true, and never take more than their room."""

from __future__ import annotations

import datetime as dt

import pytest

from core.publicity.site import keeping
from core.publicity.site.keeping import Kept, Shelf, keep

DAY = dt.date(2026, 11, 23)


def page(text: str = "公示") -> Kept:
    return keep(text.encode(), "text/html; charset=utf-8", "noindex", "990101", 1, DAY)


def test_a_page_of_today_is_found_and_one_of_yesterday_is_not() -> None:
    shelf = Shelf()
    shelf.put("/a", page())
    assert shelf.find("/a", DAY) is not None
    assert shelf.find("/a", DAY + dt.timedelta(days=1)) is None
    assert shelf.find("/a", DAY) is None  # it was dropped


def test_a_page_is_made_anew_after_a_minute() -> None:
    shelf, old = Shelf(), page()
    old.made_at -= keeping.KEPT + 1
    shelf.put("/a", old)
    assert shelf.find("/a", DAY) is None


def test_pages_unused_for_longest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_PAGES", 2)
    shelf = Shelf()
    for key in ("/a", "/b"):
        shelf.put(key, page())
    shelf.find("/a", DAY)
    shelf.put("/c", page())
    assert [key for key in ("/a", "/b", "/c") if shelf.find(key, DAY)] == ["/a", "/c"]


def test_pages_take_no_more_than_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_BYTES", 2_500)
    shelf = Shelf()
    for number in range(5):
        shelf.put(f"/{number}", page("x" * 1_000))
    assert [number for number in range(5) if shelf.find(f"/{number}", DAY)] == [3, 4]


def test_the_mark_of_a_page_is_that_of_its_bytes() -> None:
    assert page("甲").etag == page("甲").etag != page("乙").etag
    assert page("短").packed == b"" and page("长" * 1_000).packed != b""
