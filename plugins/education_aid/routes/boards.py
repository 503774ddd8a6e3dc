"""The clerk's board of a term: entitled, applied, in publicity, paid, missed; by county, by school, by class."""

from __future__ import annotations

from flask import Response, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput
from core.tenancy.queries import own_tenant, tenant_of
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.education_aid.ledgers.awards import KINDS as AWARD_KINDS
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import boards
from plugins.education_aid.queries.payments import count_states
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.rules.words import PAYMENT_STATES, TERMS
from plugins.education_aid.services import applying


def _by() -> str:
    """Counties from above, schools within a county, classes within a school."""
    own = tenant_of(db(), unit())
    if own is None or scope_for(Action.APPLICATION_READ).tenants != {own.id}:
        return "tenant"
    return "class" if unit().kind == "school" else "school"


@blueprint.get("/board")
@require(Action.APPLICATION_READ)
def board(code: str) -> str:
    """The board of a term."""
    term, by = term_asked(), _by()
    scope = scope_for(Action.APPLICATION_READ)
    lines, whole = boards.board(db(), scope, term.school_year, term.number, by)
    states = count_states(db(), scope, term.school_year, term.number)
    apart = boards.beside_bank(db(), scope, term.school_year, term.number)
    return show("board.html", term=term, by=by, lines=lines, whole=whole, states=states, state_words=PAYMENT_STATES, terms=TERMS,
                years=years_around(), may_draft=_may_draft(), apart=apart, forms=dict(AWARD_KINDS))


@blueprint.get("/board.csv")
@require(Action.APPLICATION_EXPORT)
def board_file(code: str) -> Response:
    """The board as a file."""
    term, by = term_asked(), _by()
    lines, whole = boards.board(db(), scope_for(Action.APPLICATION_EXPORT), term.school_year, term.number, by)
    head = [gettext(text) for text in (N_("单位"), N_("应享人项"), N_("应享金额"), N_("已申请"), N_("公示中"), N_("已批准"), N_("已享受"),
                                       N_("已发金额"), N_("未享"),
                                       N_("享受率%"))]
    rows = [_row(line.title, line.sums) for line in lines] + [_row(gettext("合计"), whole)]
    return csv_file(f"term-board-{code}-{term.school_year}-{term.number}", head, rows)


def _row(title: str, sums: boards.Sums) -> list[object]:
    return [title, sums.entitled, sums.entitled_amount, sums.applied, sums.publicity, sums.approved, sums.paid, sums.paid_amount,
            sums.missed,
            "" if sums.rate is None else sums.rate]


@blueprint.post("/board/draft")
@require(Action.APPLICATION_WRITE)
def draft(code: str) -> ResponseReturnValue:
    """Make applications of a term's awards."""
    term = term_asked()
    if not _may_draft():
        raise InvalidInput(N_("请在县级或学校生成申请"))
    ids = None
    if own_tenant(db(), unit()) is None:
        ids = [unit().id]
    count = applying.draft_from_awards(db(), g.tenant_id, term.school_year, term.number, actor(), ids)
    flash(ngettext("已生成 %(num)s 份申请", "已生成 %(num)s 份申请", count) if count else gettext("应享明细都已有申请，没有新的"),
          "success" if count else "info")
    return redirect(url_for("ledger-education_aid-applications.index", code=code) if count else
                    url_for("education_aid.board", code=code, school_year=term.school_year, term=term.number))


def _may_draft() -> bool:
    return unit().kind == "school" or own_tenant(db(), unit()) is not None
