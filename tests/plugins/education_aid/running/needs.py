"""Sections of a plan about surveys, needs, pathways and the two databases, and short ways to write their rows."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from core.ledgers.columns import fields_for
from core.ledgers.storing import create
from core.registry.models import Household, Person, Status
from plugins.education_aid.ledgers.needs import PATHWAYS, SURVEYS
from tests.plugins.education_aid.running.support import CENTRE, JIA, SCHOOL, YEAR, County

SURVEY = """
[[education_aid.survey]]
code = "pupils"
name = "测试调查表"
clause = "一"
summary = "测试汇总表"
by = ["walk"]

[[ledger_columns]]
code = "walk"
name = "上学路程"
clause = "一"
ledger = "education_aid.surveys"
kind = "choice"
choices = ["一小时内", "一小时以上"]
"""
NEED = """
[[education_aid.need]]
code = "study"
name = "学业"
clause = "一"
measures = [{ title = "测试补习", owner = "测试班主任", days = 30 }]

[[education_aid.need]]
code = "living"
name = "生活"
clause = "一"
measures = [{ title = "测试补报", owner = { state = "unspecified", printed = "明确专人" } }]
"""
PATHWAY = """
[[education_aid.pathway]]
code = "nine"
name = "测试贯通"
clause = "一"
stages = [{ stage = "compulsory", years = 9, primary = 6 }, { stage = "vocational", years = 3 }, { stage = "college", years = 3 }]
"""
ROLL = """
[[education_aid.roll]]
code = "databases"
name = "测试两库"
clause = "一"
categories = ["filing_card"]
"""


def surveyed(county: County, person: Person, needs: str = "", **values: Any) -> uuid.UUID:
    """A survey of a pupil at the school."""
    given = {"person_id": str(person.id), "unit_id": str(county.units[SCHOOL].id), "school_year": YEAR, "surveyed_on": dt.date(2019, 10, 8),
             "stage": "junior", "needs": needs, **values}
    return create(county.session, SURVEYS, JIA, county.units[SCHOOL].id, given, CENTRE, fields=fields_for(county.session, SURVEYS, JIA))


def on_the_way(county: County, person: Person, stage: str = "vocational", since: dt.date = dt.date(2019, 9, 1), **values: Any) -> uuid.UUID:
    """A pupil of the pathway."""
    given = {"person_id": str(person.id), "unit_id": str(county.units[SCHOOL].id), "pathway": "nine", "stage": stage, "grade": 1,
             "since": since, "state": "active", **values}
    return create(county.session, PATHWAYS, JIA, county.units[SCHOOL].id, given, CENTRE)


def poor(county: County, household: Household, since: dt.date = dt.date(2014, 1, 1)) -> Status:
    """建档立卡 of a household."""
    made = Status(tenant_id=JIA, unit_id=household.unit_id, subject_kind="household", subject_id=household.id, kind="filing_card",
                  since=since)
    county.session.add(made)
    county.session.flush()  # what follows asks for it
    return made
