"""A condition as a polars expression, so that a million records are judged at once.

A choice, a number, a day or a flag is the column of its name; of a set each code that is asked about is a yes-or-no
column named by `member`. Null is "not known": polars joins by the same three values as `Condition.holds`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from core.conditions.facts import CHOICE, FLAG
from core.conditions.tree import COMPARE, All, Any_, Compared, Condition, Not, OneOf, member


def columns_of(condition: Condition) -> list[str]:
    """The columns it asks for."""
    found: list[str] = []
    for leaf in condition.leaves():
        if isinstance(leaf, OneOf) and leaf.fact.kind != CHOICE:
            found += [member(leaf.fact.name, code) for code in leaf.codes]
        else:
            found.append(leaf.fact.name)
    return list(dict.fromkeys(found))


def to_polars(condition: Condition, known: Mapping[str, pl.Expr] | None = None) -> pl.Expr:
    """The expression of a nullable truth; `known` are expressions to take in place of the columns of these names."""
    if isinstance(condition, OneOf):
        if condition.fact.kind == CHOICE:
            column = pl.col(condition.fact.name)  # one code is compared: three times quicker than a search in a list
            return column == condition.codes[0] if len(condition.codes) == 1 else column.is_in(list(condition.codes))
        names = [member(condition.fact.name, code) for code in condition.codes]
        return functools.reduce(operator.or_, ((known or {}).get(name, pl.col(name)) for name in names))
    if isinstance(condition, Compared):
        value = condition.value
        if condition.fact.kind == FLAG:
            return pl.col(condition.fact.name) if value else ~pl.col(condition.fact.name)
        return COMPARE[condition.sign](pl.col(condition.fact.name),  # type: ignore[return-value]
                                       pl.lit(value, dtype=pl.Decimal(20, 6)) if isinstance(value, Decimal) else pl.lit(value))
    if isinstance(condition, Not):
        return ~to_polars(condition.part, known)
    if isinstance(condition, All):
        parts = [to_polars(part, known) for part in condition.parts]
        return functools.reduce(operator.and_, parts) if parts else pl.lit(value=True)
    if isinstance(condition, Any_):
        return functools.reduce(operator.or_, [to_polars(part, known) for part in condition.parts])
    raise TypeError(f"no condition: {condition!r}")
