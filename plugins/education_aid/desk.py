"""What aid shows on the workbench: what the newest term entitles to, what of it was paid, and what is missed."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions.phrases import phrase
from core.host.contract import Card, Place
from core.web.filters import money, number
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import boards
from plugins.education_aid.rules.words import term_title

_ENTITLED = phrase(N_("%(term)s，%(count)s 人项"))
_PAID = phrase(N_("%(count)s 人项到账"))


def cards(session: Session, place: Place) -> list[Card]:
    """应享, 已享受 and 应享未享 of the newest term at and below a place, as its board counts them."""
    scope = place.scope(Action.APPLICATION_READ)
    known = boards.terms_known(session, scope) if scope.tenants else []
    if not known:
        return []
    year, term = known[0]
    whole = boards.sums_of(session, scope, year, term)
    board = url_for("education_aid.board", code=place.code, school_year=year, term=term)
    return [
        Card(N_("应享资助"), money(whole.entitled_amount), _ENTITLED(term=term_title(year, term), count=number(whole.entitled)), board),
        Card(N_("已享受资助"), money(whole.paid_amount), _PAID(count=number(whole.paid)), board,
             "success" if whole.paid else "plain"),
        Card(N_("应享未享"), number(whole.missed), N_("人项，以银行到账为准"), _missed(place, year, term, board),
             "warning" if whole.missed else "success"),
    ]


def _missed(place: Place, year: int, term: int, board: str) -> str:
    """The list of who is missed, for whoever may read it."""
    if not place.scope(Action.CASE_READ).tenants:
        return board
    return url_for("education_aid.check", code=place.code, school_year=year, term=term)
