"""Who gets a place: a cut-off with its dated offset, places that go first to some, and ties.

An offset lowers the cut-off for those it favours and leaves the raw score as it is (EA-022, EA-023); a priority fills
places before scores are looked at (EA-025); a tie-break counts between equal scores alone (EA-044); a pool keeps a
share of the places, with a cut-off of its own, for those it is meant for (EA-041).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from core.errors import N_

OFFSET, PRIORITY, TIE_BREAK = "offset", "priority", "tie_break"


@dataclass(frozen=True)
class Preference:
    """What a plan grants: `points` of an offset (None: the plan names none, so that nothing is granted yet)."""

    code: str
    name: str
    kind: str
    clause: str
    points: Decimal | None = None


@dataclass(frozen=True)
class Applicant:
    """One who asks for a place. `favoured`: codes of the preferences whose condition holds for them; `order`: who came
    first, which decides where nothing else does."""

    id: Hashable
    score: Decimal | None
    favoured: frozenset[str] = frozenset()
    order: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one applicant. `by` is the preference that made the difference, "" where none did."""

    id: Hashable
    admitted: bool
    reason: str
    by: str = ""
    params: dict[str, object] = field(default_factory=dict)


def admit(applicants: Iterable[Applicant], places: int, cutoff: Decimal | None,
          preferences: Sequence[Preference]) -> list[Outcome]:
    """Every applicant's outcome in the order in which places are given. Without a cut-off (places by area, not by
    score) a score decides nothing."""
    quantified = [one for one in preferences if one.kind != OFFSET or one.points is not None]
    ranked = sorted(applicants, key=lambda one: _rank(one, quantified, cutoff is not None))
    found, left = [], places
    for one in ranked:
        outcome = _judged(one, left, cutoff, quantified)
        left -= outcome.admitted
        found.append(outcome)
    return found


def unquantified(preferences: Sequence[Preference]) -> list[Preference]:
    """Offsets whose points the plan does not name: they are listed, and nothing is added or taken (EA-022)."""
    return [one for one in preferences if one.kind == OFFSET and one.points is None]


def admit_pools(applicants: Iterable[Applicant], places: int, share: Decimal, pool: str, cutoffs: tuple[Decimal, Decimal],
                preferences: Sequence[Preference]) -> tuple[list[Outcome], list[Outcome]]:
    """Those of the pool on a list and a cut-off of their own, and the others; what the pool leaves goes to nobody else."""
    held = pool_places(places, share)
    inside = [one for one in applicants if pool in one.favoured]
    outside = [one for one in applicants if pool not in one.favoured]
    return admit(inside, held, cutoffs[0], preferences), admit(outside, places - held, cutoffs[1], preferences)


def pool_places(places: int, share: Decimal) -> int:
    """How many of the places a share holds at least: a part of a place counts as one (EA-041: half of 199 is 100)."""
    return int((places * share).to_integral_value(ROUND_CEILING))


def _rank(one: Applicant, preferences: Sequence[Preference], scored: bool) -> tuple[object, ...]:
    first = not any(want.kind == PRIORITY and want.code in one.favoured for want in preferences)
    tied = not any(want.kind == TIE_BREAK and want.code in one.favoured for want in preferences)
    score = one.score if scored and one.score is not None else Decimal(0)
    return first, -score, tied, one.order


def _judged(one: Applicant, left: int, cutoff: Decimal | None, preferences: Sequence[Preference]) -> Outcome:
    by = next((want for want in preferences if want.kind == PRIORITY and want.code in one.favoured), None)
    if cutoff is not None:
        if one.score is None:
            return Outcome(one.id, False, N_("没有成绩"))
        if one.score < cutoff:
            by = _best_offset(one, preferences)
            lowered = cutoff - (by.points or Decimal(0)) if by else cutoff
            if one.score < lowered:
                return Outcome(one.id, False, N_("低于分数线 %(line)s"), by.name if by else "", {"line": lowered})
    if left < 1:
        return Outcome(one.id, False, N_("名额已满"))
    if by is None:
        return Outcome(one.id, True, N_("录取"))
    return Outcome(one.id, True, N_("录取（%(name)s，%(clause)s）"), by.name, {"name": by.name, "clause": by.clause})


def _best_offset(one: Applicant, preferences: Sequence[Preference]) -> Preference | None:
    held = [want for want in preferences if want.kind == OFFSET and want.points and want.code in one.favoured]
    return max(held, key=lambda want: want.points or 0, default=None)
