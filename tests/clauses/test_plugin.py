"""The clause mark while tests run: unknown ids stop the run, one clause can be run alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.clauses import plugin


class Item:
    """A collected test, as far as the plugin looks at it."""

    def __init__(self, *ids: str) -> None:
        self.nodeid = "tests/test_made_up.py::test_one"
        self.marks = [pytest.mark.clause(*ids).mark] if ids else []

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return [mark for mark in self.marks if mark.name == name]


class Config:
    """The run's options, and what was told to have been left out."""

    def __init__(self, *wanted: str) -> None:
        self.wanted = list(wanted)
        self.left_out: list[Item] = []
        self.hook = SimpleNamespace(pytest_deselected=lambda items: self.left_out.extend(items))

    def getoption(self, name: str) -> list[str]:
        return self.wanted


def test_all_tests_run_when_no_clause_is_asked_for() -> None:
    items = [Item("EA-017"), Item()]
    plugin.pytest_collection_modifyitems(Config(), items)
    assert len(items) == 2


def test_unknown_id_on_a_test_stops_the_run() -> None:
    with pytest.raises(pytest.UsageError, match="登记里没有的条款：XX-001"):
        plugin.pytest_collection_modifyitems(Config(), [Item("EA-017", "XX-001")])


def test_only_the_tests_of_the_clause_asked_for_run() -> None:
    kept, other, plain = Item("CO-042", "EA-017"), Item("CO-001"), Item()
    config, items = Config("EA-017"), [kept, other, plain]
    plugin.pytest_collection_modifyitems(config, items)
    assert items == [kept]
    assert config.left_out == [other, plain]


def test_unknown_clause_asked_for_stops_the_run() -> None:
    with pytest.raises(pytest.UsageError, match="登记里没有条款 EA-999"):
        plugin.pytest_collection_modifyitems(Config("EA-999"), [Item()])
