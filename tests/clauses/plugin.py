"""The `clause` mark at run time: an unknown id stops the run; `--clause ID` runs what proves one clause."""

from __future__ import annotations

import pytest

from scripts.clauses import load_register


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--clause",
        action="append",
        default=[],
        metavar="ID",
        help="只运行证明该条款的测试，可写多次，例如 --clause EA-017",
    )


def clauses_of(item: pytest.Item) -> set[str]:
    """Every clause a test says it proves, from its own marks, its class and its module."""
    return {clause for mark in item.iter_markers("clause") for clause in mark.args}


# Last, so that an item another hook removed or added is judged as it will run.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    known = {clause.id for clause in load_register().clauses}
    for item in items:
        if unknown := clauses_of(item) - known:
            raise pytest.UsageError(f"{item.nodeid} 标了登记里没有的条款：{'、'.join(sorted(unknown))}")
    wanted = set(config.getoption("--clause"))
    if unknown := wanted - known:
        raise pytest.UsageError(f"登记里没有条款 {'、'.join(sorted(unknown))}")
    if wanted:
        chosen = [item for item in items if clauses_of(item) & wanted]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
