"""What the pictures of 学生资助 need beyond the demo: a draft that was tried, and addresses that no link of a list leads to."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from core.extensions import Actor, tenant_scope
from core.registry.models import Person
from core.tenancy.queries import newest_applied
from plugins.education_aid.models import AdmissionRound, AidRun, Award, Batch, DropoutCase, Letter
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.services import cards, what_if

COUNTY = "522723"
ACTOR = Actor(None, "演示", role="aid_centre", source="cli")
#: an item with an average and a band
_BAND = "senior-grant"


def make(app: Flask) -> None:
    """Try the running plan with one amount raised."""
    with app.extensions["bangfu.database"].transaction() as session, tenant_scope(session, COUNTY):
        run, plan = latest_run(session, COUNTY), newest_applied(session, COUNTY)
        if run is None or plan is None:
            return
        draft = plan.source.replace('fixed = "100.00"', 'fixed = "200.00"', 1)
        host = app.extensions["bangfu.host"]
        tried = what_if.begin_what_if(session, host, run, draft.encode(), f"{COUNTY}.toml", "寄宿生提标 100 元（演示）", ACTOR)
        what_if.run_what_if(session, host, tried, ACTOR)


def addresses(app: Flask) -> dict[str, str]:
    """The last parts of the addresses: batches, letters, a round, a case of a child who is away, a draft, a parents' card."""
    secret = app.config["BANGFU_SETTINGS"].secret_key
    with app.extensions["bangfu.database"].session() as session, tenant_scope(session, COUNTY):
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
                "dropout": first(DropoutCase), "draft": first(AidRun, AidRun.kind == what_if.WHAT_IF),
                "card": cards.link_of(secret, COUNTY, card)}
