"""A made-up county for matching, with the truth: who is who, whatever the lists say.

Lists carry what real ones do: wrong digits (some of which are somebody else's number), numbers left out, names written
otherwise, wrong birthdays, twins, people of one name in one village, and people the registry has never heard of.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace

import polars as pl

from core.matching.rules.pairing import COLUMNS
from core.registry.rules.identity import read_id
from core.registry.rules.names import name_key
from tests.factories.registry import made_up_id

SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈杨朱秦许何吕张", "伟芳娜敏静丽强磊军洋艳勇杰涛明超霞平刚英华慧玲志国建文"


@dataclass(frozen=True)
class Somebody:
    """A person as a list shows them; `truth` tells who it is."""

    truth: int
    name: str
    number: str
    birth: dt.date | None
    village: str
    school: str
    guardian: str


def population(count: int, rng: random.Random) -> list[Somebody]:
    """So many people. Every twentieth has a twin, every thirtieth a namesake in the same village."""
    found: list[Somebody] = []
    while len(found) < count:
        truth = len(found)
        birth = dt.date(2002, 1, 1) + dt.timedelta(rng.randrange(4_000))
        surname, given = rng.choice(SURNAMES), "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2))))
        one = Somebody(truth, surname + given, made_up_id(truth % 997 + 1, birth), birth, f"v{rng.randrange(max(count // 300, 3))}",
                       f"s{rng.randrange(max(count // 800, 2))}", surname + rng.choice(GIVEN))
        found.append(one)
        if truth % 20 == 7:
            found.append(replace(one, truth=truth + 1, name=surname + rng.choice("大小") + given[-1] + rng.choice("一二"),
                                 number=made_up_id((truth + 2) % 997 + 1, birth)))
        if truth % 30 == 11:
            other = birth + dt.timedelta(rng.randrange(400, 900))
            found.append(replace(one, truth=len(found), number=made_up_id((truth + 5) % 997 + 1, other), birth=other))
    return _apart(found[:count])


def _apart(people: list[Somebody]) -> list[Somebody]:
    """No two with one number, nor of one name, birthday and village: those nobody could tell apart."""
    numbers, kept = set[str](), {}
    for one in people:
        if one.number not in numbers:
            numbers.add(one.number)
            kept[one.name, one.birth, one.village] = kept.get((one.name, one.birth, one.village), one)
            kept[one.name, one.birth, one.school] = kept.get((one.name, one.birth, one.school), one)
    return sorted(set(kept.values()) & {one for one in people if kept.get((one.name, one.birth, one.village)) is one
                                        and kept.get((one.name, one.birth, one.school)) is one}, key=lambda one: one.truth)


def listed(people: list[Somebody], share: float, rng: random.Random) -> list[Somebody]:
    """The same people as a careless list has them."""
    numbers = [one.number for one in people]
    return [_spoilt(one, numbers, rng) for one in people if rng.random() < share]


def _spoilt(one: Somebody, numbers: list[str], rng: random.Random) -> Somebody:
    turn = rng.random()
    if turn < 0.04:  # a typing error that hits somebody else's number
        return replace(one, number=rng.choice(numbers))
    if turn < 0.08:
        at = rng.randrange(17)
        return replace(one, number=one.number[:at] + str((int(one.number[at]) + rng.randrange(1, 9)) % 10) + one.number[at + 1 :])
    if turn < 0.13:
        return replace(one, number="")
    if turn < 0.16:
        return replace(one, name=one.name[:-1] + "?", number="")
    if turn < 0.19:
        return replace(one, name=one.name[0] + rng.choice(GIVEN) + one.name[2:])
    if turn < 0.22 and one.birth:
        return replace(one, birth=one.birth + dt.timedelta(rng.randrange(1, 40)), number=one.number if rng.random() < 0.5 else "")
    if turn < 0.25:
        return replace(one, village=rng.choice(("v0", "v1", "")), number="")
    return one


def frame_of(people: list[Somebody]) -> pl.DataFrame:
    """As the rules take them; the number itself stands for its hash."""
    rows = []
    for ref, one in enumerate(people):
        valid = bool(one.number) and not read_id(one.number).fault
        rows.append((ref, name_key(one.name), one.number if valid else None, bool(one.number), one.birth, one.village or None,
                     one.school or None, name_key(one.guardian)))
    return pl.DataFrame(rows, COLUMNS, orient="row")
