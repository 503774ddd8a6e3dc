"""Differences between two plans: versions of one tenant, a tenant and the layer above, two neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.tenancy.grammar import Entry
from core.tenancy.grammar.masks import plain

Kind = Literal["added", "changed", "ended", "unchanged"]
ORDER: tuple[Kind, ...] = ("added", "changed", "ended", "unchanged")


@dataclass(frozen=True)
class Change:
    """One entry before and after. `ended`: the new version no longer has it."""

    kind: Kind
    before: Entry | None
    after: Entry | None

    @property
    def entry(self) -> Entry:
        """The entry as it will be, or as it was."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class Pair:
    """What two plans say under one code; either side may be silent."""

    section: str
    code: str
    left: tuple[Entry, ...]
    right: tuple[Entry, ...]

    @property
    def same(self) -> bool:
        """Whether both sides say the same."""
        return [_said(entry) for entry in self.left] == [_said(entry) for entry in self.right]

    @property
    def contested(self) -> bool:
        """Whether both sides speak, and differ."""
        return bool(self.left and self.right) and not self.same

    @property
    def name(self) -> str:
        """What the entry is called on the side that has it."""
        return (self.left or self.right)[0].name


def changes(before: Sequence[Entry], after: Sequence[Entry]) -> list[Change]:
    """What a new version adds, changes, ends and leaves. Dated versions of one code are matched by their first
    day, and what is left of them in order."""
    found: list[Change] = []
    for pair in pairs(before, after):
        old, new = list(pair.left), list(pair.right)
        for entry in pair.left:
            match = next((other for other in new if other.valid_from == entry.valid_from), None)
            if match is not None:
                old.remove(entry)
                new.remove(match)
                found.append(_change(entry, match))
        shared = min(len(old), len(new))
        found += [_change(entry, match) for entry, match in zip(old[:shared], new[:shared], strict=True)]
        found += [Change("ended", entry, None) for entry in old[shared:]]
        found += [Change("added", None, entry) for entry in new[shared:]]
    return found


def pairs(left: Sequence[Entry], right: Sequence[Entry]) -> list[Pair]:
    """The entries of two plans side by side, in the order of the left, then of the right."""
    keys = dict.fromkeys((entry.section, entry.code) for entry in [*left, *right])
    return [
        Pair(section, code,
             tuple(entry for entry in left if (entry.section, entry.code) == (section, code)),
             tuple(entry for entry in right if (entry.section, entry.code) == (section, code)))
        for section, code in keys
    ]


def _change(before: Entry, after: Entry) -> Change:
    return Change("unchanged" if _said(before) == _said(after) else "changed", before, after)


def _said(entry: Entry) -> tuple[object, ...]:
    return (entry.name, entry.clause, entry.valid_from, entry.valid_to, entry.mode, entry.note, plain(entry.value))
