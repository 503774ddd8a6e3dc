"""Finding units by name, code and pinyin among 665,276, without reading them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.units.models import Unit
from core.units.rules.levels import ROOT_PATH, subtree

#: depths of the national list: 全国 0, 省 1, 市 2, 县 3, 乡 4, 村 5; schools and offices may stand deeper
_CITY_DEPTH, _TOWNSHIP_DEPTH, _DEEPEST = 2, 4, 8
_LAST_CHARACTER = "\U0010ffff"


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
    inside = or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in map(subtree, within)))
    small = all(path.count("/") > _CITY_DEPTH for path in within)
    found: dict[object, Unit] = {}
    for condition in _small_steps(term) if small else _large_steps(term):
        query = (select(Unit).where(condition, inside, Unit.closed_on.is_(None))
                 .order_by(Unit.depth, Unit.code).limit(limit))
        for unit in session.scalars(query):
            found.setdefault(unit.id, unit)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _large_steps(term: str) -> Iterator[ColumnElement[bool]]:
    """Conditions in the order of their worth: ranges of an index level by level, then a bounded reading."""
    if term.isascii():
        yield or_(_range(Unit.code, term), _range(Unit.code, term.upper()))
    if not any(character.isdigit() for character in term):
        for depth in range(_DEEPEST + 1):
            fits = or_(*(_range(column, term) for column in _columns(term)))
            yield and_(Unit.depth == depth, fits)
    if not term.isascii():
        yield and_(Unit.depth <= _TOWNSHIP_DEPTH, Unit.name.contains(term, autoescape=True))


def _small_steps(term: str) -> Iterator[ColumnElement[bool]]:
    """The same for a few thousand units: comparisons no index fits, so that the path's index is taken."""
    columns = [*_columns(term), Unit.code]
    yield or_(*(func.substr(column, 1, len(term)) == term for column in columns),
              func.substr(Unit.code, 1, len(term)) == term.upper())
    if not term.isascii():
        yield Unit.name.contains(term, autoescape=True)


def _columns(term: str) -> list[InstrumentedAttribute[str]]:
    return [Unit.initials, Unit.pinyin] if term.isascii() else [Unit.name]


def _range(column: InstrumentedAttribute[str], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + _LAST_CHARACTER)
