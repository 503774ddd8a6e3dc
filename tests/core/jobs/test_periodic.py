"""What used to wait for cron comes round by itself: sealing, plans by their dates, tidying up."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from flask import Flask
from sqlalchemy import text

from core.extensions import Actor, Database, all_tenants, clock, utcnow
from core.host.services import set_switch
from core.jobs.models import Job, State
from core.jobs.worker import begin_periodic, parts_of, run_due
from core.tenancy.services import apply_from_command_line
from core.trail import sealing
from core.trail.services import record
from tests.conftest import ClientAs

PLAN = """
schema = 1
[tenant]
unit = "990102"
name = "乙县"
[[document]]
title = "乙县走访示例方案"
issuer = "乙县教育局"
date = 2019-12-20
starts = 2020-01-01
[[clause]]
id = "（二）"
text = "自2035年起每年走访困难家庭"
[[plugin]]
code = "sample"
clause = "（二）"
from = 2035-01-01
"""


def turn(app: Flask, code: str) -> str:
    """Let one periodic job have its turn; what came of it."""
    parts = parts_of(app)
    begin_periodic(parts)
    with parts.database.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET not_before = CASE WHEN code = :code THEN :past ELSE :future END"),
                           {"code": code, "past": "2020-01-01 00:00:00.000000", "future": "2099-01-01 00:00:00.000000"})
    assert run_due(app) == 1
    with parts.database.engine.connect() as connection:
        return str(connection.scalar(text("SELECT sentence FROM jobs WHERE code = :code"), {"code": code}))


def test_the_trail_is_sealed_without_cron(app: Flask, app_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "utcnow", lambda: utcnow() + dt.timedelta(minutes=2))  # entries have settled
    with app_database.transaction() as session:
        record(session, Actor(None, "测试甲"), "core:test:write", "测试", subject="test:1", tenant_id="990101")
    assert turn(app, "auditing.seal").startswith("封存 ")
    with app_database.engine.connect() as connection:
        sealed = connection.scalars(text("SELECT DISTINCT tenant_id FROM trail_batches")).all()
    assert {"00", "990101"} <= set(sealed)


def test_a_plan_that_begins_by_its_date_is_followed_once(app: Flask, app_database: Database, client_as: ClientAs,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    host, page = app.extensions["bangfu.host"], "/u/990102-S01/p/sample/"
    with app_database.transaction() as session:
        apply_from_command_line(session, host, PLAN.encode(), "yi.toml", Actor.command_line())
    client = client_as("yi-school")
    assert turn(app, "tenancy.dates") == "没有方案随日期变化"
    assert client.get(page).status_code == 404
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime(2035, 1, 1, 9, tzinfo=clock.CHINA))
    assert turn(app, "tenancy.dates") == "随日期开关插件：乙县（sample）"
    assert client.get(page).status_code == 200
    with app_database.transaction() as session:
        set_switch(session, host, "990102", "sample", False, Actor(None, "测试甲"), reason="暂停", planned=frozenset())
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime(2035, 1, 2, 9, tzinfo=clock.CHINA))
    assert turn(app, "tenancy.dates") == "没有方案随日期变化"
    assert client.get(page).status_code == 404  # what somebody has turned by hand stays


def test_old_files_and_jobs_are_removed(app: Flask, app_database: Database) -> None:
    folder = app.config["BANGFU_SETTINGS"].data_dir / "job-files" / "990101"
    folder.mkdir(parents=True)
    now = utcnow()
    with app_database.transaction() as session, all_tenants(session, "测试"):
        for days in (1, 31, 400):
            moment = now - dt.timedelta(days=days)
            (folder / f"{days}.csv").write_text("甲")
            os.utime(folder / f"{days}.csv", (moment.timestamp(), moment.timestamp()))
            session.add(Job(tenant_id="990101", code="sample.visit", arguments={}, who="测试甲", role="", state=State.DONE,
                            not_before=moment, finished_at=moment, file_path=f"job-files/990101/{days}.csv"))
    assert turn(app, "jobs.tidy") == "清理 2 个结果文件、1 个任务"
    assert [path.name for path in folder.iterdir()] == ["1.csv"]
