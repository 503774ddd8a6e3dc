"""A county's plan adds columns to a ledger, for that county alone."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from core.extensions import Database, all_tenants
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.tenancy.services import check_profile
from tests.core.ledgers.conftest import GOOD
from tests.factories.tenancy import apply_plan, profile_text

ClientAs = Callable[[str], FlaskClient]
SCHOOL, OTHER = "/u/990101-S01/p/sample/ledgers/families", "/u/990102-S01/p/sample/ledgers/families"
COLUMN = """
[[ledger_columns]]
code = "{code}"
name = "搬迁方式"
clause = "一"
ledger = "sample.families"
kind = "choice"
{choices}
required = true
"""
CHOICES = 'choices = ["集中安置", "分散安置"]'


@pytest.fixture
def host(app: Flask) -> PluginHost:
    found: PluginHost = app.extensions["bangfu.host"]
    return found


@pytest.fixture
def added(app: Flask, host: PluginHost, app_database: Database) -> None:
    """甲县's plan asks how a family was moved; 乙县 has the plugin on as well, and no such column."""
    with app_database.transaction() as session:
        session.add(PluginSwitch(tenant_id="990102", plugin="sample", on=True, changed_by="测试甲"))
        on = '\n[[plugin]]\ncode = "sample"\nclause = "一"\n'
        apply_plan(session, profile_text(on, COLUMN.format(code="moved_how", choices=CHOICES)), host)


def test_the_column_is_in_list_form_file_and_api_of_its_county_alone(added: None, client_as: ClientAs) -> None:
    ours, theirs = client_as("jia-school"), client_as("yi-school")
    assert "搬迁方式" in ours.get(f"{SCHOOL}/new").get_data(as_text=True)
    assert "搬迁方式" not in theirs.get(f"{OTHER}/new").get_data(as_text=True)
    refused = ours.post(f"{SCHOOL}/new", data=GOOD)
    assert refused.status_code == 422 and "搬迁方式必填" in refused.get_data(as_text=True)
    assert ours.post(f"{SCHOOL}/new", data={**GOOD, "moved_how": "集中安置"}).status_code == 302
    assert theirs.post(f"{OTHER}/new", data={**GOOD, "moved_how": "集中安置"}).status_code == 302
    assert "集中安置" in ours.get(f"{SCHOOL}/?columns=moved_how").get_data(as_text=True)
    (record,) = ours.get(f"/api/v1{SCHOOL}").get_json()["records"]
    assert record["extra"] == {"moved_how": "集中安置"}
    (other,) = theirs.get(f"/api/v1{OTHER}").get_json()["records"]
    assert other["extra"] == {}
    tag = ours.get(f"/api/v1{SCHOOL}/{record['id']}").headers["ETag"]
    changed = ours.patch(f"/api/v1{SCHOOL}/{record['id']}", json={"moved_how": "分散安置"}, headers={"If-Match": tag})
    assert changed.get_json()["record"]["extra"] == {"moved_how": "分散安置"}
    book = load_workbook(io.BytesIO(ours.get(f"{SCHOOL}/template").get_data()))
    assert "搬迁方式*" in [cell.value for cell in book.worksheets[0][1]]
    book = load_workbook(io.BytesIO(ours.post(f"{SCHOOL}/export", data={"all_columns": "1"}).get_data()))
    assert "分散安置" in [cell.value for cell in book.worksheets[0][3]]


def test_a_faulty_column_is_refused_with_the_rule(host: PluginHost, app_database: Database) -> None:
    with app_database.session() as session, all_tenants(session, "检查方案"):
        for code, choices, rule in (("moved-how", CHOICES, "ledger-column-code"), ("moved", "", "ledger-column-choices")):
            found = check_profile(session, host, profile_text(COLUMN.format(code=code, choices=choices)), "jia.toml")
            assert [problem.rule for problem in found.problems] == [rule]
