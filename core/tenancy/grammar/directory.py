"""Where the checker looks up unit codes: the database, or the divisions file beside a profile."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

ROOT_CODE = "00"


@dataclass(frozen=True)
class UnitFact:
    """What the checker needs to know of a unit. `fictitious` units may be described again by their plan."""

    code: str
    name: str
    level: str
    kind: str = "division"
    parent: str = ""
    fictitious: bool = False


class Directory(Protocol):
    """Answers which unit a code names."""

    def find(self, code: str) -> UnitFact | None:
        """The unit of that code, or None."""


@dataclass(frozen=True)
class FileDirectory:
    """The units of a divisions file; the whole country stands above it."""

    units: dict[str, UnitFact]

    def find(self, code: str) -> UnitFact | None:
        """The unit of that code, or None."""
        return self.units.get(code)


class Units:
    """Codes given as they are, for tests and for several profiles checked together."""

    def __init__(self, *facts: UnitFact) -> None:
        self._facts = {fact.code: fact for fact in facts}

    def find(self, code: str) -> UnitFact | None:
        """The unit of that code, or None."""
        return self._facts.get(code)


def beside(profile: Path) -> FileDirectory | None:
    """The directory for a profile: divisions.csv.gz in its folder or one above it, or None."""
    for folder in profile.resolve().parents:
        path = folder / "divisions.csv.gz"
        if path.is_file():
            return _load(path, path.stat().st_mtime_ns)
    return None


@lru_cache(maxsize=4)
def _load(path: Path, changed: int) -> FileDirectory:
    units = {ROOT_CODE: UnitFact(ROOT_CODE, "全国", "country")}
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            parent = row["parent_code"] or ROOT_CODE
            units[row["code"]] = UnitFact(row["code"], row["name"], row["level"], parent=parent)
    return FileDirectory(units)


def ancestors(directory: Directory, fact: UnitFact) -> list[UnitFact]:
    """The units above one, nearest first; a ring of parents ends where it began."""
    found: list[UnitFact] = []
    seen = {fact.code}
    while fact.parent and fact.parent not in seen:
        above = directory.find(fact.parent)
        if above is None:
            break
        found.append(above)
        seen.add(above.code)
        fact = above
    return found
