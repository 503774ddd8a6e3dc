"""The school year a page about surveys is on: asked for in the address, or the newest that has any."""

from __future__ import annotations

from flask import request

from core.extensions import today
from core.web.request import db
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.needs import newest_survey_year
from plugins.education_aid.routes.blueprint import scope_for
from plugins.education_aid.rules.words import term_on


def survey_year() -> int:
    """The year of the address; where it names none, the newest with a survey here, or that of today."""
    asked = request.values.get("school_year", type=int)
    if asked and 2000 <= asked <= 2100:
        return asked
    return newest_survey_year(db(), scope_for(Action.NEED_READ)) or term_on(today())[0]


def survey_years() -> list[tuple[str, str]]:
    """School years to choose from."""
    now, asked = term_on(today())[0], survey_year()
    years = sorted({asked, asked - 1, asked + 1, now, now - 1}, reverse=True)
    return [(str(year), f"{year}—{year + 1}") for year in years]
