"""The day of the offices, wherever the server stands."""

from __future__ import annotations

import datetime as dt

import pytest

from core.extensions import CHINA, clock, local, today


def test_a_stored_moment_is_said_by_the_clocks_of_the_offices() -> None:
    stored = dt.datetime(2026, 11, 21, 17, 5)  # noqa: DTZ001  # in UTC, as every timestamp column stores it
    assert f"{local(stored):%Y-%m-%d %H:%M}" == "2026-11-22 01:05"
    assert local(stored.replace(tzinfo=dt.UTC)) == local(stored)


def test_the_day_begins_at_midnight_in_china(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = dt.datetime(2026, 11, 21, 16, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "_now", lambda: moment.astimezone(CHINA))
    assert today() == dt.date(2026, 11, 22)
