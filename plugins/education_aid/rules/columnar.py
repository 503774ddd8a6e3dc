"""The same for a million children at once: conditions as columns, money in whole fen, one pass for each item.

Gives for each item the rows it is for, with their fen, and the rows that cannot be decided; what is missing there is
asked of the single interpreter, for those few rows alone. A property test holds both to the same answers.
"""

from __future__ import annotations

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
    ordered,
)

#: the row of the frame, by which what was found is put beside the child again
ROW = "row"


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
    flags = [held[item.code].alias(f"held:{at}") for at, item in enumerate(order)]
    amounts = [_fen(item, term).alias(f"fen:{at}") for at, item in enumerate(order)]
    wide = frame.lazy().select(pl.col(ROW), *flags, *amounts)
    parts: list[pl.LazyFrame] = []
    for at, item in enumerate(order):
        held_at, fen = pl.col(f"held:{at}"), pl.col(f"fen:{at}")
        paid = held_at & fen.is_not_null() & ((fen != 0) | (item.amount.kind == NOTHING))
        parts.append(wide.filter(paid).select(ROW, fen.alias("fen")))
        parts.append(wide.filter(held_at.is_null() | (held_at & fen.is_null())).select(ROW))
    results = pl.collect_all(parts)
    return [Worked(item, results[2 * at], results[2 * at + 1][ROW]) for at, item in enumerate(order)]


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


def _fen(item: Item, term: int) -> pl.Expr:
    amount = item.amount
    if amount.kind == NOTHING:
        return pl.lit(0, dtype=pl.Int64)
    if amount.kind in (FIXED, AVERAGE):
        return _timed(item, pl.lit(amount.fen, dtype=pl.Int64), term)
    if amount.kind == CASES:
        return _cases(item, term)
    assert amount.kind == ACTUAL
    summed = pl.lit(0, dtype=pl.Int64)
    for name in amount.actual:
        summed = summed + pl.col(name)
    return _timed(item, summed, term)


def _cases(item: Item, term: int) -> pl.Expr:
    """The first case that holds; one that is open before it leaves the whole open."""
    found = pl.lit(0, dtype=pl.Int64)
    for case in reversed(item.amount.cases):
        holds = to_polars(case.where)
        value = _timed(item, pl.lit(case.fen, dtype=pl.Int64), term)
        found = pl.when(holds.is_null()).then(pl.lit(None, dtype=pl.Int64)).when(holds).then(value).otherwise(found)
    return found


def _timed(item: Item, fen: pl.Expr, term: int) -> pl.Expr:
    amount, autumn = item.amount, term == AUTUMN
    if amount.per == YEAR:
        return fen - fen // 2 if autumn else fen // 2
    if amount.per == ONCE:
        return fen if autumn else fen * 0
    if amount.per == MONTH:
        if amount.months is None:
            return pl.lit(None, dtype=pl.Int64)
        whole = fen * amount.months
        return whole - whole // 2 if autumn else whole // 2
    if amount.per == DAY:
        days = pl.lit(None, dtype=pl.Int64) if amount.days is None else pl.lit(halves(amount.days)[0 if autumn else 1], dtype=pl.Int64)
        return fen * pl.coalesce(pl.col("attended_days"), days)
    return fen
