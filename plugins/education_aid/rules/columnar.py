"""The same for a million children at once: conditions as columns, money in whole fen, one pass for each item.

Gives for each item the rows it is for, with their fen, and the rows that cannot be decided; what is missing there is
asked of the single interpreter, for those few rows alone. A property test holds both to the same answers.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from core.conditions.columns import to_polars
from plugins.education_aid.rules.items import (
    ACTUAL,
    AUTUMN,
    AVERAGE,
    CASES,
    DAY,
    FIXED,
    MONTH,
    NOTHING,
    ONCE,
    YEAR,
    Item,
    halves,
    of_term,
    ordered,
)

#: the row of the frame, by which what was found is put beside the child again
ROW = "row"
ATTENDED = "attended_days"


@dataclass(frozen=True)
class Worked:
    """Of one item: `found` with row and fen, and the rows that are `open`."""

    item: Item
    found: pl.DataFrame
    open: pl.Series


def work_out(items: Sequence[Item], frame: pl.DataFrame, term: int) -> list[Worked]:
    """Every item over the whole frame, which has a `row` column and a column for each fact the items ask about."""
    order = ordered(items)
    held = _held(order, items)
    amounts = [_amount(item, term) for item in order]
    wide = frame.lazy().select(
        pl.col(ROW), *(held[item.code].alias(f"held:{at}") for at, item in enumerate(order)),
        *(fen.alias(f"fen:{at}") for at, fen in enumerate(amounts) if isinstance(fen, pl.Expr)))
    results = pl.collect_all([part for at, fen in enumerate(amounts) for part in _parts(wide, at, fen, order[at])])
    return [Worked(item, results[2 * at], results[2 * at + 1][ROW]) for at, item in enumerate(order)]


def _parts(wide: pl.LazyFrame, at: int, fen: int | pl.Expr, item: Item) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The rows an item is for with their fen, and those that are open."""
    held = pl.col(f"held:{at}")
    if isinstance(fen, int):
        nothing = fen == 0 and item.amount.kind != NOTHING
        found = wide.filter(pl.lit(value=False) if nothing else held)
        return found.select(ROW, pl.lit(fen, dtype=pl.Int64).alias("fen")), wide.filter(held.is_null()).select(ROW)
    column = pl.col(f"fen:{at}")
    found = wide.filter(held & column.is_not_null() & (column != 0)).select(ROW, column.alias("fen"))
    return found, wide.filter(held.is_null() | (held & column.is_null())).select(ROW)


def _held(order: Sequence[Item], items: Sequence[Item]) -> dict[str, pl.Expr]:
    held: dict[str, pl.Expr] = {}
    for item in order:
        own = to_polars(item.where)
        held[item.code] = own & held.get(item.adds_to, pl.lit(value=False)) if item.adds_to else own
    for item in items:
        for code in item.replaces:
            if code in held:
                held[code] = held[code] & ~held[item.code]
    return held


def _amount(item: Item, term: int) -> int | pl.Expr:
    """The fen of the term: one number where every child gets the same, which spares a column."""
    amount = item.amount
    if amount.kind == NOTHING:
        return 0
    if amount.kind in (FIXED, AVERAGE):
        return _timed(item, amount.fen, term)
    if amount.kind == CASES:
        return _cases(item, term)
    assert amount.kind == ACTUAL
    return _year(functools.reduce(operator.add, map(pl.col, amount.actual)), item, term)


def _timed(item: Item, fen: int, term: int) -> int | pl.Expr:
    """A stated amount over the term; by the day it depends on the child, and without a count of months on nobody's word."""
    amount = item.amount
    if amount.per == DAY:
        days = None if amount.days is None else halves(amount.days)[0 if term == AUTUMN else 1]
        return fen * pl.coalesce(pl.col(ATTENDED), pl.lit(days, dtype=pl.Int64))
    found = of_term(amount, fen, term, None)
    return pl.lit(None, dtype=pl.Int64) if found is None else found


def _cases(item: Item, term: int) -> pl.Expr:
    """The first case that holds; one that is open before it leaves the whole open."""
    found = pl.lit(0, dtype=pl.Int64)
    for case in reversed(item.amount.cases):
        holds, value = to_polars(case.where), _timed(item, case.fen, term)
        value = value if isinstance(value, pl.Expr) else pl.lit(value, dtype=pl.Int64)
        found = pl.when(holds.is_null()).then(pl.lit(None, dtype=pl.Int64)).when(holds).then(value).otherwise(found)
    return found


def _year(fen: pl.Expr, item: Item, term: int) -> pl.Expr:
    """An actual fee over the term, by the same rule as `of_term`."""
    amount, autumn = item.amount, term == AUTUMN
    if amount.per == YEAR:
        return fen - fen // 2 if autumn else fen // 2
    if amount.per == ONCE:
        return fen if autumn else fen * 0
    if amount.per == MONTH:
        if amount.months is None:
            return fen * pl.lit(None, dtype=pl.Int64)
        return fen * amount.months - fen * amount.months // 2 if autumn else fen * amount.months // 2
    if amount.per == DAY:
        days = None if amount.days is None else halves(amount.days)[0 if autumn else 1]
        return fen * pl.coalesce(pl.col(ATTENDED), pl.lit(days, dtype=pl.Int64))
    return fen
