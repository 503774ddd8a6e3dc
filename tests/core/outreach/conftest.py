"""甲县 of the small province with a plan of four channels, children whose guardians have telephones, and a campaign."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import CHINA, Database, all_tenants, clock, tenant_scope
from core.jobs.worker import run_due
from core.ledgers.storing import create
from core.outreach.ledgers import CAMPAIGNS, REFUSALS
from core.outreach.models import Campaign, Delivery
from core.registry.services.persons import note_guardian
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from core.webhooks.hosts import allow_host
from tests.core.webhooks.conftest import Receiver
from tests.factories.registry import ACTOR, JIA, make_enrolment, make_person
from tests.factories.tenancy import apply_plan, profile_text

SCHOOL, VILLAGE = "990101-S01", "990101101"
TEXT = "测试短信：资助开始申请"
PLAN = """
[[outreach]]
code = "channels"
name = "政策宣讲"
clause = "一"
channels = ["television", "sms", "wechat", "banner"]
least = 4
"""


def phone(number: int) -> str:
    """A made-up number."""
    return f"139{number:08d}"


@dataclass
class Desk:
    """What a test does with the running platform."""

    app: Flask
    database: Database
    campaign_id: uuid.UUID

    @property
    def at(self) -> str:
        """The page of the campaign."""
        return f"/u/{JIA}/outreach/campaigns/{self.campaign_id}"

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Do something in 甲县, committed."""
        with self.database.transaction() as session, tenant_scope(session, JIA):
            return work(session)

    def families(self, count: int, **consent: Any) -> None:
        """So many children at the school, each with a guardian who has a telephone."""
        def make(session: Session) -> None:
            village, school = get_unit_by_code(session, VILLAGE), get_unit_by_code(session, SCHOOL)
            for number in range(1, count + 1):
                child = make_person(session, village, name=f"测试童{'甲乙丙丁戊己庚辛壬癸'[number % 10]}", birth_on=dt.date(2009, 5, 1))
                make_enrolment(session, child, school, stage="primary", grade=1, class_name="1班")
                note_guardian(session, child, {"name": "测试监护", "relation": "父亲", "phone": phone(number), **consent}, ACTOR)
        self.write(make)

    def refuse(self, number: int) -> None:
        """A number that wants nothing."""
        self.write(lambda session: create(session, REFUSALS, JIA, get_unit_by_code(session, JIA).id, {
            "phone": phone(number), "unit_id": str(get_unit_by_code(session, JIA).id), "refused_on": dt.date(2019, 9, 1)}, ACTOR))

    def allow(self, receiver: Receiver) -> None:
        """Let the gateway be told at the receiver's own address."""
        with self.database.transaction() as session:
            allow_host(session, get_unit_by_code(session, JIA), receiver.place, "测试放行", ACTOR, tenant_id=JIA)

    def run(self, *, early: bool = False) -> None:
        """Let the background work."""
        run_due(self.app, early=early)

    def deliveries(self) -> list[Delivery]:
        """Every delivery."""
        with self.database.session() as session, tenant_scope(session, JIA):
            found = list(session.scalars(select(Delivery).order_by(Delivery.id)))
            session.expunge_all()
            return found

    def trail(self) -> list[TrailEntry]:
        """Every entry."""
        with self.database.session() as session, all_tenants(session, "核对"):
            found = list(session.scalars(select(TrailEntry).order_by(TrailEntry.id)))
            session.expunge_all()
            return found


@pytest.fixture(autouse=True)
def autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A working day in October 2019."""
    monkeypatch.setattr(clock, "_now", lambda: dt.datetime(2019, 10, 8, 9, tzinfo=CHINA))


@pytest.fixture
def desk(app: Flask, app_database: Database) -> Iterator[Desk]:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        apply_plan(session, profile_text(PLAN), app.extensions["bangfu.host"])
        county = get_unit_by_code(session, JIA)
        campaign_id = create(session, CAMPAIGNS, JIA, county.id, {
            "title": "测试宣讲", "code": "c1", "unit_id": str(county.id), "content": "测试", "message": TEXT,
            "begins_on": dt.date(2019, 10, 1)}, ACTOR)
        assert session.get(Campaign, (JIA, campaign_id)) is not None
    yield Desk(app, app_database, campaign_id)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()
