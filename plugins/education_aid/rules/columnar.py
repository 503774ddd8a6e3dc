"""The same for a million children at once: conditions as columns, money in whole fen, one pass for each item.

Gives for each item the rows it is for, with their fen, and the rows that cannot be decided; what is missing there is
asked of the single interpreter, for those few rows alone. A property test holds both to the same answers.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from core.conditions import member
from core.conditions.columns import to_polars
from plugins.education_aid.rules.items import (
    ACTUAL,
    AUTUMN,
    AVERAGE,
    CASES,
    DAY,
    FIXED,
    HIGHEST,
    HOLDS,
    MONTH,
    NOTHING,
    ONCE,
    YEAR,
    Group,
    Item,
    halves,
    of_term,
)
from plugins.education_aid.rules.steps import Near, Step, steps_of

#: the row of the frame, by which what was found is put beside the child again
ROW = "row"
ATTENDED = "attended_days"


@dataclass(frozen=True)
class Worked:
    """Of one item: `found` with row and fen, the rows that are `open`, and how many do not get it because of another item
    of its group."""

    item: Item
    found: pl.DataFrame
    open: pl.Series
    displaced: int = 0


def work_out(items: Sequence[Item], frame: pl.DataFrame, term: int, groups: Sequence[Group] = ()) -> list[Worked]:
    """Every item over the whole frame, which has a `row` column and a column for each fact the items ask about."""
    columns = _Columns(items, groups, term)
    wide = frame.lazy().select(pl.col(ROW), *columns.chosen())
    parts = [part for at, item in enumerate(columns.order) for part in _parts(wide, at, columns.fens[item.code], item)]
    results = pl.collect_all([*parts, wide.select(*(pl.col(f"away:{at}").sum() for at in columns.away))])
    away = results[-1].row(0) if columns.away else ()
    counts = dict(zip(columns.away, away, strict=True))
    return [Worked(item, results[2 * at], results[2 * at + 1][ROW], counts.get(at, 0)) for at, item in enumerate(columns.order)]


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


class _Columns:
    """The expressions of all items: whether each is held, and its fen."""

    def __init__(self, items: Sequence[Item], groups: Sequence[Group], term: int) -> None:
        self.near, self.term = Near(items, groups), term
        self.order: list[Item] = []
        self.held: dict[str, pl.Expr] = {}
        self.fens: dict[str, int | pl.Expr] = {}
        #: what is not given because of the group, by the position of the item
        self.away: dict[int, pl.Expr] = {}
        for step in steps_of(items, groups):
            self._judge(step)

    def chosen(self) -> list[pl.Expr]:
        """The columns that the results are read from."""
        fens = [(at, self.fens[item.code]) for at, item in enumerate(self.order)]
        return [*(self.held[item.code].alias(f"held:{at}") for at, item in enumerate(self.order)),
                *(fen.alias(f"fen:{at}") for at, fen in fens if isinstance(fen, pl.Expr)),
                *(expression.alias(f"away:{at}") for at, expression in self.away.items())]

    def _judge(self, step: Step) -> None:
        known = {member(HOLDS, code): held for code, held in self.held.items()}
        for item in step.items:
            self.fens[item.code] = _amount(item, self.term, known)
        free = {item.code: self._free(item, known) for item in step.items}
        if step.group is not None:
            given = {item.code: free[item.code] & self._worth(item) for item in step.items}
            for at, item in enumerate(step.items):
                beaten = [self._beats(other, item, given, step.group, earlier=other_at < at)
                          for other_at, other in enumerate(step.items) if other is not item]
                self.held[item.code] = free[item.code] & ~functools.reduce(operator.or_, beaten)
                self.away[len(self.order) + at] = free[item.code] & ~self.held[item.code]
        self.held = free | self.held
        self.order += step.items

    def _free(self, item: Item, known: Mapping[str, pl.Expr]) -> pl.Expr:
        own = to_polars(item.where, known)
        if item.adds_to:
            own = own & self.held.get(item.adds_to, pl.lit(value=False))
        for code in self.near.replacing(item):
            own = own & ~self.held[code]
        return own

    def _worth(self, item: Item) -> pl.Expr:
        fen = self.fens[item.code]
        if item.amount.kind == NOTHING:
            return pl.lit(value=True)
        return pl.lit(value=fen != 0) if isinstance(fen, int) else fen != 0

    def _beats(self, one: Item, other: Item, given: Mapping[str, pl.Expr], group: Group, *, earlier: bool) -> pl.Expr:
        if group.keep != HIGHEST:
            return given[one.code] & pl.lit(value=earlier)
        fen, against = (_whole(self.fens[item.code]) for item in (one, other))
        return given[one.code] & (fen >= against if earlier else fen > against)


def _whole(fen: int | pl.Expr) -> pl.Expr:
    return pl.lit(fen, dtype=pl.Int64) if isinstance(fen, int) else fen


def _amount(item: Item, term: int, known: Mapping[str, pl.Expr]) -> int | pl.Expr:
    """The fen of the term: one number where every child gets the same, which spares a column."""
    amount = item.amount
    if amount.kind == NOTHING:
        return 0
    if amount.kind in (FIXED, AVERAGE):
        return _timed(item, amount.fen, term)
    if amount.kind == CASES:
        return _cases(item, term, known)
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


def _cases(item: Item, term: int, known: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first case that holds; one that is open before it leaves the whole open."""
    found = pl.lit(0, dtype=pl.Int64)
    for case in reversed(item.amount.cases):
        holds, value = to_polars(case.where, known), _timed(item, case.fen, term)
        found = pl.when(holds.is_null()).then(pl.lit(None, dtype=pl.Int64)).when(holds).then(_whole(value)).otherwise(found)
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
