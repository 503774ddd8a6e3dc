"""How many of a school may be put forward for an item (EA-071): each stage of each reporting unit has its own places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Row = TypeVar("Row", bound=Mapping[str, Any])
#: item, reporting unit and stage
Place = tuple[str, Any, str]


@dataclass(frozen=True)
class Quota:
    """So many at most in each stage of each unit; `provisional` until the plan's final number (暂定)."""

    most: int
    provisional: bool = False


def place_of(row: Mapping[str, Any]) -> Place:
    """Whose places a row takes one of."""
    return row["item"], row["unit_id"], row["stage"]


def within(rows: Iterable[Row], quotas: Mapping[str, Quota], standing: Mapping[Place, int]) -> tuple[list[Row], list[Row]]:
    """The rows that find a place, in their order, and those that wait for one. `standing`: how many stand already."""
    taken = Counter(standing)
    kept: list[Row] = []
    waiting: list[Row] = []
    for row in rows:
        quota, place = quotas.get(row["item"]), place_of(row)
        if quota is not None and taken[place] >= quota.most:
            waiting.append(row)
            continue
        taken[place] += 1
        kept.append(row)
    return kept, waiting
