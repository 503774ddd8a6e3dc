"""Conditions as trees: judged of one record, and said in Chinese."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.conditions.facts import CHOICE, FLAG, Fact
from core.errors import N_

Facts = Mapping[str, Any]
Value = bool | int | Decimal | dt.date
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_WORDS = {"eq": N_("%(fact)s为 %(value)s"), "gt": N_("%(fact)s超过 %(value)s"), "gte": N_("%(fact)s不低于 %(value)s"),
          "lt": N_("%(fact)s不满 %(value)s"), "lte": N_("%(fact)s不超过 %(value)s")}
_DAY_WORDS = {"eq": N_("%(fact)s为 %(value)s"), "gt": N_("%(fact)s晚于 %(value)s"), "gte": N_("%(fact)s不早于 %(value)s"),
              "lt": N_("%(fact)s早于 %(value)s"), "lte": N_("%(fact)s不晚于 %(value)s")}
#: puts a text into a language; as it stands, Chinese
Say = Callable[[str], str]


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

    def describe(self, say: Say = str) -> str:
        """What it says: in Chinese, or in the language that `say` speaks."""
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

    def describe(self, say: Say = str) -> str:
        named = say(N_("、")).join(say(self.fact.label_of(code)) for code in self.codes)
        return say(N_("%(fact)s为%(named)s")) % {"fact": self.fact.said(say), "named": named}


@dataclass(frozen=True)
class Compared(Leaf):
    """A number or a day against another, or a flag against yes or no."""

    sign: str
    value: Value

    def holds(self, facts: Facts) -> bool | None:
        found = facts.get(self.fact.name)
        return None if found is None else COMPARE[self.sign](found, self.value)

    def describe(self, say: Say = str) -> str:
        if self.fact.kind == FLAG:
            return self.fact.said(say) if self.value else say(N_("不%(fact)s")) % {"fact": self.fact.said(say)}
        words = _DAY_WORDS if isinstance(self.value, dt.date) else _WORDS
        value = f"{self.value} {say(self.fact.measure)}" if self.fact.measure else str(self.value)
        return say(words[self.sign]) % {"fact": self.fact.said(say), "value": value}


@dataclass(frozen=True)
class _Joined(Condition):
    parts: tuple[Condition, ...]

    def _open(self, facts: Facts) -> Iterable[str]:
        for part in self.parts:
            yield from part.missing(facts)

    def leaves(self) -> Iterable[Leaf]:
        for part in self.parts:
            yield from part.leaves()

    def _said(self, joint: str, say: Say) -> str:
        return say(joint).join(say(N_("（%(part)s）")) % {"part": part.describe(say)} if isinstance(part, _Joined) and len(part.parts) > 1
                               else part.describe(say) for part in self.parts)


@dataclass(frozen=True)
class All(_Joined):
    """All of its parts hold; with no parts it always holds."""

    def holds(self, facts: Facts) -> bool | None:
        found = [part.holds(facts) for part in self.parts]
        return False if False in found else None if None in found else True

    def describe(self, say: Say = str) -> str:
        return self._said(N_("；"), say) if self.parts else say(N_("不限"))


@dataclass(frozen=True)
class Any_(_Joined):  # noqa: N801  # `any` and `Any` are taken
    """At least one of its parts holds."""

    def holds(self, facts: Facts) -> bool | None:
        found = [part.holds(facts) for part in self.parts]
        return True if True in found else None if None in found else False

    def describe(self, say: Say = str) -> str:
        return self._said(N_("，或者"), say)


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

    def describe(self, say: Say = str) -> str:
        return say(N_("不是：%(part)s")) % {"part": self.part.describe(say)}
