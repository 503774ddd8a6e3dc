"""Channels, lists and files, without a database."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import openpyxl
import pytest

from core.errors import InvalidInput
from core.outreach.rules.channels import Wanted, reach
from core.outreach.rules.files import Line, read_results, write_list
from core.outreach.rules.listing import Guardian, listed

FOUR = Wanted("一", ("television", "sms", "wechat", "banner"), 4)
DAY = dt.date(2019, 10, 8)


@pytest.mark.clause("EA-021")
@pytest.mark.parametrize(("used", "missing", "short"), [
    ([], 4, 4), (["television", "sms", "wechat"], 1, 1), (["television", "sms", "wechat", "banner"], 0, 0),
    (["television", "sms", "wechat", "leaflet"], 1, 0), (["sms", "sms", "sms", "sms"], 3, 3)])
def test_four_channels_are_wanted_and_what_is_missing_is_said(used: list[str], missing: int, short: int) -> None:
    found = reach(FOUR, used)
    assert (len(found.missing), found.short) == (missing, short)
    assert found.whole == (short == 0)


def test_a_plan_without_a_word_misses_nothing() -> None:
    assert reach(None, ["sms"]).whole


def test_where_no_number_is_printed_every_channel_that_is_named_is_wanted() -> None:
    found = reach(Wanted("一", ("sms", "banner"), None), ["sms", "leaflet"])
    assert (found.missing, found.short) == (("banner",), 1)


def guardian(key: str | None, **consent: object) -> Guardian:
    return Guardian(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), key, "139****0001", **consent)  # type: ignore[arg-type]


def test_each_number_is_one_delivery_and_a_missing_number_a_failure() -> None:
    found = list(listed([guardian("a"), guardian("a"), guardian(None), guardian(None), guardian("b")], {"b"}, DAY, consent=False))
    assert [(one.state, one.reason) for one in found] == [
        ("waiting", ""), ("failed", "no_phone"), ("failed", "no_phone"), ("refused", "asked")]


@pytest.mark.parametrize(("consent", "state"), [
    ({}, "refused"), ({"consent_kind": "written", "consent_on": DAY}, "waiting"), ({"consent_kind": "statutory"}, "waiting"),
    ({"consent_kind": "written", "consent_until": DAY}, "waiting"),
    ({"consent_kind": "written", "consent_until": DAY - dt.timedelta(days=1)}, "refused"),
    ({"consent_kind": "written", "consent_on": DAY + dt.timedelta(days=1)}, "refused")])
def test_where_the_plan_wants_consent_only_a_valid_one_counts(consent: dict[str, object], state: str) -> None:
    assert [one.state for one in listed([guardian("a", **consent)], (), DAY, consent=True)] == [state]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_holds_text_in_every_cell(kind: str) -> None:
    content = write_list([Line("c-1-1", "13900000001")], "=1+1，详询学校", kind)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
    assert rows == [["名单编号", "手机号", "短信内容"], ["c-1-1", "13900000001", "=1+1，详询学校"]]


def test_results_are_read_by_the_words_platforms_use() -> None:
    found = read_results([(2, "a", "成功"), (3, "b", " DELIVRD "), (4, "c", "失败"), (5, "d", "0")])
    assert [(one.number, one.sent) for one in found] == [("a", True), ("b", True), ("c", False), ("d", False)]


def test_every_row_that_cannot_be_read_is_named() -> None:
    with pytest.raises(InvalidInput, match="有 2 行的结果看不懂，请写成功或失败：第 2、5 行"):
        read_results([(2, "a", "也许"), (3, "b", "成功"), (4, "b", "失败"), (5, "c", "")])
    with pytest.raises(InvalidInput, match="有 1 行的名单编号前面已经出现过：第 4 行"):
        read_results([(3, "b", "成功"), (4, "b", "失败")])
