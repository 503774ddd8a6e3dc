"""Whether a profile agrees with the world outside it: the units, the programmes and the plugins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.tenancy.grammar.directory import ROOT_CODE, Directory
from core.tenancy.grammar.profile import Entry, Profile
from core.tenancy.grammar.registry import Grammar
from core.tenancy.grammar.source import Path
from core.tenancy.grammar.tables import Notes


def units(profile: Profile, notes: Notes, directory: Directory | None) -> None:
    """The unit exists and bears the name given; every unit the plan names exists."""
    if profile.place.fictitious or profile.place.kind != "division":
        _new_place(profile, notes)
    if directory is None:
        _note(notes, "unit", "unit-unchecked", "没有区划数据可对照，单位代码与名称未核对")
        return
    _known_place(profile, notes, directory)
    for entry, key, code in _named(profile):
        if directory.find(code) is None:
            path = (*entry.section.split("."), entry.position, *key)
            label = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
            notes.add(path, f"{entry.key}{label}", entry.clause, "unit-unknown", f"没有代码为 {code} 的单位")


def _note(notes: Notes, key: str, rule: str, message: str) -> None:
    notes.add(("tenant", key), f"tenant.{key}", "", rule, message)


def _new_place(profile: Profile, notes: Notes) -> None:
    place = profile.place
    if not place.under:
        _note(notes, "under", "unit-place", "虚构单位或新设单位须写 under：其上级的代码")
    if place.fictitious and place.kind == "division" and not place.level:
        _note(notes, "level", "unit-place", "虚构区划须写 level：其层级")


def _known_place(profile: Profile, notes: Notes, directory: Directory) -> None:
    place, fact = profile.place, directory.find(profile.place.unit)
    if place.under and directory.find(place.under) is None:
        _note(notes, "under", "unit-place", f"没有代码为 {place.under} 的上级单位")
    if fact is None:
        if not place.under:
            _note(notes, "unit", "unit-unknown", f"没有代码为 {place.unit} 的单位")
    elif place.fictitious and not fact.fictitious:
        _note(notes, "unit", "unit-place", f"代码 {place.unit} 是真实的“{fact.name}”，不得用作虚构单位")
    elif fact.name != place.name:
        _note(notes, "name", "unit-name", f"代码 {place.unit} 的单位是“{fact.name}”，方案却写“{place.name}”")


def _named(profile: Profile) -> Iterator[tuple[Entry, tuple[Any, ...], str]]:
    for entry in profile.entries:
        listed = entry.value.get("units") if entry.section == "tag" else None
        if isinstance(listed, list):
            for number, code in enumerate(listed):
                yield entry, ("units", number), code
        office = entry.value.get("office_unit") if entry.section == "committee" else None
        if isinstance(office, str):
            yield entry, ("office_unit",), office
        contacts = entry.value.get("named") if entry.section == "contact" else None
        for number, contact in enumerate(contacts if isinstance(contacts, list) else ()):
            if isinstance(contact["unit"], str):
                yield entry, ("named", number, "unit"), contact["unit"]


def plugins(profile: Profile, notes: Notes, grammar: Grammar) -> None:
    """Programmes stand in the national base alone; plugins used are known, whole, and used by the plan."""
    used = profile.plugins
    # The national base states the standards of every programme and adopts none: where it runs is said further down.
    spoken_of = [entry.code for entry in profile.section("programme")] if profile.place.unit == ROOT_CODE else []
    for entry in profile.section("programme"):
        if profile.place.unit != ROOT_CODE:
            message = "项目清单只能写在全国基础方案中；本地请用 [[plugin]] 写明采用哪些"
            notes.add(("programme", entry.position), entry.key, entry.clause, "programme-not-national", message)
    for entry in profile.section("plugin"):
        fault = _plugin_fault(entry.code, used, grammar)
        if fault is not None:
            notes.add(("plugin", entry.position, "code"), entry.key, entry.clause, *fault)
    for entry in profile.entries:
        owner, dot, _ = entry.section.partition(".")
        if dot and owner not in used and owner not in spoken_of:
            message = f"出现 {entry.section} 章节，方案却没有用 [[plugin]] 采用 {owner}"
            path: Path = (*entry.section.split("."), entry.position)
            notes.add(path, entry.key, entry.clause, "plugin-not-used", message)


def _plugin_fault(code: str, used: list[str], grammar: Grammar) -> tuple[str, str] | None:
    if code in grammar.requires:
        missing = [needed for needed in grammar.requires[code] if needed not in used]
        if not missing:
            return None
        return "plugin-requires", f"插件 {code} 依赖 {'、'.join(missing)}，方案须一并采用"
    if grammar.programmes and code not in grammar.programmes:
        return "plugin-unknown", f"没有“{code}”这个项目；可用：{'、'.join(grammar.programmes)}"
    return "plugin-not-installed", f"插件 {code} 尚未安装，列为待安装"
