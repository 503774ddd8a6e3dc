"""What a check says is stored in Chinese and read in the reader's language: pages, API and the returned workbook."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.host.ledgers import Ledger
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.ledgers.finding import SEVERAL_UNITS
from core.ledgers.imports import returning
from core.web.i18n import told
from scripts import assets
from tests.conftest import ClientAs
from tests.core.ledgers.conftest import GOOD
from tests.core.ledgers.imports.conftest import household, roster
from tests.core.ledgers.imports.test_routes import BAD, BASE, checked, place_of, upload
from tests.core.ledgers.test_checking import EDGES
from tests.support.workbooks import opened

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FORM = "/u/990101-S01/p/sample/ledgers/families"


@pytest.fixture(scope="module", autouse=True)
def compiled() -> Iterator[None]:
    assets.compile_catalogues()
    yield


@pytest.fixture
def reader(client_as: ClientAs) -> FlaskClient:
    """A clerk who reads English."""
    client = client_as("jia-aid")
    client.post("/language", data={"locale": "en"})
    return client


def said_of(ledger: Ledger) -> set[str]:
    """All that the checks say of texts near the edges of every kind."""
    frame = pl.DataFrame({field.name: EDGES for field in ledger.fields})
    return set(check_frame(ledger, frame, Context()).errors["message"]) | {check.message for check in ledger.checks}


def test_every_message_of_every_ledger_has_english_and_is_kept_in_chinese(app: Flask) -> None:
    ledgers = app.extensions["bangfu.host"].registered("register_ledgers")
    messages = set().union(*(said_of(ledger) for ledger in ledgers if ledger.slug != "sample"))
    assert len(messages) > 300
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        assert {message: said for message in messages if CHINESE.search(said := told(message))} == {}
    with app.test_request_context("/u/990101/"):
        assert [message for message in messages if told(message) != message] == []


def test_what_a_row_says_stays_in_its_message(app: Flask) -> None:
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        assert told(SEVERAL_UNITS(count=2, text="测试村", example="测试镇/测试村")) == (
            "2 units are called “测试村”; enter the division code, or the unit above as in “测试镇/测试村”")


def test_the_api_answers_in_the_language_it_is_asked_in(client_as: ClientAs) -> None:
    client, body = client_as("jia-school"), {**GOOD, "number": "", "water": "也许"}
    headers = {"Idempotency-Key": str(uuid.uuid4()), "Accept-Language": "en"}
    answer = client.post(f"/api/v1{FORM}", json=body, headers=headers).get_json()
    assert {one["field"]: one["message"] for one in answer["errors"]} == {
        "number": "Household number is required", "water": "通自来水 must be yes or no"}


def test_a_form_says_what_is_wrong_in_english(client_as: ClientAs) -> None:
    client = client_as("jia-school")
    client.post("/language", data={"locale": "en"})
    page = client.post(f"{FORM}/new", data={**GOOD, "members": "31"})
    assert page.status_code == 422
    assert "must not be more than 30" in page.text and "不能大于" not in page.text


def test_the_page_of_errors_and_the_returned_workbook_are_in_english(reader: FlaskClient) -> None:
    place = checked(reader, roster(household(1), household(2, **BAD)), BASE)
    assert "The check sign of 身份证号 is wrong" in reader.get(place).text
    book = opened(reader.get(f"{place}/returned").data)
    assert book.worksheets[0]["C4"].comment.text.startswith("The check sign of 身份证号 is wrong")
    assert [[cell.value for cell in row] for row in book["Errors"].iter_rows()] == [
        ["Row", "Column", "Column name", "What was entered", "Problem"],
        [4, "C", "身份证号", BAD["身份证号"], "The check sign of 身份证号 is wrong; compare it sign by sign"]]


def test_a_workbook_marked_again_in_another_language_has_one_list(reader: FlaskClient) -> None:
    place = checked(reader, roster(household(1), household(2, **BAD)), BASE)
    content = reader.get(f"{place}/returned").data
    reader.post("/language", data={"locale": "zh_Hans_CN"})
    assert place_of(upload(reader, content)) == place
    assert opened(reader.get(f"{place}/returned").data).sheetnames[1:] == ["错误清单"]


def test_the_returned_workbook_is_named_in_the_readers_language_once() -> None:
    english = {returning.MARKED: " (to correct)"}

    def say(text: str) -> str:
        return english.get(text, text)

    assert returning.named("名册.xls") == "名册（待改正）.xlsx" == returning.named("名册（待改正）（待改正）.xlsx")
    assert returning.named("名册.xls", say) == "名册 (to correct).xlsx"
    assert returning.named("名册 (to correct).xlsx", say) == "名册 (to correct).xlsx" == returning.named("名册（待改正）.xlsx", say)
