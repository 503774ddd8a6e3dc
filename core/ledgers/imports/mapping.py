"""Which column of a list is which field: by label, alias, or nearly; never twice, never by force.

Below `LIKELY` nothing is proposed: 监护人姓名 is not 姓名. What a person has decided for a header is remembered
by the header's signature.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from core.errors import N_, InvalidInput
from core.host.ledgers import Field
from core.ledgers.imports.sheets import Column

#: percent: taken as it is; and proposed, marked to be looked at
CERTAIN, LIKELY = 90, 82
#: kinds of fields that can say the same in every row
CONSTANT = frozenset({"choice", "date", "integer", "school_year", "term", "unit", "yes_no"})
_UNIT = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_SIGNS = re.compile(r"[\s*＊:：、，,.。/·_\-—]+")


@dataclass(frozen=True)
class Guess:
    """A column's field (or ""), how certain that is in percent, and why: kept, label, alias, near or none."""

    column: Column
    field: str
    certainty: int
    why: str


def propose(fields: Sequence[Field], columns: Sequence[Column], kept: Mapping[str, str] | None = None) -> list[Guess]:
    """A field for each column, in the columns' order. `kept` is a remembered mapping: label → field name."""
    wanted = [field for field in fields if field.imported]
    names = {field.name for field in wanted}
    if kept is not None:
        return [Guess(column, field, 100 if field else 0, "kept" if field else "none") for column in columns
                for field in [kept.get(column.label, "") if kept.get(column.label, "") in names else ""]]
    found = sorted(((certainty, -index, field.name, why) for index, column in enumerate(columns) for field in wanted
                    for certainty, why in [_certainty(field, column)] if certainty >= LIKELY), reverse=True)
    taken: dict[int, tuple[str, int, str]] = {}
    used: set[str] = set()
    for certainty, negative, name, why in found:
        if -negative not in taken and name not in used:
            taken[-negative] = (name, certainty, why)
            used.add(name)
    return [Guess(column, *taken.get(index, ("", 0, "none"))) for index, column in enumerate(columns)]


def signature(columns: Iterable[Column]) -> str:
    """What makes two headers the same: their labels, in whatever order."""
    return hashlib.sha256("\n".join(sorted(plain(column.label) for column in columns)).encode()).hexdigest()


def accepted(fields: Sequence[Field], columns: Sequence[Column], chosen: Mapping[str, str],
             constants: Collection[str] = ()) -> dict[str, str]:
    """A person's choice (letter → field name, "" for none) as a mapping. `constants`: fields that say the same in every
    row. Raises InvalidInput for a field chosen twice or not at all though it is needed."""
    letters = {column.letter for column in columns}
    names = {field.name: field.label for field in fields if field.imported}
    mapping = {letter: name for letter, name in chosen.items() if letter in letters and name in names}
    twice = sorted({names[name] for name in mapping.values() if list(mapping.values()).count(name) > 1})
    if twice:
        raise InvalidInput(N_("“%(names)s”对应了不止一列，请只留一列"), names="、".join(twice))
    missing = [field.label for field in fields
               if field.imported and field.name not in mapping.values() and field.name not in constants
               and ((field.required and field.default is None) or field.key)]
    if missing:
        raise InvalidInput(N_("必填的“%(names)s”还没有对应的列"), names="、".join(missing))
    return mapping


def constant_fields(fields: Sequence[Field]) -> list[Field]:
    """The fields a list needs that its title often says for all its rows: the term, the year, the kind; never whom or what
    a row is of."""
    return [field for field in fields if field.imported and ((field.required and field.default is None) or field.key)
            and not field.sealed and field.kind in CONSTANT]


def plain(label: str) -> str:
    """A label for comparison: half width, small letters, without spaces, signs and the star of required fields."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", label).lower())


def _certainty(field: Field, column: Column) -> tuple[int, str]:
    whole = [column.label, *column.labels[-1:]]
    names = {plain(label): (100 if index == 0 else 97) for index, label in enumerate(whole)}
    bare = {plain(_UNIT.sub("", label)) for label in whole}
    for label, worth, why in ((field.label, 0, "label"), *((alias, 3, "alias") for alias in field.aliases)):
        if plain(label) in names:
            return names[plain(label)] - worth, why
        if plain(_UNIT.sub("", label)) in bare - {""}:
            return 93 - worth, why
    near = max((fuzz.ratio(plain(label), name) for label in (field.label, *field.aliases) for name in (*names, *bare)),
               default=0)
    return min(int(near), CERTAIN - 1), "near"
