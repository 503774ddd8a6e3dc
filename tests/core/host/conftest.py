"""The host is tried with the plugins a test gives it, and with none that happen to be installed."""

from __future__ import annotations

import pytest

from core.host import loading


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "entry_points", lambda group: [])
