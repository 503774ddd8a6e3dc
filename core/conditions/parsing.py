"""From the table a plan writes to a condition, with every fault at its key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from core.conditions.facts import CHOICE, DATE, FLAG, SET, Fact, Vocabulary
from core.conditions.tree import COMPARE, All, Any_, Compared, Condition, Not, OneOf, Value

#: how deep a condition may be nested: enough for any plan, and no way to exhaust the stack
DEEPEST = 8
FACT, WORD, SHAPE, DEPTH = "condition-fact", "condition-word", "condition-shape", "condition-depth"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a condition: the dotted key below `where`, the rule, and the message."""

    key: str
    rule: str
    message: str


def parse(where: Any, known: Vocabulary) -> tuple[Condition, list[Fault]]:
    """The condition that a table says, and all its faults; with faults the condition is not to be used."""
    reader = _Reader(known)
    return reader.table(where, "", 0), reader.faults


@dataclass
class _Reader:
    known: Vocabulary
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, key: str, rule: str, message: str) -> Condition:
        self.faults.append(Fault(key, rule, message))
        return All(())

    def table(self, where: Any, key: str, depth: int) -> Condition:
        if not isinstance(where, Mapping):
            return self.wrong(key, SHAPE, "条件须写成表，如 { stage = [\"primary\"], boarding = true }")
        if depth > DEEPEST:
            return self.wrong(key, DEPTH, f"条件嵌套超过 {DEEPEST} 层")
        parts = tuple(self.part(str(name), value, f"{key}.{name}".strip("."), depth) for name, value in where.items())
        return parts[0] if len(parts) == 1 else All(parts)

    def part(self, name: str, value: Any, key: str, depth: int) -> Condition:
        if name in ("all", "any"):
            if not isinstance(value, list) or not value:
                return self.wrong(key, SHAPE, f"“{name}”须是一列条件")
            parts = tuple(self.table(one, f"{key}[{number}]", depth + 1) for number, one in enumerate(value, 1))
            return All(parts) if name == "all" else Any_(parts)
        if name == "not":
            return Not(self.table(value, key, depth + 1))
        fact = self.known.get(name)
        if fact is None:
            return self.wrong(key, FACT, f"没有“{name}”这项事实；可用：{'、'.join(self.known)}")
        return self.family(fact, value, key) if fact.family else self.compared(fact, value, key)

    def family(self, fact: Fact, value: Any, key: str) -> Condition:
        if not isinstance(value, Mapping) or not value:
            return self.wrong(key, SHAPE, f"“{fact.name}”须写明是哪一个，如 {fact.name}.{fact.words[0][0] if fact.words else '编码'} = …")
        parts: list[Condition] = []
        for word, wanted in value.items():
            one, at = fact.member(str(word)), f"{key}.{word}"
            if one is None:
                labels = "、".join(label for _, label in fact.words) or "编码"
                parts.append(self.wrong(at, WORD, f"“{word}”不能用在“{fact.name}”里：{labels}"))
            else:
                parts.append(self.compared(one, wanted, at))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def compared(self, fact: Fact, value: Any, key: str) -> Condition:
        if isinstance(value, Mapping):
            return self.signs(fact, value, key)
        if fact.kind in (CHOICE, SET):
            return self.one_of(fact, value if isinstance(value, list) else [value], key)
        if isinstance(value, list):
            return Any_(tuple(self.sign(fact, "eq", one, key) for one in value)) if value else self.wrong(
                key, SHAPE, "列表是空的")
        return self.sign(fact, "eq", value, key)

    def signs(self, fact: Fact, value: Mapping[str, Any], key: str) -> Condition:
        parts: list[Condition] = []
        for sign, wanted in value.items():
            if sign == "not":
                parts.append(Not(self.compared(fact, wanted, f"{key}.not")))
            elif sign in ("in", "all") and fact.kind in (CHOICE, SET):
                words = wanted if isinstance(wanted, list) else [wanted]
                parts += [self.one_of(fact, words, f"{key}.{sign}")] if sign == "in" else [
                    self.one_of(fact, [word], f"{key}.all") for word in words]
            elif sign in COMPARE and fact.kind not in (CHOICE, SET, FLAG):
                parts.append(self.sign(fact, sign, wanted, f"{key}.{sign}"))
            else:
                parts.append(self.wrong(f"{key}.{sign}", SHAPE, f"“{fact.title}”不能用“{sign}”比较"))
        if not parts:
            return self.wrong(key, SHAPE, "没有写明怎样比较")
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one_of(self, fact: Fact, words: list[Any], key: str) -> Condition:
        codes: list[str] = []
        for word in words:
            found = fact.codes_of(word) if isinstance(word, str) else ()
            if not found:
                labels = "、".join(label for _, label in fact.words) or "文字"
                return self.wrong(key, WORD, f"“{word}”不是“{fact.title}”可用的取值：{labels}")
            codes += found
        if not codes:
            return self.wrong(key, SHAPE, "列表是空的")
        return OneOf(fact, tuple(dict.fromkeys(codes)))

    def sign(self, fact: Fact, sign: str, value: Any, key: str) -> Condition:
        found = _flag(value) if fact.kind == FLAG else _day(value) if fact.kind == DATE else _number(value)
        if found is None:
            wanted = {FLAG: "true 或 false", DATE: "日期"}.get(fact.kind, "数")
            return self.wrong(key, WORD, f"“{value}”不是{wanted}")
        return Compared(fact, sign, found)


def _flag(value: Any) -> Value | None:
    return value if isinstance(value, bool) else None


def _day(value: Any) -> Value | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: Any) -> Value | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return int(number) if number == number.to_integral_value() else number
