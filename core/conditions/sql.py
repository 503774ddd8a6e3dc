"""A condition as an SQL criterion over the columns that whoever asks gives for its facts.

SQL joins by the same three values; a criterion in WHERE leaves out what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, literal, not_, or_, true

from core.conditions.facts import CHOICE
from core.conditions.tree import COMPARE, All, Any_, Compared, Condition, Not, OneOf, member


def to_sql(condition: Condition, columns: Mapping[str, ColumnElement[object]]) -> ColumnElement[bool]:
    """The criterion. `columns`: an expression for each fact, and for each `member` of a set. Raises KeyError for a fact
    that is given no column."""
    if isinstance(condition, OneOf):
        if condition.fact.kind == CHOICE:
            return columns[condition.fact.name].in_(condition.codes)
        return or_(*(columns[member(condition.fact.name, code)] == true() for code in condition.codes))
    if isinstance(condition, Compared):
        compared: ColumnElement[bool] = COMPARE[condition.sign](  # type: ignore[assignment]
            columns[condition.fact.name], literal(condition.value))
        return compared
    if isinstance(condition, Not):
        return not_(to_sql(condition.part, columns))
    if isinstance(condition, All):
        return and_(true(), *(to_sql(part, columns) for part in condition.parts))
    if isinstance(condition, Any_):
        return or_(*(to_sql(part, columns) for part in condition.parts))
    raise TypeError(f"no condition: {condition!r}")
