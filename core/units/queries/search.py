"""Finding units by name, code and pinyin among 665,276, without reading them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.units.models import Unit
from core.units.rules.levels import ROOT_PATH, subtree

#: depths of the national list: 全国 0, 省 1, 市 2, 县 3, 乡 4, 村 5; schools and offices may stand deeper
_CITY_DEPTH, _TOWNSHIP_DEPTH, _DEEPEST = 2, 4, 8
_LAST_CHARACTER = "\U0010ffff"
Column = InstrumentedAttribute[str]
#: a condition and the order to read it in
Step = tuple[ColumnElement[bool], *tuple[InstrumentedAttribute[Any], ...]]


def search_units(session: Session, words: str, within: Sequence[str] = (ROOT_PATH,),
                 limit: int = 20) -> list[Unit]:
    """Open units within these paths whose code, name, pinyin or initials begin with `words`, the upper ones
    first; then those whose name holds it further in.

    The second part is bounded: names are read through down to townships, and down to villages only where the
    paths are cities or smaller. Of several words the last is sought beneath the units the earlier ones find:
    “贵定 盘江” finds 盘江镇 in 贵定县.
    """
    *above, term = words.lower().split() or [""]
    if above:
        within = [unit.path for unit in search_units(session, " ".join(above), within, limit=50)]
    if not term or not within:
        return []
    small = all(path.count("/") > _CITY_DEPTH for path in within)
    found: dict[object, Unit] = {}
    for condition, *order in _small_steps(term) if small else _large_steps(term):
        query = (select(Unit).where(condition, *_inside(within, small), Unit.closed_on.is_(None))
                 .order_by(*order).limit(limit))
        for unit in session.scalars(query):
            found.setdefault(unit.id, unit)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _inside(within: Sequence[str], small: bool) -> list[ColumnElement[bool]]:
    """The paths as a condition; left out for the whole country. In a large area the expression hides the path
    from the planner, which would otherwise read the area through instead of using the index of the name."""
    if ROOT_PATH in within:
        return []
    path = Unit.path if small else Unit.path.concat("")
    return [or_(*(and_(path >= low, path < high) for low, high in map(subtree, within)))]


def _large_steps(term: str) -> Iterator[Step]:
    """Conditions in the order of their worth: each a range of one index, read in its own order level by level
    so that it ends with the page, then a bounded reading-through of names."""
    if term.isascii():
        for code in {term: None, term.upper(): None}:
            yield _range(Unit.code, code), Unit.code
    if not any(character.isdigit() for character in term):
        for depth in range(_DEEPEST + 1):
            for column in _columns(term):
                yield and_(Unit.depth == depth, _range(column, term)), column, Unit.code
    if not term.isascii():
        through = Unit.name.contains(term, autoescape=True)
        yield and_(Unit.depth <= _TOWNSHIP_DEPTH, through), Unit.depth, Unit.name


def _small_steps(term: str) -> Iterator[Step]:
    """The same for a few thousand units: comparisons no index fits, so that the path's index is taken."""
    columns = [*_columns(term), Unit.code]
    yield or_(*(func.substr(column, 1, len(term)) == term for column in columns),
              func.substr(Unit.code, 1, len(term)) == term.upper()), Unit.depth, Unit.code
    if not term.isascii():
        yield Unit.name.contains(term, autoescape=True), Unit.depth, Unit.code


def _columns(term: str) -> list[Column]:
    return [Unit.initials, Unit.pinyin] if term.isascii() else [Unit.name]


def _range(column: Column, prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + _LAST_CHARACTER)
