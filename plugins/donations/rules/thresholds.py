"""From which amount a donor is honoured: by kind of donor, 超过 or 以上, one gift, all gifts or those of a year."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

#: kinds of donors that a certificate can name; whoever gave anonymously, and pupils, get none
UNIT, PERSON, POOL = "unit", "person", "pool"
SINGLE, CUMULATIVE, ROLLING_YEAR = "single", "cumulative", "rolling_year"
CONTRIBUTOR = "contributor"


@dataclass(frozen=True)
class Threshold:
    """An entry of the plan's `donations.threshold`, all of it known."""

    code: str
    donor: str
    amount: Decimal
    comparator: str
    honour: str
    basis: str = SINGLE
    below: Decimal | None = None
    issuer: str = ""
    issuer_level: str = ""
    party: str = UNIT
    clause: str = ""


@dataclass(frozen=True)
class Given:
    """A gift, or one contributor's part of it, as it counts for somebody. `donor` tells givers apart."""

    subject_id: uuid.UUID
    gift_id: uuid.UUID
    kind: str
    donor: str
    name: str
    amount: Decimal
    on: dt.date
    unit_id: uuid.UUID
    consent: str = "masked"
    #: it comes out of a pooled gift: the whole of it, or a contributor's part
    pooled: bool = False


@dataclass(frozen=True)
class Due:
    """Somebody to be honoured, by which entry, and for what."""

    threshold: Threshold
    given: tuple[Given, ...]

    @property
    def amount(self) -> Decimal:
        """All of it together."""
        return sum((one.amount for one in self.given), Decimal(0))

    @property
    def last(self) -> Given:
        """The gift by which the amount was reached."""
        return self.given[-1]

    @property
    def key(self) -> str:
        """By which a form names it."""
        return f"{self.threshold.code}:{self.last.subject_id.hex}"


def reaches(threshold: Threshold, amount: Decimal) -> bool:
    """Whether an amount lies in the band: 超过 leaves the amount itself out, 以上 has it in (Civil Code 1259)."""
    above = amount > threshold.amount if threshold.comparator == "gt" else amount >= threshold.amount
    return above and (threshold.below is None or amount < threshold.below)


def speaks_of(threshold: Threshold, one: Given) -> bool:
    """Whether the entry is about this kind of donor. A pooled gift is its unit's, or each contributor's own, as the
    entry's `party` says."""
    if one.pooled:
        wanted = PERSON if threshold.party == CONTRIBUTOR else UNIT
        return one.kind == wanted and threshold.donor in (wanted, POOL)
    return threshold.donor == one.kind


def due(thresholds: Iterable[Threshold], given: Sequence[Given]) -> list[Due]:
    """Everybody to be honoured, the newest gift last."""
    found = [one for threshold in thresholds for one in _by(threshold, [item for item in given if speaks_of(threshold, item)])]
    return sorted(found, key=lambda one: (one.last.on, one.last.subject_id))


def _by(threshold: Threshold, given: Sequence[Given]) -> list[Due]:
    if threshold.basis == SINGLE:
        return [Due(threshold, (one,)) for one in given if reaches(threshold, one.amount)]
    donors: dict[str, list[Given]] = defaultdict(list)
    for one in sorted(given, key=lambda item: (item.on, item.subject_id)):
        donors[one.donor].append(one)
    sums = [Due(threshold, tuple(_within(threshold, theirs))) for theirs in donors.values()]
    return [one for one in sums if reaches(threshold, one.amount)]


def _within(threshold: Threshold, theirs: Sequence[Given]) -> Sequence[Given]:
    """All of a donor's gifts, or those of the year whose sum is largest; of equal ones the latest."""
    if threshold.basis == CUMULATIVE:
        return theirs
    years = [[one for one in theirs if _year_before(last.on) < one.on <= last.on] for last in theirs]
    return max(reversed(years), key=lambda some: sum(one.amount for one in some))


def _year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
