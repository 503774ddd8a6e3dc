"""The night's recount over all tenants, and a long list written in the background."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from core.access.models import Assignment
from core.accounts.models import Account
from core.extensions import Database, all_tenants, tenant_scope
from core.funds import exporting, jobs
from core.funds.models import FundAccount
from core.funds.services import open_account, receive
from core.jobs.models import Job
from core.jobs.worker import begin_periodic, run_due
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.funds.conftest import ACTOR, DAY, JIA
from tests.core.jobs.conftest import worker

YI = "990102"


@pytest.fixture
def filled(app_database: Database) -> dict[str, str]:
    """An account in each of two counties; ids by tenant."""
    found = {}
    with app_database.transaction() as session:
        for tenant in (JIA, YI):
            with tenant_scope(session, tenant):
                fund = open_account(session, tenant, get_unit_by_code(session, tenant), "love", f"基金{tenant}", ACTOR, on=DAY)
                for number in range(4):
                    receive(session, fund, Decimal(10), DAY, ACTOR, key=f"in-{number}")
                found[tenant] = str(fund.id)
    return found


def test_every_tenant_is_recounted_and_one_difference_named(app_database: Database, filled: dict[str, str], tmp_path: Path) -> None:
    with app_database.transaction() as session, tenant_scope(session, YI):
        session.execute(update(FundAccount).values(balance=Decimal("39.99")))
    parts = worker(app_database, tmp_path, *jobs.JOBS)
    begin_periodic(parts)
    run_due(parts)
    with app_database.session() as session, all_tenants(session, "测试"):
        faults = {row.tenant_id: row.fault for row in session.execute(select(FundAccount.tenant_id, FundAccount.fault))}
        job = session.scalars(select(Job).where(Job.code == "funds.recount")).one()
    assert faults == {JIA: "", YI: "余额应为 40.00，账上为 39.99"}
    assert (job.sentence, job.result) == ("核对 2 个资金账户，1 处与收支不符", {"accounts": 2, "differences": 1})


def test_a_long_list_is_written_by_a_job_with_the_rights_of_then(
        app: Flask, client_as: ClientAs, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "INLINE", 3)
    browser = client_as("jia-aid")
    answer = browser.get(f"/u/{JIA}/funds/{filled[JIA]}/movements.xlsx?kind=receipt")
    assert "/jobs/" in answer.location
    run_due(app)
    with browser.get(f"{answer.location}/file") as file:
        rows = list(openpyxl.load_workbook(io.BytesIO(file.data)).worksheets[0].iter_rows(min_row=3, values_only=True))
    assert [row[5] for row in rows] == [10, 20, 30, 40]


def test_whoever_has_lost_the_right_meanwhile_gets_no_file(
        app: Flask, app_database: Database, client_as: ClientAs, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "INLINE", 3)
    answer = client_as("jia-aid").get(f"/u/{JIA}/funds/{filled[JIA]}/movements.xlsx")
    with app_database.transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "jia-aid")).one()
        session.execute(delete(Assignment).where(Assignment.account_id == account.id))
    run_due(app)
    with app_database.session() as session, all_tenants(session, "测试"):
        job = session.scalars(select(Job).where(Job.code == "funds.export")).one()
    assert (job.state, job.sentence, bool(answer.location)) == ("failed", "您已没有导出资金台账的权限", True)
