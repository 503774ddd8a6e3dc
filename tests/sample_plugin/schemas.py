"""What people and plans may enter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates

from core.host.contract import Problem, SectionSpec
from core.tenancy.grammar.fields import Amount, Count, EntrySchema


class VisitSchema(Schema):
    """The form of a new visit."""

    class Meta:
        unknown = EXCLUDE

    title = fields.String(required=True, validate=validate.Length(1, 200, error="事由须有 1 到 200 字"))
    amount = fields.Decimal(required=True, places=2, validate=validate.Range(0, 99999, error="金额须在 0 到 99,999 元之间"),
                            error_messages={"invalid": "金额须是数字，如 200.00"})
    happened_on = fields.Date(required=True, error_messages={"invalid": "日期须写作 2026-11-21"})

    @validates("happened_on")
    def _not_to_come(self, value: dt.date, data_key: str) -> None:
        if value > dt.date(2100, 1, 1):
            raise ValidationError("日期不在合理范围")


class ItemSchema(EntrySchema):
    """`[[sample.item]]`: what a visit brings, and how many a year there should be."""

    amount = Amount(required=True)
    per_year = Count(least=1, most=366, load_default=1)


def check_items(entries: list[dict[str, Any]]) -> list[Problem]:
    """No plan may promise nothing."""
    return [Problem(f"sample.item.{entry.get('code', '')}.amount", "sample-amount", "慰问金须大于零",
                    str(entry.get("clause", "")))
            for entry in entries if entry.get("amount") == 0]


def describe_item(value: Mapping[str, Any]) -> str:
    """An entry in words, for the plan page."""
    return f"每次 {value['amount']} 元，每年 {value.get('per_year', 1)} 次"


SECTIONS = [
    SectionSpec("sample.item", "走访项目", ItemSchema, check=check_items,
                comparable=lambda value: value.get("amount"), describe=describe_item),
]
