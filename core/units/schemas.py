"""What the forms of the unit pages send, turned into orders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from core.errors import N_, InvalidInput
from core.units.models import Unit
from core.units.rules.orders import (
    AssignRule,
    Close,
    Create,
    Merge,
    Move,
    NewUnit,
    Order,
    Recode,
    Rename,
    Reopen,
    Split,
)

#: rows of the split form
TARGETS, RULES = 4, 8
Form = MultiDict[str, str]
#: finds the open unit with a code, among those the caller may use
Find = Callable[[str], Unit | None]


def parse_day(text: str | None, field: str = "on") -> dt.date:
    """A day as the date picker writes it."""
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError as error:
        message = N_("请填写日期，如 2026-01-01")
        raise InvalidInput(message, {field: message}) from error


@dataclass(frozen=True)
class OrderReader:
    """Reads one form sent at `unit`; `find` looks codes up."""

    form: Form
    unit: Unit
    find: Find

    def read(self, kind: str) -> Order:
        """The order of this kind, or InvalidInput with a message beside each field."""
        readers: Mapping[str, Callable[[], Order]] = {
            "new": self._create, "rename": self._rename, "recode": self._recode, "move": self._move,
            "merge": self._merge, "split": self._split, "close": self._close, "reopen": self._reopen,
        }
        return readers[kind]()

    def _text(self, name: str) -> str:
        return self.form.get(name, "").strip()

    @property
    def _on(self) -> dt.date:
        return parse_day(self.form.get("on"))

    def _found(self, code: str, field: str) -> uuid.UUID:
        unit = self.find(code) if code else None
        if unit is None:
            message = N_("请选择单位") if not code else N_("没有代码为 %(code)s 的单位，或它不在您的管理范围")
            raise InvalidInput(message, {field: message % {"code": code}}, code=code)
        return unit.id

    def _create(self) -> Order:
        return Create(on=self._on, document=self._text("document"), parent=self.unit.id, name=self._text("name"),
                      kind=self._text("kind"), code=self._text("code"), level=self._text("level"))

    def _rename(self) -> Order:
        return Rename(on=self._on, document=self._text("document"), unit=self.unit.id, name=self._text("name"))

    def _recode(self) -> Order:
        return Recode(on=self._on, document=self._text("document"), unit=self.unit.id, code=self._text("new_code"))

    def _move(self) -> Order:
        return Move(on=self._on, document=self._text("document"), unit=self.unit.id,
                    parent=self._found(self._text("parent"), "parent"))

    def _close(self) -> Order:
        return Close(on=self._on, document=self._text("document"), unit=self.unit.id)

    def _reopen(self) -> Order:
        parent = self._text("parent")
        return Reopen(on=self._on, document=self._text("document"), unit=self.unit.id,
                      parent=self._found(parent, "parent") if parent else None)

    def _merge(self) -> Order:
        units = tuple(self._found(code.strip(), "units") for code in self.form.getlist("units") if code.strip())
        into: uuid.UUID | NewUnit
        if self._text("into_new") == "1":
            into = NewUnit(code=self._text("new_code"), name=self._text("new_name"))
        else:
            into = self._found(self._text("into"), "into")
        return Merge(on=self._on, document=self._text("document"), units=units, into=into)

    def _split(self) -> Order:
        targets: list[uuid.UUID | NewUnit] = [self.unit.id] if self._text("stays") else []
        for number in range(1, TARGETS + 1):
            code, name = self._text(f"target_{number}_code"), self._text(f"target_{number}_name")
            if code and name:
                targets.append(NewUnit(code=code, name=name))
            elif code:
                targets.append(self._found(code, "targets"))
            elif name:
                message = N_("请填写新单位的代码")
                raise InvalidInput(message, {"targets": message})
        rules = tuple(rule for number in range(1, RULES + 1) if (rule := self._rule(number)))
        return Split(on=self._on, document=self._text("document"), unit=self.unit.id, targets=tuple(targets),
                     rules=rules, default=self._text("default"))

    def _rule(self, number: int) -> AssignRule | None:
        value, to = self._text(f"rule_{number}_value"), self._text(f"rule_{number}_to")
        if not value:
            return None
        match self._text(f"rule_{number}_by"):
            case "name":
                return AssignRule(to, name_starts=value)
            case "range":
                first, _, last = value.replace("—", "-").replace("至", "-").partition("-")
                return AssignRule(to, code_from=first.strip(), code_to=(last or first).strip())
            case _:
                return AssignRule(to, children=tuple(value.replace("，", " ").replace(",", " ").split()))
