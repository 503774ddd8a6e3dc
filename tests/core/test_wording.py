"""Nothing that a schema finds wrong is said in English on a Chinese page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from core.extensions.wording import in_chinese
from core.ledgers.checking import compile_schema, messages_of
from plugins.education_aid.routes.applications import DiscretionarySchema
from tests.conftest import ClientAs
from tests.sample_plugin.ledgers import FAMILIES

HAN = re.compile(r"[\u4e00-\u9fff]")
#: every kind of field and check that the platform's schemas use, with what each refuses
WRONG: list[tuple[fields.Field[Any], Any]] = [
    (fields.String(required=True), ...), (fields.String(), None), (fields.String(), 1), (fields.Integer(), "x"),
    (fields.Decimal(), "x"), (fields.Decimal(), "NaN"), (fields.Boolean(), "x"), (fields.Date(), "x"), (fields.DateTime(), "x"),
    (fields.UUID(), "x"), (fields.List(fields.String()), "x"), (fields.Dict(), "x"), (fields.Nested(Schema), "x"),
    (fields.Nested(Schema, many=True), 1),
    (fields.String(validate=validate.Length(1, 3)), "1234"), (fields.String(validate=validate.Length(max=3)), "1234"),
    (fields.String(validate=validate.Length(min=3)), "1"), (fields.String(validate=validate.Regexp("a")), "b"),
    (fields.String(validate=validate.OneOf(["甲", "乙"])), "丙"), (fields.Integer(validate=validate.Range(1, 3)), 4),
    (fields.Integer(validate=validate.Range(min=1)), 0), (fields.Integer(validate=validate.Range(max=1)), 2),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_whatever_a_field_refuses_is_said_in_chinese(field: fields.Field[Any], value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Schema.from_dict({"one": field})().load({} if value is ... else {"one": value})
    (texts,) = refused.value.messages_dict.values()
    lines = texts if isinstance(texts, list) else [text for part in texts.values() for text in part]
    assert lines
    assert all(HAN.search(in_chinese(str(line))) for line in lines), lines


def test_numbers_of_a_bound_stay_in_the_message() -> None:
    assert in_chinese("Must be greater than or equal to 1 and less than or equal to 200.") == "须在 1 到 200 之间"
    assert in_chinese("Longer than maximum length 400.") == "长度最多 400"
    assert in_chinese("别的话 100%") == "别的话 100%"


def test_a_row_that_is_no_row_is_told_in_chinese() -> None:
    with pytest.raises(ValidationError) as refused:
        compile_schema(FAMILIES)().load([1])
    assert messages_of(refused.value) == {"_schema": "须是一个对象 { … }"}


def test_an_amount_that_is_no_number_is_told_in_chinese() -> None:
    with pytest.raises(ValidationError) as refused:
        DiscretionarySchema().load({"item_name": "测试减免", "amount": "NaN", "reason": "虚构的理由"})
    assert messages_of(refused.value) == {"amount": "须是数字"}


def test_the_api_says_a_wrong_query_in_chinese(client_as: ClientAs) -> None:
    answer = client_as("jia-admin").get("/api/v1/units/990101/trail?limit=9999&after=%00")
    assert answer.status_code == 422
    assert {one["field"]: one["message"] for one in answer.get_json()["errors"]} == {"limit": "须在 1 到 200 之间", "after": "须是文字"}
