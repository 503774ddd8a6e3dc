"""班级: the pupils of a class with what each is entitled to, and the ways from here to what a class teacher does."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_
from core.web.markers import require
from core.web.request import db, unit
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.classes import Pupil, pupils_of
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked


@blueprint.get("/class")
@require(Action.AWARD_READ)
def class_list(code: str) -> str:
    """A class of the working unit in a term."""
    return show("class.html", term=term_asked(), class_name=_name(), rows=_pupils(Action.AWARD_READ))


@blueprint.get("/class.csv")
@require(Action.AWARD_EXPORT)
def class_file(code: str) -> Response:
    """The class as a file."""
    head = [gettext(text) for text in (N_("学生"), N_("应享（项）"), N_("应享（元）"), N_("已到账（元）"))]
    return csv_file(f"class-{code}", head, [(one.name, one.items, one.due, one.paid) for one in _pupils(Action.AWARD_EXPORT)])


def _name() -> str:
    return request.args.get("class_name", "").strip()[:40]


def _pupils(action: str) -> list[Pupil]:
    term = term_asked()
    return pupils_of(db(), scope_for(action), unit().id, term.school_year, term.number, _name())
