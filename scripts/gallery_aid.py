"""What the pictures of 学生资助 need beyond the demo: drafts that were tried, in a county and over those below a province,
and addresses that no link of a list leads to."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from core.extensions import Actor, tenant_scope
from core.registry.models import Person
from core.tenancy.queries import get_tenant, newest_applied
from plugins.education_aid.models import AdmissionRound, AidRun, Award, Batch, DropoutCase, Letter
from plugins.education_aid.queries.runs import get_run, latest_run
from plugins.education_aid.services import below, cards, what_if

COUNTY, PROVINCE, SCHOOL = "522723", "62", "620822106-S01"
ACTOR = Actor(None, "演示", role="aid_centre", source="cli")
#: an item with an average and a band
_BAND = "senior-grant"
#: what the province's draft adds to its plan
_ADDED = """
[[education_aid.item]]
code = "junior-living"
name = "初中学生生活补助（试算）"
clause = "二3"
where = { stage = "junior" }
amount = { fixed = "200.00", per = "year" }
share = { parts = [{ payer = "province", part = 6 }, { payer = "city_county", part = 4 }] }
"""


def make(app: Flask) -> None:
    """Try the running plan of the county with one amount raised, and that of the province with one item more."""
    try_in_county(app)
    try_below(app)


def try_in_county(app: Flask) -> None:
    """A draft over the facts of the county's newest run."""
    with app.extensions["bangfu.database"].transaction() as session, tenant_scope(session, COUNTY):
        run, plan = latest_run(session, COUNTY), newest_applied(session, COUNTY)
        if run is None or plan is None:
            return
        draft = plan.source.replace('fixed = "100.00"', 'fixed = "200.00"', 1)
        host = app.extensions["bangfu.host"]
        tried = what_if.begin_what_if(session, host, run, draft.encode(), f"{COUNTY}.toml", "寄宿生提标 100 元（演示）", ACTOR)
        what_if.run_what_if(session, host, tried, ACTOR)


def try_below(app: Flask) -> None:
    """A draft over the school below the province whose plan the demo has."""
    database, host = app.extensions["bangfu.database"], app.extensions["bangfu.host"]
    with database.transaction() as session, tenant_scope(session, {PROVINCE, SCHOOL}):
        newest, plan = latest_run(session, SCHOOL), newest_applied(session, PROVINCE)
        if newest is None or plan is None:
            return
        run = below.begin_below(session, host, get_tenant(session, PROVINCE), (newest.school_year, newest.term),
                                (plan.source + _ADDED).encode(), "初中学生生活补助（演示）", [get_tenant(session, SCHOOL)], ACTOR)
        asked = below.asked_of(session, host, run, ACTOR)
    counts = below.cost_county(database, host, asked, SCHOOL)
    with database.transaction() as session, tenant_scope(session, PROVINCE):
        run = get_run(session, PROVINCE, run.id)
        below.note_county(run, SCHOOL, counts)
        below.finish(session, run, ACTOR)


def addresses(app: Flask) -> dict[str, str]:
    """The last parts of the addresses: batches, letters, a round, a case of a child who is away, a draft, a parents' card."""
    secret, database = app.config["BANGFU_SETTINGS"].secret_key, app.extensions["bangfu.database"]
    with database.session() as session, tenant_scope(session, PROVINCE):
        upper = session.scalars(select(AidRun.id).where(AidRun.tenant_id == PROVINCE, AidRun.kind == below.BELOW).limit(1)).first()
    with database.session() as session, tenant_scope(session, COUNTY):
        def first(model: Any, *where: Any) -> str:
            return str(session.scalars(select(model.id).where(model.tenant_id == COUNTY, *where).limit(1)).first())

        award = session.scalars(select(Award).where(Award.tenant_id == COUNTY, Award.state == "entitled", Award.kind == "cash")
                                .order_by(Award.id).limit(1)).one()
        person = session.get(Person, (COUNTY, award.person_id))
        assert person is not None  # the award refers to it
        card = cards.card_of(session, person, award.school_year, award.term)
        varied = session.scalars(select(Award).where(Award.tenant_id == COUNTY, Award.state == "entitled", Award.item == _BAND)
                                 .order_by(Award.school_year.desc(), Award.term.desc(), Award.class_name.desc(), Award.id).limit(1)).one()
        return {"batch": first(Batch, Batch.returned_count > 0), "at_bank": first(Batch, Batch.state == "sent"),
                "letter": first(Letter, Letter.state == "sent"), "answered": first(Letter, Letter.state == "replied"),
                "band": f"{varied.unit_id}/{_BAND}", "round": first(AdmissionRound),
                "dropout": first(DropoutCase), "draft": first(AidRun, AidRun.kind == what_if.WHAT_IF), "below": str(upper),
                "card": cards.link_of(secret, COUNTY, card)}
