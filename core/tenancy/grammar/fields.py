"""The kinds of value a profile holds, as marshmallow fields with Chinese messages.

Plugins use the same fields in the schemas of their sections, and derive those schemas from `EntrySchema`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal

from marshmallow import RAISE, Schema, ValidationError, fields

from core.tenancy.grammar.masks import looks_masked

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
#: what an amount column can hold
_TOO_MUCH = Decimal(10) ** 12
PERIODS = ("week", "month", "quarter", "term", "year")


class RuleText(str):
    """A message that knows which rule refuses."""

    rule: str

    def __new__(cls, rule: str, text: str) -> RuleText:
        found = super().__new__(cls, text)
        found.rule = rule
        return found


def refuse(rule: str, text: str) -> ValidationError:
    """The error a field or schema raises for a rule of the grammar."""
    return ValidationError(RuleText(rule, text))


def masked_or(value: object, wanted: str) -> ValidationError:
    """The error for a value that is not what was wanted: masked print and a wrong type differ."""
    if isinstance(value, str) and looks_masked(value):
        hint = f'{{ state = "masked", printed = "{value}" }}'
        return refuse("bare-mask", f"“{value}”是被遮盖的原文，不是{wanted}；请写成 {hint}")
    return refuse("wrong-type", f"“{value}”不是{wanted}")


@dataclass(frozen=True)
class Refusal:
    """A key that a section names only to refuse it, with the rule and the law."""

    rule: str
    message: str


class EntrySchema(Schema):
    """One entry's own keys, apart from those every entry has. Fields go by the key the profile writes: a stored
    value is read again by the same schema."""

    #: the key that tells two entries of a section apart
    identity: ClassVar[str] = "code"
    #: the values without which an entry is inactive; others are merely open questions
    principal: ClassVar[tuple[str, ...]] = ("value", "amount", "due", "from", "to")
    #: keys refused by a rule of their own rather than as unknown
    refused: ClassVar[Mapping[str, Refusal]] = {}
    #: whether `from` and `to` must both be written
    has_dates: ClassVar[bool] = False
    #: whether every entry needs a name, and a clause
    has_name: ClassVar[bool] = True
    has_clause: ClassVar[bool] = True
    #: keys that may not be written as a state
    firm: ClassVar[tuple[str, ...]] = ()

    class Meta:
        unknown = RAISE


class Day(fields.Field[dt.date]):
    """A day; "2017-06" and 2017 stand for the first or the last day of that month or year."""

    def __init__(self, *, edge: Literal["first", "last"] = "first", **options: Any) -> None:
        self.edge = edge
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.date:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        if isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2100:
            return dt.date(value, 1, 1) if self.edge == "first" else dt.date(value, 12, 31)
        if isinstance(value, str):
            return self._from_text(value)
        raise masked_or(value, "日期")

    def _from_text(self, value: str) -> dt.date:
        if found := _MONTH.fullmatch(value):
            year, month = int(found[1]), int(found[2])
            if 1 <= month <= 12:
                last = calendar.monthrange(year, month)[1]
                return dt.date(year, month, 1 if self.edge == "first" else last)
            raise refuse("impossible-date", f"没有 {value} 这个月")
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                raise refuse("impossible-date", f"没有 {value} 这一天") from None
            raise masked_or(value, "日期") from None


class Amount(fields.Field[Decimal]):
    """An exact amount in yuan with at most two places, as a number or as text: 100, "100.00"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
            raise masked_or(value, "金额")
        try:
            amount = Decimal(value)
        except InvalidOperation:
            raise masked_or(value, "金额") from None
        if not amount.is_finite() or not 0 <= amount < _TOO_MUCH or amount != round(amount, 2):
            raise refuse("wrong-type", f"“{value}”不是金额：须为不小于零、至多两位小数的数")
        return amount.quantize(Decimal("0.01"))


class Count(fields.Field[int]):
    """A whole number within bounds."""

    def __init__(self, *, least: int = 0, most: int = 10**9, **options: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise masked_or(value, "整数")
        if not self.least <= value <= self.most:
            raise refuse("wrong-type", f"{value} 超出允许范围（{self.least} 至 {self.most}）")
        return value


class Text(fields.Field[str]):
    """A line of text, not empty. `unmasked` refuses masked print, where a number is due in it (文号)."""

    def __init__(self, *, most: int = 400, unmasked: bool = False, **options: Any) -> None:
        self.most, self.unmasked = most, unmasked
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise refuse("wrong-type", "须为文字，且不能为空")
        if len(value) > self.most:
            raise refuse("wrong-type", f"文字过长：至多 {self.most} 字")
        if self.unmasked and looks_masked(value):
            raise masked_or(value, "完整的文号")
        return value


class Texts(fields.Field[list[str]]):
    """One text or a list of texts, always read as a list: several bodies answer for one duty."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[str]:
        found = value if isinstance(value, list) else [value]
        return [Text()._deserialize(item, attr, data) for item in found]


class Word(fields.Field[str]):
    """One of the words listed."""

    def __init__(self, words: tuple[str, ...], *, rule: str = "wrong-type", **options: Any) -> None:
        self.words, self.rule = words, rule
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if value not in self.words:
            raise refuse(self.rule, f"“{value}”不在可用的取值之内：{'、'.join(self.words)}")
        return str(value)


class MonthDay(fields.Field[str]):
    """A day of every year, as "10-20"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        found = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
        if found is None or not isinstance(value, str):
            raise masked_or(value, "“月-日”")
        try:
            dt.date(2024, int(found[1]), int(found[2]))
        except ValueError:
            raise refuse("impossible-date", f"没有 {value} 这一天") from None
        return value


class Due(fields.Field[Any]):
    """When something is due: a day, a day of every year "10-20", { every = "month", day = 25 } or
    { months = 12 } after the entry's start."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, Mapping):
            return self._table(value)
        if isinstance(value, str) and _MONTH_DAY.fullmatch(value):
            return MonthDay()._deserialize(value, attr, data)
        return Day(edge="last")._deserialize(value, attr, data)

    def _table(self, value: Mapping[str, Any]) -> dict[str, Any]:
        if set(value) == {"months"}:
            return {"months": Count(least=1, most=600)._deserialize(value["months"], None, None)}
        if not {"every"} <= set(value) <= {"every", "day"}:
            raise refuse("wrong-type", "期限的表只能写 { months = 数 } 或 { every = 周期, day = 日 }")
        found: dict[str, Any] = {"every": Word(PERIODS)._deserialize(value["every"], None, None)}
        if "day" in value:
            found["day"] = Count(least=1, most=31)._deserialize(value["day"], None, None)
        return found
