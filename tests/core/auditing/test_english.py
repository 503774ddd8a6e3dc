"""Sentences of the trail are kept in Chinese and read in the reader's language."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.extensions import phrases
from core.extensions.phrases import taken_apart
from core.web.i18n import told
from scripts import assets
from tests.conftest import ClientAs

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    assets.compile_catalogues()


def test_whatever_a_phrase_says_is_known_again_as_its_own(app: Flask) -> None:
    known = dict(phrases._KNOWN)
    assert len(known) > 200
    mistaken = {}
    for message, one in known.items():
        names = re.findall(r"%\((\w+)\)s", message)
        values = {name: f"{at}2" for at, name in enumerate(names, 1)}
        parts = taken_apart(one(**values))
        if parts is None or (parts[0] != message and one(**values) != known[parts[0]](**parts[1])):
            mistaken[message] = parts
    assert mistaken == {}


def test_every_phrase_has_english_without_chinese(app: Flask) -> None:
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        left = {message: said for message, one in phrases._KNOWN.items()
                if CHINESE.search(said := told(one(**dict.fromkeys(re.findall(r"%\((\w+)\)s", message), "7"))))}
    assert left == {}


def test_the_trail_is_read_in_english_and_kept_in_chinese(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    made = client.post("/u/990101-S01/ledgers/staff/new", data={"name": "测试师", "id_kind": "none", "state": "active"})
    assert made.status_code == 302
    page = client.get("/u/990101/trail").text
    assert "登记教职工“测**”" in page
    client.post("/language", data={"locale": "en"})
    page = client.get("/u/990101/trail").text
    assert "Member of staff “测**” entered" in page or "“测**” entered" in page
    assert "登记教职工" not in page
    told_in_file = client.get("/u/990101/trail.csv").get_data(as_text=True)
    assert "“测**” entered" in told_in_file and "登记教职工“" not in told_in_file
