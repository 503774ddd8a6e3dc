"""The job that renews the keys, and the commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from core.cli import main
from core.extensions import Actor, Database, tenant_scope
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.jobs.worker import run_due
from core.registry.rotating import CODE
from core.trail.models import PLATFORM
from core.units.queries import get_unit_by_code
from tests.factories.registry import JIA, make_person


@pytest.fixture
def sealed(app_database: Database) -> Database:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        make_person(session, get_unit_by_code(session, "990101100001"), phone="13800000000")
    return app_database


def test_the_job_brings_every_value_to_a_new_key(app: Flask, sealed: Database) -> None:
    with sealed.transaction() as session:
        job = enqueue(session, Actor.command_line(), CODE, {}, tenant_id=PLATFORM)
    run_due(app)
    with sealed.session() as session, tenant_scope(session, PLATFORM):
        done = session.get_one(Job, (PLATFORM, job.id))
        assert (done.state, done.sentence) == ("done", "换用第 2 版密钥，重新加密 1 处、0 个文件")


def test_the_commands_renew_and_wait_before_they_retire(app: Flask, sealed: Database, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_DATABASE_URL", sealed.url)
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path))
    run = CliRunner()
    assert "第 1 版" in run.invoke(main, ["privacy", "status"]).output
    assert "重新加密 1 处" in run.invoke(main, ["privacy", "rotate"]).output
    assert "可用：1、2" in run.invoke(main, ["privacy", "status"]).output
    refused = run.invoke(main, ["privacy", "retire"])
    assert (refused.exit_code, "60 分钟" in refused.output) == (1, True)
