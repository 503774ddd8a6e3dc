"""Jobs on pages: one's own, those of the units where one reads others', and nobody else's."""

from __future__ import annotations

import io
import uuid

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.accounts.models import Account
from core.extensions import Actor, Database, tenant_scope
from core.host.models import PluginSwitch
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.jobs.worker import run_due
from core.privacy.files import SealedFiles
from core.privacy.vault import Vault
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs

JIA = "990101"


def ask(database: Database, login: str, code: str, titles: list[str], tenant_id: str = JIA) -> uuid.UUID:
    """A job of the sample plugin asked for by one of the people."""
    with database.transaction() as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        return enqueue(session, Actor(account.id, account.name), "sample.visit", {"titles": titles},
                       tenant_id=tenant_id, unit_id=get_unit_by_code(session, code).id).id


@pytest.fixture
def asked(app_database: Database) -> uuid.UUID:
    return ask(app_database, "jia-school", "990101-S01", ["冬衣送到学校"])


@pytest.mark.parametrize(("login", "code", "seen"), [
    ("jia-school", "990101-S01", True),   # who asked for it
    ("jia-admin", "990101", True),        # who reads others' at the county
    ("province-auditor", "99", True),
    ("jia-general", "990101-S01", False),  # a colleague at the same school
    ("jia-aid", "990101", False),
    ("yi-admin", "990102", False),
])
def test_who_sees_a_job(asked: uuid.UUID, client_as: ClientAs, login: str, code: str, seen: bool) -> None:
    client = client_as(login)
    assert ("登记走访" in client.get(f"/u/{code}/jobs").get_data(as_text=True)) is seen
    assert client.get(f"/u/{code}/jobs/{asked}").status_code == (200 if seen else 404)
    for verb in ("cancel", "retry"):
        if not seen:
            assert client.post(f"/u/{code}/jobs/{asked}/{verb}").status_code == 404
    assert client.get(f"/u/{code}/jobs/{asked}/file").status_code == 404


@pytest.mark.parametrize(("login", "code", "seen"), [("jia-school", "990101-S01", True), ("jia-admin", "990101", True),
                                                     ("jia-general", "990101-S01", False), ("yi-admin", "990102", False)])
def test_another_system_sees_what_the_pages_show(asked: uuid.UUID, app: Flask, client_as: ClientAs, login: str, code: str,
                                                 seen: bool) -> None:
    client, base = client_as(login), f"/api/v1/units/{code}/jobs"
    assert [row["id"] for row in client.get(base).get_json()["jobs"]] == ([str(asked)] if seen else [])
    assert client.get(f"{base}/{asked}").status_code == (200 if seen else 404)
    if seen:
        run_due(app)
        (row,) = client.get(f"{base}?state=done").get_json()["jobs"]
        assert (row["title"], row["unit_name"], row["state"]) == ("登记走访", "甲县第一中学", "done")
        assert client.get(f"{base}/{asked}").get_json()["job"] == row
        assert client.get(f"{base}?state=waiting").get_json() == {"jobs": [], "next": None}
    assert client.get(f"{base}?state=nonsense").status_code == 422


def test_housekeeping_is_on_nobodys_list(app: Flask, app_database: Database, client_as: ClientAs) -> None:
    from core.jobs.worker import begin_periodic, parts_of

    begin_periodic(parts_of(app))
    with app_database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM jobs WHERE code = 'jobs.tidy'")) == 1
    assert "清理过期" not in client_as("province-admin").get("/u/99/jobs").get_data(as_text=True)


def test_a_job_runs_only_where_its_plugin_is_on(app: Flask, app_database: Database) -> None:
    ask(app_database, "yi-school", "990102-S01", ["走访"], tenant_id="990102")
    assert run_due(app) == 0
    with app_database.transaction() as session:
        session.add(PluginSwitch(tenant_id="990102", plugin="sample", on=True, changed_by="测试"))
    assert run_due(app) == 1


def test_cancelling_and_beginning_afresh(app: Flask, asked: uuid.UUID, client_as: ClientAs) -> None:
    address = f"/u/990101-S01/jobs/{asked}"
    client = client_as("jia-school")
    assert "取消这个任务" in client.get(address).get_data(as_text=True)
    assert client_as("province-auditor").post(f"{address}/cancel").status_code == 403
    assert client.post(f"{address}/cancel").status_code == 302
    assert client.post(f"{address}/cancel").status_code == 409
    assert "测试" in client.get(address).get_data(as_text=True)
    assert client_as("jia-admin").post(f"{address}/retry").status_code == 302
    assert run_due(app) == 1
    page = client.get(address).get_data(as_text=True)
    assert "登记了 1 次走访" in page and "every 2s" not in page


def test_the_page_asks_for_itself_only_while_something_goes_on(app: Flask, app_database: Database, asked: uuid.UUID,
                                                               client_as: ClientAs) -> None:
    client = client_as("jia-school")
    assert "every 2s" in client.get("/u/990101-S01/jobs").get_data(as_text=True)
    assert "1 个后台任务正在办理" in client.get("/jobs/mark?at=990101-S01").get_data(as_text=True)
    with app_database.engine.begin() as connection:  # it has waited for long, and may have to wait for longer
        connection.execute(text("UPDATE jobs SET created_at = '2020-01-01 00:00:00.000000'"))
    assert "every 2s" not in client.get("/u/990101-S01/jobs").get_data(as_text=True)
    run_due(app)
    assert "1 个后台任务已结束" in client.get("/u/990101-S01/").get_data(as_text=True)
    page = client.get("/u/990101-S01/jobs").get_data(as_text=True)
    assert "every 2s" not in page and "登记了 1 次走访" in page
    assert "后台任务已结束" not in client.get("/u/990101-S01/").get_data(as_text=True)


def test_a_result_file_goes_to_the_person_who_asked_for_it(app: Flask, app_database: Database, asked: uuid.UUID,
                                                           client_as: ClientAs) -> None:
    settings, file_id = app.config["BANGFU_SETTINGS"], uuid.uuid4()
    files = SealedFiles(Vault.of(settings), settings.data_dir / "job-files" / JIA)
    files.keep(file_id, io.BytesIO("甲".encode()))
    run_due(app)
    with app_database.transaction() as session, tenant_scope(session, JIA):
        job = session.scalars(select(Job)).one()
        job.file_name, job.file_type, job.file_size, job.file_path = (
            "名册.csv", "text/csv", 3, f"job-files/{JIA}/{file_id.hex}.sealed")
    address = f"/u/990101-S01/jobs/{asked}/file"
    answer = client_as("jia-school").get(address)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "甲")
    assert "attachment" in answer.headers["Content-Disposition"]
    answer.close()
    assert client_as("jia-admin").get(address).status_code == 403
    with app_database.engine.connect() as connection:
        sentences = connection.scalars(text("SELECT sentence FROM trail_entries WHERE action = 'export:jobs.file'")).all()
    assert len(sentences) == 1 and "名册.csv" in sentences[0]
