"""The children of a county: in which household, born when, at which stage, and who goes to school elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from core.synthetic.rules.draws import Draws
from core.synthetic.rules.numbers import bank_card, with_id_numbers
from core.synthetic.rules.words import CHILDREN, FAR_AWAY, RARE, STEMS, numerals, one_of


@dataclass(frozen=True)
class Place:
    """A county to be filled: how many pupils have their home in it, and the county, if any, to which some of them go
    to school. `region` begins the identity numbers of its people."""

    code: str
    name: str
    region: str
    size: int
    neighbour: str = ""
    neighbour_name: str = ""


#: years from the first year of kindergarten: kindergarten 0–2, primary 3–8, junior 9–11, senior 12–14, college 15–17
POSITIONS = tuple(zip(range(18), [5.5] * 3 + [6.5] * 6 + [6.0] * 3 + [5.0] * 3 + [2.0] * 3, strict=True))
SIZES = ((1, .45), (2, .4), (3, .15))
VOCATIONAL = .4
TWINS = .02
TO_NEIGHBOUR, FAR = .02, .015
OLDEST_YOUNGER = 9


@lru_cache(maxsize=2)
def children_of(place: Place, seed: int, year: int) -> pl.DataFrame:
    """One row for each pupil whose home is the county, households together: `household` and `order` in it, `child`
    (the row), position, stage, grade, birth_on, sex, twin, name, id_number, and where they study: `target` (the
    neighbour's code, a province's code, or empty). The last two answers are kept: the next county asks again for those
    of this one who go to school in it."""
    draws = Draws(seed, place.code)
    household = pl.col("household")
    sizes = pl.DataFrame({"household": pl.int_range(place.size, dtype=pl.Int64, eager=True)}).with_columns(
        size=draws.pick("size", household, SIZES).cast(pl.Int64))
    sizes = sizes.with_columns(before=pl.col("size").cum_sum() - pl.col("size")).filter(pl.col("before") < place.size)
    sizes = sizes.with_columns(size=pl.min_horizontal("size", place.size - pl.col("before")))
    found = sizes.select("household", order=pl.int_ranges(0, "size")).explode("order")
    found = _ages(found, draws, year)
    found = with_id_numbers(found, place.region)
    return _abroad(_named(found, draws), draws, place).with_columns(
        child=pl.int_range(pl.len(), dtype=pl.Int64),
        bank_card=pl.when(pl.col("position") >= 3).then(bank_card(place.region, pl.int_range(pl.len(), dtype=pl.Int64))))


def _ages(found: pl.DataFrame, draws: Draws, year: int) -> pl.DataFrame:
    """Brothers and sisters are two to four school years apart, so that births never come closer than a year; or twins."""
    household, order = pl.col("household"), pl.col("order")
    twin = (order == 1) & draws.happens("twins", household, TWINS)
    first = draws.whole("gap 1", household, 2, 4)
    steps = pl.when(order == 0).then(0).when(order == 1).then(first).otherwise(
        first + draws.whole("gap 2", household, 2, 4))
    eldest = draws.pick("position", household, POSITIONS).cast(pl.Int64)
    found = found.with_columns(twin=twin, _born=household * 4 + pl.when(twin).then(0).otherwise(order))
    steps = pl.when(twin).then(0).otherwise(steps)
    found = found.with_columns(position=pl.when(eldest >= OLDEST_YOUNGER).then(eldest - steps).otherwise(eldest + steps))
    whom, position = household * 4 + order, pl.col("position")
    vocational = draws.happens("vocational", whom, VOCATIONAL)
    stage = (pl.when(position < 3).then(pl.lit("preschool")).when(position < 9).then(pl.lit("primary"))
             .when(position < 12).then(pl.lit("junior")).when(position >= 15).then(pl.lit("college"))
             .when(vocational).then(pl.lit("vocational")).otherwise(pl.lit("senior")))
    opening = pl.date(year - 4 - position, 9, 1)
    return found.with_columns(
        stage=stage, grade=pl.when(position < 3).then(position).when(position < 9).then(position - 3)
        .otherwise(position % 3) + 1,
        birth_on=opening + pl.duration(days=draws.whole("birthday", pl.col("_born"), 0, 364)),
        sex=pl.when(draws.happens("sex", whom, .515)).then(pl.lit("male")).otherwise(pl.lit("female"))).drop("_born")


def _named(found: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    household, order = pl.col("household"), pl.col("order")
    whom = household * 4 + order
    stem = pl.when(draws.happens("rare", whom, .01)).then(pl.lit(RARE)).otherwise(one_of(STEMS, household))
    dotted = pl.when(draws.happens("dotted", household, .02)).then(pl.lit("测试·")).otherwise(pl.lit("测试"))
    return found.with_columns(name=dotted + stem + one_of(CHILDREN, order) + numerals(household + 1))


def _abroad(found: pl.DataFrame, draws: Draws, place: Place) -> pl.DataFrame:
    whom, position = pl.col("household") * 4 + pl.col("order"), pl.col("position")
    share, far = draws.share("elsewhere", whom), draws.pick("far", whom, FAR_AWAY)
    near = pl.lit(place.neighbour) if place.neighbour else far
    target = (pl.when(position >= 15).then(far).when(share < TO_NEIGHBOUR).then(near)
              .when(share < TO_NEIGHBOUR + FAR).then(far).otherwise(pl.lit("")))
    return found.with_columns(target=target)


def arrivals(places: list[Place], into: Place, seed: int, year: int) -> list[tuple[Place, pl.DataFrame]]:
    """The children of other counties who go to school in this one, exactly as their own counties know them."""
    return [(home, children_of(home, seed, year).filter(pl.col("target") == into.code))
            for home in places if home.neighbour == into.code and home.code != into.code]
