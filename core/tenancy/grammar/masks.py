"""Values that a published plan masks, leaves pending or does not state; nothing is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MASKED = "masked"
PENDING = "pending"
UNSPECIFIED = "unspecified"
STATES = (MASKED, PENDING, UNSPECIFIED)
ACTIVE = "active"
#: which state an entry shows when its values are in several
_ORDER = (MASKED, PENDING, UNSPECIFIED)
#: "20xx元", "201x", "xx年", "__月2日", "**月", "某月", "待定"
_MASK = re.compile(
    r"\d+[xX×＊*]+|[xX×＊*]{1,4}\s*[年月日元号%％]|[xX×＊]{2,}|\*{2,}|[_＿]{2,}|某[年月日]|待定|待核"
)


def looks_masked(text: str) -> bool:
    """Whether a bare string reads like a print with digits left out."""
    return bool(_MASK.search(text))


@dataclass(frozen=True)
class State:
    """A value the plan does not give: why, and what stands in print."""

    state: str
    printed: str

    def as_dict(self) -> dict[str, str]:
        """The shape kept in the database and in the profile."""
        return {"state": self.state, "printed": self.printed}


def is_state(value: object) -> bool:
    """Whether a value of the profile is written as a state table."""
    return isinstance(value, Mapping) and "state" in value


def states_in(value: object, key: str = "") -> Iterator[tuple[str, State]]:
    """Every state inside a value, with the dotted key that leads to it."""
    if isinstance(value, State):
        yield key, value
    elif isinstance(value, Mapping):
        if is_state(value) and set(value) <= {"state", "printed"}:
            yield key, State(str(value["state"]), str(value.get("printed", "")))
            return
        for name, inner in value.items():
            yield from states_in(inner, f"{key}.{name}".strip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from states_in(inner, f"{key}[{number}]")


def worst(states: list[str]) -> str:
    """The state of an entry whose principal values are in these states."""
    return next((state for state in _ORDER if state in states), ACTIVE)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: days and amounts as text, states as their tables."""
    if isinstance(value, State):
        return value.as_dict()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
