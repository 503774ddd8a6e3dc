"""Conditions of aid are said in the reader's language, and as before in Chinese."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from core.conditions import parse
from core.web.i18n import words
from plugins.education_aid.plan.vocabulary import VOCABULARY
from scripts import assets

CHINESE = re.compile(r"[\u4e00-\u9fff、；，（）：]")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    assets.compile_catalogues()


CASES = [
    ({"stage": ["primary", "junior"], "boarding": True}, "学段为小学、初中；寄宿"),
    ({"boarding": False}, "不寄宿"),
    ({"age": {"lt": 6}}, "年龄不满 6 岁"),
    ({"born": {"gte": dt.date(2010, 9, 1)}}, "出生日期不早于 2010-09-01"),
    ({"any": [{"category": "orphan"}, {"stage": "primary", "grade": {"gte": 4}}]}, "身份类别为孤儿，或者（学段为小学；年级不低于 4）"),
    ({"not": {"approved": True}}, "不是：学校经批准"),
    ({"days_since": {"orphan": {"gt": 30}}}, "孤儿起的天数超过 30 天"),
    ({}, "不限")]


@pytest.mark.parametrize(("where", "chinese"), CASES)
def test_a_condition_is_said_in_the_readers_language(app: Flask, where: dict[str, object], chinese: str) -> None:
    condition, faults = parse(where, VOCABULARY)
    assert not faults
    assert condition.describe() == chinese
    with app.test_request_context("/u/990101/"):
        assert condition.describe(words) == chinese
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        said = condition.describe(words)
    assert not CHINESE.search(said), said


def test_the_english_reads_as_a_sentence(app: Flask) -> None:
    condition, _ = parse({"age": {"lt": 6}, "days_since": {"orphan": {"gt": 30}}}, VOCABULARY)
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        assert condition.describe(words).lower() == "age is under 6 years; days since orphan is over 30 days"
