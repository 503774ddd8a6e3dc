"""The term a page is about: asked for in the address, or the one of today."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from core.extensions import today
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


def term_of_today() -> Term:
    """Autumn from September, spring from March; the winter holidays belong to the autumn."""
    return Term(*term_on(today()))


def term_asked() -> Term:
    """The term of the address, or that of today where it names none."""
    now, values = term_of_today(), request.values
    year, number = values.get("school_year", type=int), values.get("term", type=int)
    return Term(year if year and 2000 <= year <= 2100 else now.school_year, number if number in dict(TERMS) else now.number)


def years_around() -> list[tuple[str, str]]:
    """School years to choose from."""
    now = term_of_today().school_year
    return [(str(year), f"{year}—{year + 1}") for year in range(now + 1, now - 8, -1)]
