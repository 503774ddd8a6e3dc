"""Conditions as trees: judged of one record, and said in Chinese."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.conditions.facts import CHOICE, FLAG, Fact

Facts = Mapping[str, Any]
Value = bool | int | Decimal | dt.date
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_WORDS = {"eq": "为", "gt": "超过", "gte": "不低于", "lt": "不满", "lte": "不超过"}
_DAY_WORDS = {"eq": "为", "gt": "晚于", "gte": "不早于", "lt": "早于", "lte": "不晚于"}


def member(fact: str, code: str) -> str:
    """The name of the yes-or-no column that says whether a set holds a code."""
    return f"{fact}={code}"


class Condition:
    """A condition: true, false, or not to be said (None) because a fact is missing."""

    def holds(self, facts: Facts) -> bool | None:
        """Whether it holds for one record; of a fact that is not known the value is None, of a set too."""
        raise NotImplementedError

    def missing(self, facts: Facts) -> list[str]:
        """The names of the facts that leave it open; empty where it is decided."""
        return list(dict.fromkeys(self._open(facts))) if self.holds(facts) is None else []

    def _open(self, facts: Facts) -> Iterable[str]:
        raise NotImplementedError

    def describe(self) -> str:
        """What it says, in Chinese."""
        raise NotImplementedError

    def leaves(self) -> Iterable[Leaf]:
        """The comparisons it is made of."""
        raise NotImplementedError

    @property
    def facts(self) -> list[str]:
        """The names of the facts it asks about, in order."""
        return list(dict.fromkeys(leaf.fact.name for leaf in self.leaves()))


@dataclass(frozen=True)
class Leaf(Condition):
    """A comparison on one fact."""

    fact: Fact

    def _open(self, facts: Facts) -> Iterable[str]:
        return [self.fact.name] if self.holds(facts) is None else []

    def leaves(self) -> Iterable[Leaf]:
        return [self]


@dataclass(frozen=True)
class OneOf(Leaf):
    """A choice is one of these codes; a set holds at least one of them. Of a set that is known in part only, the value is a
    mapping from the codes to true, false or None."""

    codes: tuple[str, ...]

    def holds(self, facts: Facts) -> bool | None:
        found = facts.get(self.fact.name)
        if found is None:
            return None
        if self.fact.kind == CHOICE:
            return found in self.codes
        if isinstance(found, Mapping):
            held = [found.get(code, False) for code in self.codes]
            return True if True in held else None if None in held else False
        return any(code in found for code in self.codes)

    def describe(self) -> str:
        return f"{self.fact.title}为{'、'.join(self.fact.label_of(code) for code in self.codes)}"


@dataclass(frozen=True)
class Compared(Leaf):
    """A number or a day against another, or a flag against yes or no."""

    sign: str
    value: Value

    def holds(self, facts: Facts) -> bool | None:
        found = facts.get(self.fact.name)
        return None if found is None else COMPARE[self.sign](found, self.value)

    def describe(self) -> str:
        if self.fact.kind == FLAG:
            return self.fact.title if self.value else f"不{self.fact.title}"
        words = _DAY_WORDS if isinstance(self.value, dt.date) else _WORDS
        return f"{self.fact.title}{words[self.sign]} {self.value}{' ' + self.fact.measure if self.fact.measure else ''}"


@dataclass(frozen=True)
class _Joined(Condition):
    parts: tuple[Condition, ...]

    def _open(self, facts: Facts) -> Iterable[str]:
        for part in self.parts:
            yield from part.missing(facts)

    def leaves(self) -> Iterable[Leaf]:
        for part in self.parts:
            yield from part.leaves()

    def _said(self, joint: str) -> str:
        return joint.join(f"（{part.describe()}）" if isinstance(part, _Joined) and len(part.parts) > 1 else part.describe()
                          for part in self.parts)


@dataclass(frozen=True)
class All(_Joined):
    """All of its parts hold; with no parts it always holds."""

    def holds(self, facts: Facts) -> bool | None:
        found = [part.holds(facts) for part in self.parts]
        return False if False in found else None if None in found else True

    def describe(self) -> str:
        return self._said("；") if self.parts else "不限"


@dataclass(frozen=True)
class Any_(_Joined):  # noqa: N801  # `any` and `Any` are taken
    """At least one of its parts holds."""

    def holds(self, facts: Facts) -> bool | None:
        found = [part.holds(facts) for part in self.parts]
        return True if True in found else None if None in found else False

    def describe(self) -> str:
        return self._said("，或者")


@dataclass(frozen=True)
class Not(Condition):
    """Its part does not hold."""

    part: Condition

    def holds(self, facts: Facts) -> bool | None:
        found = self.part.holds(facts)
        return None if found is None else not found

    def _open(self, facts: Facts) -> Iterable[str]:
        return self.part.missing(facts)

    def leaves(self) -> Iterable[Leaf]:
        return self.part.leaves()

    def describe(self) -> str:
        return f"不是：{self.part.describe()}"
