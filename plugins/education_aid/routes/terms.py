"""The term a page is about: asked for in the address, or the one of today."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request

from core.extensions import today
from core.web.request import db
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.boards import terms_known
from plugins.education_aid.routes.blueprint import scope_for
from plugins.education_aid.rules.words import TERMS, term_on, term_title


@dataclass(frozen=True)
class Term:
    """A school year (2019 is 2019–2020) and a term of it."""

    school_year: int
    number: int

    @property
    def title(self) -> str:
        """As people read it."""
        return term_title(self.school_year, self.number)


def term_asked() -> Term:
    """The term of the address; where it names none, the newest that has anything here, or that of today."""
    now, values = _newest(), request.values
    year, number = values.get("school_year", type=int), values.get("term", type=int)
    return Term(year if year and 2000 <= year <= 2100 else now.school_year, number if number in dict(TERMS) else now.number)


def years_around() -> list[tuple[str, str]]:
    """School years to choose from: those that have anything, the one asked for, and those of now."""
    now = term_on(today())[0]
    years = {now + 1, now, now - 1, term_asked().school_year, *(year for year, _ in _known())}
    return [(str(year), f"{year}—{year + 1}") for year in sorted(years, reverse=True)]


def _newest() -> Term:
    return Term(*next(iter(_known()), term_on(today())))


def _known() -> list[tuple[int, int]]:
    if "aid_terms" not in g:
        g.aid_terms = terms_known(db(), scope_for(Action.AWARD_READ))
    found: list[tuple[int, int]] = g.aid_terms
    return found
