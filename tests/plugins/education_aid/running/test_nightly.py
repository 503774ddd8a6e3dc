"""The nightly look: every county by itself, and one that fails is told and loses no other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.extensions import Database, all_tenants, tenant_scope
from core.jobs.models import Job
from core.jobs.running import Parts
from core.jobs.worker import begin_periodic, run_due
from core.trail.models import TrailEntry
from plugins.education_aid import nightly
from plugins.education_aid.jobs import NIGHTLY
from plugins.education_aid.models import AidCase
from plugins.education_aid.services import cases
from tests.conftest import settings_for
from tests.plugins.education_aid.running.support import JIA, YI, YI_SCHOOL, County


def turn(county: County, database: Database, folder: Path) -> str:
    """Let the nightly look have its turn; what it says."""
    county.session.commit()
    parts = Parts(settings_for(str(database.engine.url), folder), database, county.host)
    begin_periodic(parts)
    with database.transaction() as session, all_tenants(session, "只让夜间核查到期"):
        session.execute(update(Job).where(Job.code != NIGHTLY).values(not_before=dt.datetime(2099, 1, 1)))  # noqa: DTZ001 - stored without zone
    assert run_due(parts) == 1
    with database.session() as session, all_tenants(session, "看说了什么"):
        return str(session.scalar(select(Job.sentence).where(Job.code == NIGHTLY)))


def found_in(database: Database, tenant_id: str) -> int:
    with database.session() as session, tenant_scope(session, tenant_id):
        return session.scalar(select(func.count()).select_from(AidCase)) or 0


@pytest.fixture
def two_counties(lone: County, sqlite_database: Database) -> County:
    """A child in each of two counties who was entitled and not paid."""
    lone.award(lone.child())
    lone.plan()  # after it the plugin is on in the other county too
    lone.session.commit()
    with sqlite_database.transaction() as session, tenant_scope(session, YI):
        neighbour = County(session, lone.units, lone.host)
        neighbour.award(neighbour.child(village="990102100001", school=YI_SCHOOL, tenant=YI), tenant=YI, school=YI_SCHOOL)
    return lone


def test_every_county_is_looked_at_in_a_transaction_of_its_own(two_counties: County, sqlite_database: Database, tmp_path: Path) -> None:
    assert turn(two_counties, sqlite_database, tmp_path) == "核查 2 个县：新发现 2 件"
    assert (found_in(sqlite_database, JIA), found_in(sqlite_database, YI)) == (1, 1)


def test_a_county_that_fails_loses_no_other_and_is_named(two_counties: County, sqlite_database: Database, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    look = cases.look

    def failing(session: Session, tenant_id: str, *arguments: Any) -> cases.Found:
        found = look(session, tenant_id, *arguments)
        if tenant_id == JIA:
            raise RuntimeError("after all was written")
        return found

    monkeypatch.setattr(nightly.cases, "look", failing)
    assert turn(two_counties, sqlite_database, tmp_path) == "核查 1 个县：新发现 1 件；1 个县没有核查成功：甲县（原因已记入日志）"
    assert (found_in(sqlite_database, JIA), found_in(sqlite_database, YI)) == (0, 1)
    with sqlite_database.session() as session, tenant_scope(session, JIA):
        told = session.scalars(select(TrailEntry.sentence).where(TrailEntry.sentence.startswith("夜间核查没有完成"))).all()
    assert told == ["夜间核查没有完成：原因已记入日志"]
