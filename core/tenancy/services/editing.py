"""Changing one value of a plan in the browser: the profile's text is edited, its comments and layout stay, and
the new text goes through the same checks, preview and approval as an uploaded one."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from core.errors import N_, InvalidInput, NotFound
from core.tenancy.grammar.masks import is_state

#: keys that say which entry it is, not what it says
_FIXED = frozenset({"code", "label", "clause", "mode"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Editable:
    """One value that may be changed: its dotted key within the entry, and what stands there now."""

    key: str
    value: str
    state: str = ""


@dataclass(frozen=True)
class Change:
    """A change of one value. With `from_day` the old value ends the day before and a new dated one follows;
    without it the value is corrected as if it had always been so."""

    section: str
    code: str
    #: which entry of the section, counted from 0
    position: int
    key: str
    value: str
    from_day: dt.date | None = None


def editable_values(entry_table: Mapping[str, Any]) -> list[Editable]:
    """The values of one entry that a form can change."""
    return [Editable(key, str(value.get("printed", "")), value["state"]) if is_state(value)
            else Editable(key, _shown(value)) for key, value in _leaves(entry_table)]


def _leaves(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        key = f"{prefix}{name}"
        if is_state(inner) or isinstance(inner, str | int | Decimal | dt.date | float):
            if prefix or name not in _FIXED:
                yield key, inner
        elif isinstance(inner, Mapping):
            yield from _leaves(inner, f"{key}.")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def change_value(text: str, change: Change) -> str:
    """The profile's text with one value changed."""
    document = tomlkit.parse(text.removeprefix("\ufeff"))
    tables, position = _find(document, change)
    if change.from_day is None:
        _put(tables[position], change.key, change.value)
    else:
        _follow(tables, position, change)
    return ("\ufeff" if text.startswith("\ufeff") else "") + tomlkit.dumps(document)


def entry_table(text: str, section: str, code: str, position: int) -> Mapping[str, Any]:
    """One entry as the profile writes it."""
    tables, found = _find(tomlkit.parse(text.removeprefix("\ufeff")), Change(section, code, position, "", ""))
    table: Mapping[str, Any] = tables[found].unwrap()
    return table


def _find(document: Any, change: Change) -> tuple[AoT, int]:
    """The section's tables, and which of them it is."""
    node = document
    for part in change.section.split("."):
        node = node.get(part, {})
    tables: Sequence[Any] = node if isinstance(node, AoT) else ()
    if not isinstance(node, AoT) or not 0 <= change.position < len(tables):
        raise NotFound(N_("方案中没有这一条：%(section)s %(code)s"), section=change.section, code=change.code)
    table = node[change.position]
    if change.code not in (table.get("code"), table.get("label")):
        raise NotFound(N_("方案中没有这一条：%(section)s %(code)s"), section=change.section, code=change.code)
    return node, change.position


def _put(table: Table, key: str, text: str) -> None:
    *path, name = key.split(".")
    node: Any = table
    for part in path:
        node = node.get(part)
        if not isinstance(node, dict):
            raise InvalidInput(N_("没有“%(key)s”这个值"), key=key)
    if not path and name in _FIXED:
        raise InvalidInput(N_("“%(key)s”不能在这里修改，请上传完整方案"), key=key)
    if name not in node and name != "to":
        raise InvalidInput(N_("没有“%(key)s”这个值"), key=key)
    node[name] = _parsed(node.get(name), text.strip())


def _parsed(old: Any, text: str) -> Any:
    """The text as the kind of value it replaces: an amount in quotes stays in quotes, a day becomes a day."""
    if not text:
        raise InvalidInput(N_("请填写新的值"), fields={"value": N_("请填写新的值")})
    if isinstance(old, bool):
        return text in ("true", "是")
    if isinstance(old, str):
        return text
    if _DAY.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise InvalidInput(N_("没有 %(day)s 这一天"), day=text) from None
    return int(text) if text.isascii() and text.isdigit() else text


def _follow(tables: AoT, position: int, change: Change) -> None:
    """End the entry and put a dated copy with the new value after it."""
    assert change.from_day is not None
    old = tables[position]
    if isinstance(old.get("from"), dt.date) and old["from"] >= change.from_day:
        raise InvalidInput(N_("起始日须晚于现值的起始日 %(day)s"), day=old["from"])
    new = copy.deepcopy(old)
    new["from"] = change.from_day
    _put(new, change.key, change.value)
    old["to"] = change.from_day - dt.timedelta(days=1)
    tables.insert(position + 1, new)
