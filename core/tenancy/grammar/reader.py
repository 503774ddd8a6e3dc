"""From the tables of a section to its entries: the keys every entry has, then the section's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from core.host.contract import SectionSpec
from core.tenancy.grammar.fields import Amount, Day, EntrySchema, Text, Word
from core.tenancy.grammar.masks import State, is_state
from core.tenancy.grammar.profile import MODES, OPEN, Entry, entry_state
from core.tenancy.grammar.source import Path
from core.tenancy.grammar.tables import Notes, TableReader

_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_COMMON = ("code", "name", "clause", "from", "to", "mode", "note")


class EntryReader(TableReader):
    """Reads one entry: the keys every entry has, then the section's own."""

    def __init__(
        self, notes: Notes, spec: SectionSpec, path: Path, position: int, raw: Mapping[str, Any]
    ) -> None:
        identity = raw.get(getattr(spec.schema, "identity", "code"))
        label = identity if isinstance(identity, str) and identity else f"#{position + 1}"
        super().__init__(notes, spec.schema, path, f"{spec.section}[{label}]", raw)
        self.spec = spec
        self.position = position

    def read(self, starts: dt.date | None) -> tuple[Entry | None, dict[str, Any]]:
        """The entry, and the plain dictionary that the section's check is given."""
        fields = self.schema().fields
        own_names = {field.data_key or name for name, field in fields.items()}
        common = {key: self.raw[key] for key in _COMMON if key in self.raw and key not in own_names}
        own = self.load({key: value for key, value in self.raw.items() if key not in common})
        identity = getattr(self.schema, "identity", "code")
        code = self._code(common, own, identity)
        name = self._text(common, "name", getattr(self.schema, "has_name", True)) or str(
            own.get("title") or own.get("label") or code
        )
        self._cite(own_names)
        first, last = self._dates(common, starts, "to" in own_names)
        mode = self._word(common, "mode", MODES, OPEN)
        note = self._text(common, "note", required=False)
        if self.failed:
            return None, {}
        value = self._value(own, first, last, "to" in own_names)
        state = entry_state(value, getattr(self.schema, "principal", EntrySchema.principal))
        entry = Entry(self.spec.section, code, self.position, name, self.clause, _day(first), _day(last), state, mode,
                      value, note, self.notes.source.line(self.path), self.key)
        facts = {"to": last, **own, "key": self.key, "code": own.get("code", code), "name": name,
                 "clause": self.clause, "from": first, "mode": mode, "note": note}
        return entry, facts

    def _value(self, own: Mapping[str, Any], first: Any, last: Any, own_to: bool) -> dict[str, Any]:
        """The entry's own keys, with its days where they are what it says or where the print masks them."""
        has_dates = getattr(self.schema, "has_dates", False)
        value = dict(own)
        if has_dates or isinstance(first, State):
            value["from"] = first
        if not own_to and (has_dates or isinstance(last, State)):
            value["to"] = last
        return value

    def _code(self, common: Mapping[str, Any], own: Mapping[str, Any], identity: str) -> str:
        if identity != "code":
            return str(own.get(identity, ""))
        code = common.get("code")
        if code is None:
            self.note(("code",), "missing-key", "缺少编码 code")
        elif is_state(code):
            self.note(("code",), "state-not-allowed", "编码不得写成状态")
        elif not isinstance(code, str) or not _CODE.fullmatch(code):
            self.note(("code",), "wrong-type", f"编码“{code}”须为小写字母、数字、点、短横、下划线")
        return str(code)

    def _cite(self, own_names: set[str]) -> None:
        clause = self.raw.get("clause")
        if clause is None or clause == "":
            if not getattr(self.schema, "has_clause", True):
                return
            if self._has_amount(own_names):
                self.note(
                    (), "amount-without-clause", "有金额而没有条款：请写 clause 并在 [[clause]] 摘录原文"
                )
            else:
                self.note((), "no-clause", "没有写条款：请写 clause 并在 [[clause]] 摘录原文")
        elif is_state(clause):
            self.note(("clause",), "state-not-allowed", "条款不得写成状态")
        elif not isinstance(clause, str):
            self.note(("clause",), "wrong-type", "条款须为文字")

    def _has_amount(self, own_names: set[str]) -> bool:
        if {"amount", "value"} & own_names & set(self.raw):
            return True
        return any(
            isinstance(field, Amount) and (field.data_key or name) in self.raw
            for name, field in self.schema().fields.items()
        )

    def _dates(self, common: Mapping[str, Any], starts: dt.date | None, own_to: bool) -> tuple[Any, Any]:
        dated = getattr(self.schema, "has_dates", False)
        first = self._when(common, "from", Day(edge="first"), None if dated else starts)
        last = None if own_to else self._when(common, "to", Day(edge="last"), None)
        if dated:
            for key in [key for key in ("from", "to") if key not in common]:
                self.note((key,), "missing-key", f"缺少 {key}：须写起止日期；原文遮盖的写成状态")
        if isinstance(first, dt.date) and isinstance(last, dt.date) and first > last:
            self.note(("from",), "date-order", f"开始日期 {first} 晚于结束日期 {last}")
        return first, last

    def _when(self, common: Mapping[str, Any], key: str, field: Day, default: dt.date | None) -> Any:
        if key not in common:
            return default
        if is_state(common[key]):
            return self.state(common[key], (key,))
        return self._deserialized(field, common[key], key)

    def _text(self, common: Mapping[str, Any], key: str, required: bool) -> str:
        if key in common:
            return str(self._deserialized(Text(most=1000 if key == "note" else 200), common[key], key) or "")
        if required:
            self.note((key,), "missing-key", f"缺少 {key}")
        return ""

    def _word(self, common: Mapping[str, Any], key: str, words: tuple[str, ...], default: str) -> str:
        return str(self._deserialized(Word(words), common[key], key)) if key in common else default

    def _deserialized(self, field: Any, value: Any, key: str) -> Any:
        try:
            return field.deserialize(value)
        except ValidationError as error:
            self.note((key,), getattr(error.messages[0], "rule", "wrong-type"), str(error.messages[0]))
            return None



def _day(value: Any) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
