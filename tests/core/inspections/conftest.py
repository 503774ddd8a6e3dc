"""甲县 with a plan that asks for checks and names four types of problems, people of two parts of a school, and a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.guard import KEY
from core.accounts.models import Account
from core.accounts.passwords import hash_password
from core.accounts.services import assign, store_account
from core.extensions import CHINA, Actor, Database, clock, tenant_scope
from core.inspections.models import Finding
from core.inspections.services.rectifying import Problem, raise_finding
from core.units.models import Unit
from core.units.queries import get_unit_by_code
from tests.factories.tenancy import apply_plan, profile_text
from tests.factories.world import PASSWORD, SINCE

JIA, SCHOOL, CITY = "990101", "990101-S01", "9901"
AUDITOR, COUNTY = Actor(None, "测试督查", role="auditor"), Actor(None, "测试责任", role="tenant_admin")
#: a Monday in the autumn term
DAY = dt.date(2026, 11, 2)
MEALS = """
[[check]]
code = "meals"
name = "伙食检查"
clause = "一"
rows = "core.unit"
at = "school"
every = "month"
within_days = 10
signers = ["general_office", "meals_committee"]
items = [
  { code = "meals", question = "营养餐已落实" },
  { code = "subsidy", question = "寄宿生补助用在安全的饭菜上" },
]
"""
CLASSES = """
[[check]]
code = "classes"
name = "逐班核对"
clause = "一"
rows = "core.classes"
at = "school"
every = { state = "unspecified", printed = "定期" }
items = [ { code = "waived", question = "费用已免" }, { code = "count", question = "免费人数", answer = "number" } ]
"""
KINDS = "".join(f'\n[[finding_kind]]\ncode = "k{number}"\nname = "{name}"\nclause = "一"\n' for number, name in enumerate(
    ("教师待遇", "资源薄弱", "职业教育", "资助与营养不到位"), start=1))
MoveTo = Callable[[dt.date], None]


@pytest.fixture
def move_to(monkeypatch: pytest.MonkeyPatch) -> MoveTo:
    """Move the clock to nine in the morning of a day."""
    def move(day: dt.date) -> None:
        monkeypatch.setattr(clock, "_now", lambda: dt.datetime.combine(day, dt.time(9), CHINA))

    move(DAY)
    return move


@pytest.fixture
def planned(app: Flask, app_database: Database, move_to: MoveTo) -> Database:
    """The plan is in force, and two people of a school can sign in: jia-general (总务处) and jia-meals (膳食委员会)."""
    with app_database.transaction() as session:
        apply_plan(session, profile_text(MEALS, CLASSES, KINDS), app.extensions["bangfu.host"])
        account = store_account(session, "jia-meals", "测试膳食", hash_password(PASSWORD), COUNTY)
        assign(session, account, "meals_committee", get_unit_by_code(session, SCHOOL), COUNTY, known=app.extensions[KEY], since=SINCE)
    return app_database


@contextmanager
def at_work(database: Database) -> Iterator[Session]:
    """A session that writes in 甲县, committed at the end."""
    with database.transaction() as session, tenant_scope(session, JIA):
        yield session


@pytest.fixture
def jia(planned: Database) -> Iterator[Session]:
    """A writing session of 甲县."""
    with at_work(planned) as session:
        yield session


def as_actor(session: Session, login: str) -> Actor:
    """Somebody of the world as services know them."""
    account = session.scalars(select(Account).where(Account.login == login)).one()
    return Actor(account.id, account.name)


def raised(session: Session, title: str = "公示栏没有更新", unit: str = JIA, by: str = CITY, actor: Actor = AUDITOR,
           **values: object) -> Finding:
    """A problem of a unit of 甲县, raised for the city."""
    found: dict[str, Unit] = {code: get_unit_by_code(session, code) for code in (unit, by)}
    values.setdefault("limit_on", dt.date(2026, 11, 30))
    return raise_finding(session, JIA, found[unit], found[by], Problem(title, **values), actor)  # type: ignore[arg-type]
