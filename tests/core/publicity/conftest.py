"""A county at work with notices: the national plan's five working days, and a clock that a test may move."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from core.config import ROOT
from core.extensions import CHINA, Actor, Database, clock, tenant_scope
from core.host.manager import PluginHost
from core.host.notices import NoticeColumn, NoticeSpec
from core.publicity.models import Notice
from core.publicity.services import open_notice
from core.tenancy.services import apply_from_command_line
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.support.apps import lent_app

JIA, YI = "990101", "990102"
ACTOR = Actor(None, "测试经办", role="aid_centre")
#: a Monday; five working days later is Monday again
DAY = dt.date(2026, 11, 23)
GIFTS = NoticeSpec("sample.gifts", "捐赠公示", (
    NoticeColumn("donor", "捐赠人", mask="name"), NoticeColumn("amount", "金额（元）", kind="yuan"),
    NoticeColumn("note", "备注")), action="sample:visit:write", clause="示例方案（二）", summary="接受监督。",
    meets=("sample.publish",))
ROWS = [{"donor": "测试甲", "amount": Decimal("100.00"), "note": "冬衣", "id_number": "从不读取"},
        {"donor": "欧阳测试", "amount": Decimal("12300.50"), "note": ""}]
MoveTo = Callable[..., None]


@pytest.fixture
def move_to(monkeypatch: pytest.MonkeyPatch) -> MoveTo:
    """Move the clock to a day and a time of it in China."""
    def move(day: dt.date, time: dt.time = dt.time(9)) -> None:
        moment = dt.datetime.combine(day, time, CHINA)
        monkeypatch.setattr(clock, "_now", lambda: moment)

    move(DAY)
    return move


@pytest.fixture
def host(app: Flask, move_to: MoveTo) -> PluginHost:
    found: PluginHost = app.extensions["bangfu.host"]
    return found


@pytest.fixture(scope="session")
def planned_template(world_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world with the national plan in force since that Monday, made once."""
    path = tmp_path_factory.mktemp("planned") / "world.sqlite3"
    shutil.copy(world_template, path)
    settings = settings_for(f"sqlite:///{path}", path.parent, SAMPLE)
    with pytest.MonkeyPatch.context() as patch, lent_app(settings) as app:
        patch.setattr(clock, "_now", lambda: dt.datetime.combine(DAY, dt.time(9), CHINA))
        database: Database = app.extensions["bangfu.database"]
        with database.transaction() as session:
            apply_from_command_line(session, app.extensions["bangfu.host"], (ROOT / "tenants/national.toml").read_bytes(), "national.toml")
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def planned(planned_template: Path, app_database: Database, move_to: MoveTo) -> Database:
    """The world with the national plan in force."""
    app_database.dispose()
    shutil.copy(planned_template, make_url(app_database.url).database or "")
    return app_database


@pytest.fixture
def county(planned: Database) -> Iterator[Session]:
    """A writing session open on 甲县."""
    with county_session(planned) as session:
        yield session


@contextmanager
def county_session(database: Database, tenant_id: str = JIA) -> Iterator[Session]:
    """A writing session of one county, committed at the end."""
    with database.transaction() as session, tenant_scope(session, tenant_id):
        yield session


def publish(session: Session, host: PluginHost | None, *, tenant_id: str = JIA, unit: str = "", spec: NoticeSpec = GIFTS,
            title: str = "冬衣捐赠公示", rows: Any = ROWS, subject: str = "sample.gift:1", **more: Any) -> Notice:
    """Open a notice."""
    return open_notice(session, host, spec, tenant_id, get_unit_by_code(session, unit or tenant_id), title, rows, ACTOR,
                       subject=subject, **more)


@pytest.fixture
def shown(planned: Database, host: PluginHost) -> Notice:
    """A notice of 甲县, to be seen from 2026-11-23 to 2026-11-30."""
    with county_session(planned) as session:
        notice = publish(session, host)
        session.flush()
    return notice
