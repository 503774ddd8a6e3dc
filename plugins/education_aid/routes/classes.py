"""班级: the pupils of a class with what each is entitled to, and the ways from here to what a class teacher does."""

from __future__ import annotations

from flask import request

from core.web.markers import require
from core.web.request import db, unit
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.classes import pupils_of
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked


@blueprint.get("/class")
@require(Action.AWARD_READ)
def class_list(code: str) -> str:
    """A class of the working unit in a term."""
    term, name = term_asked(), request.args.get("class_name", "").strip()[:40]
    return show("class.html", term=term, class_name=name,
                rows=pupils_of(db(), scope_for(Action.AWARD_READ), unit().id, term.school_year, term.number, name))
