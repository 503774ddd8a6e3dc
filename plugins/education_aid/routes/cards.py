"""明白卡: made out by the school or the centre, read by the parent from its code without signing in."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, g, url_for

from core.people.queries import enrolments_seen, find_reachable
from core.printing import qr
from core.publicity.site import render_public
from core.registry.permissions import Action as Registry
from core.web.markers import public, public_blueprint, require
from core.web.request import db, settings
from plugins.education_aid.permissions import Action
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.rules.words import TERMS
from plugins.education_aid.services import cards

public_pages: Blueprint = public_blueprint("education_aid", "plugins.education_aid")


@blueprint.get("/persons/<uuid:person_id>/card")
@require(Action.AWARD_READ)
def card(code: str, person_id: uuid.UUID) -> str:
    """A child's card with its code to scan."""
    person = find_reachable(db(), scope_for(Registry.PERSON_READ), scope_for(Registry.ENROLMENT_READ), person_id)
    term = term_asked()
    here = [one for one in enrolments_seen(db(), person, scope_for(Registry.ENROLMENT_READ))
            if (one.school_year, one.term) == (term.school_year, term.number) and one.ended_on is None]
    return show("card.html", person=person, enrolments=here, card=cards.card_of(db(), person, term.school_year, term.number), term=term,
                terms=TERMS,
                years=years_around(), days=cards.DAYS)


@blueprint.get("/persons/<uuid:person_id>/card.svg")
@require(Action.AWARD_READ)
def card_code(code: str, person_id: uuid.UUID) -> Response:
    """The code that carries the card."""
    person = find_reachable(db(), scope_for(Registry.PERSON_READ), scope_for(Registry.ENROLMENT_READ), person_id)
    term = term_asked()
    found = cards.card_of(db(), person, term.school_year, term.number)
    token = cards.link_of(settings().secret_key, person.tenant_id, found)
    address = url_for("education_aid-public.open_card", code=person.tenant_id, token=token, _external=True)
    answer = Response(qr(address, error="l"), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@public_pages.get("/card/<token>")
@public("明白卡由家长扫码查看，只有链接里签过名的内容")
def open_card(code: str, token: str) -> Response:
    """What a link carries, and nothing else: no record is read."""
    return render_public("education_aid/public/card.html", keeps=False, card=cards.read_link(settings().secret_key, g.tenant_id, token))

