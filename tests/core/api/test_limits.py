"""Counting requests by the minute."""

from __future__ import annotations

import threading
import time

import pytest

from core.api.limits import WINDOW, Window


def test_each_key_is_counted_for_itself_until_the_minute_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    window = Window()
    assert window.count("a", "b") == ([1, 1], WINDOW)
    now[0] += WINDOW - 1
    assert window.count("a", "c") == ([2, 1], 1)
    now[0] += 1
    assert window.count("a") == ([1], WINDOW)
    assert window.counts == {"a": 1}  # who has not come back is forgotten


def test_no_request_is_lost_between_threads() -> None:
    window = Window()
    threads = [threading.Thread(target=lambda: [window.count("a") for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert window.counts["a"] == 2000
