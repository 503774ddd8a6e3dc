"""Checking a profile from the files around it, with no database: divisions.csv.gz for the units, and the
profiles of the units above for programmes and layers. A profile may stand in any folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.tenancy.grammar import Checked, Grammar, Layer, Profile, check
from core.tenancy.grammar.directory import ROOT_CODE, Directory, UnitFact, Units, ancestors, beside
from core.tenancy.grammar.profile import Place

_UNIT = re.compile(r'^\s*(?:unit|under)\s*=\s*"([^"]*)"', re.MULTILINE)


@dataclass(frozen=True)
class Surroundings:
    """What stands around a profile: the grammar with the national programmes, the units and the layers."""

    grammar: Grammar
    directory: Directory | None
    layers: tuple[Layer, ...]


def check_file(path: Path, grammar: Grammar, around: Surroundings | None = None) -> Checked:
    """Check one profile by what stands around it."""
    data = path.read_bytes()
    around = around or surroundings(path, data, grammar)
    return check(data, str(path), around.grammar, directory=around.directory, layers=around.layers)


def surroundings(path: Path, data: bytes, grammar: Grammar) -> Surroundings:
    """Look into the profile's folder and those above it, up to the one with national.toml."""
    files = list(_profiles_around(path))
    national = next((profile for profile in _read(files, {ROOT_CODE}, grammar)), None)
    if national is not None:
        programmes = {entry.code: entry.name for entry in national.section("programme")}
        grammar = replace(grammar, programmes={**programmes, **grammar.programmes})
    directory = _with_profiles(beside(path), files, grammar)
    codes = _ancestor_codes(data, directory) if directory else [ROOT_CODE]
    uppers = {profile.place.unit: profile for profile in _read(files, set(codes), grammar)}
    layers = tuple(
        Layer(code, uppers[code].place.name, uppers[code].entries) for code in codes if code in uppers
    )
    return Surroundings(grammar, directory, layers)


def _profiles_around(path: Path) -> Iterator[Path]:
    path = path.resolve()
    for folder in _folders(path):
        yield from sorted(other for other in folder.glob("*.toml") if other != path)


def _folders(path: Path) -> list[Path]:
    """The profile's folder and those above it up to the national base; where there is none, up to the one with
    the divisions."""
    above = list(path.parents)
    for mark in ("national.toml", "divisions.csv.gz"):
        for number, folder in enumerate(above):
            if (folder / mark).is_file():
                return above[: number + 1]
    return above[:1]


def _read(files: Iterable[Path], codes: set[str], grammar: Grammar) -> Iterator[Profile]:
    """The sound profiles among these files whose unit is one of the codes; a cheap look first."""
    for file in files:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
        found = _UNIT.search(text)
        if found and found[1] in codes:
            profile = check(text, str(file), grammar).profile
            if profile is not None:
                yield profile


def _with_profiles(directory: Directory | None, files: list[Path], grammar: Grammar) -> Directory | None:
    """The directory with the made-up places and schools that the profiles around bring along."""
    if directory is None:
        return None
    places: list[Place] = []
    for file in files:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
        if re.search(r"^\s*under\s*=", text, re.MULTILINE):
            profile = check(text, str(file), grammar).profile
            places += [profile.place] if profile else []
    facts = [
        UnitFact(place.unit, place.name, place.level, place.kind, place.under, place.fictitious)
        for place in places
        if directory.find(place.unit) is None
    ]
    return _Joined(directory, Units(*facts))


@dataclass(frozen=True)
class _Joined:
    first: Directory
    second: Directory

    def find(self, code: str) -> UnitFact | None:
        return self.first.find(code) or self.second.find(code)


def _ancestor_codes(data: bytes, directory: Directory) -> list[str]:
    """The codes above the profile's unit, the country first."""
    text = data.decode("utf-8", errors="replace")
    codes = _UNIT.findall(text)[:1]
    fact = directory.find(codes[0]) if codes else None
    if fact is None:
        under = re.search(r'^\s*under\s*=\s*"([^"]*)"', text, re.MULTILINE)
        above = directory.find(under[1]) if under else None
        chain = [above, *ancestors(directory, above)] if above else []
    else:
        chain = list(ancestors(directory, fact))
    return [fact.code for fact in reversed(chain)] or [ROOT_CODE]


def in_order(files: Iterable[Path]) -> list[Path]:
    """Profiles in the order they must be applied: each after those of the units above it in the same list.
    Codes of divisions tell the level; a made-up place or a school comes after the unit it stands under."""
    heads = {file: _UNIT.findall(file.read_text(encoding="utf-8-sig", errors="replace"))[:2] for file in files}
    done: list[Path] = []
    codes = {units[0]: file for file, units in heads.items() if units}

    def place(file: Path, above: frozenset[Path]) -> None:
        if file in done or file in above:
            return
        units = heads[file]
        for code, other in codes.items():
            if other != file and units and (code in units[1:] or code == ROOT_CODE or units[0].startswith(code)):
                place(other, above | {file})
        done.append(file)

    for file in heads:
        place(file, frozenset())
    return done
