"""Two records of one person: side by side, made one, and parted again."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from core.access.scoping import get_scoped
from core.errors import PlatformError
from core.host.request import plugin_host
from core.people import rules
from core.people.queries import list_merges, search_persons
from core.people.routes.blueprint import blueprint, people_word, scope_for, show
from core.registry import services
from core.registry.models import Enrolment, Guardian, Household, Person, PersonMerge, Status
from core.registry.permissions import Action
from core.registry.queries import get_record, present
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db

FOUND = 20
_COMPARED = (("name", "姓名"), ("sex_word", "性别"), ("birth_on", "出生日期"), ("id_kind_word", "证件类型"),
             ("id_number_mask", "证件号"), ("phone_mask", "联系电话"), ("register_number_mask", "学籍号"),
             ("place", "所在村或单位"), ("household", "所在户"), ("relation", "与户主关系"),
             ("address", "住址"), ("enrolments", "就读记录"), ("statuses", "身份类别"), ("guardians", "监护人"))


@blueprint.get("/registry/merges")
@require(Action.PERSON_MERGE)
def merges(code: str) -> str:
    """Every merge of the tenant, and which of them can be undone."""
    found = list_merges(db(), g.tenant_id)
    names = {row.id: row.name for row in db().scalars(select(Person).where(Person.id.in_(
        [one.kept_id for one in found] + [one.merged_id for one in found])))}
    return show("merges.html", merges=found, names=names)


@blueprint.get("/registry/merge")
@require(Action.PERSON_MERGE)
def merge_form(code: str) -> str:
    """Choose two records, and see them side by side."""
    return _form()


@blueprint.post("/registry/merge")
@require(Action.PERSON_MERGE)
def merge(code: str) -> ResponseReturnValue:
    """Make them one, for a reason."""
    one, other = _chosen("one"), _chosen("other")
    if one is None or other is None:
        return _form(), 422
    kept, gone = (other, one) if request.form.get("keep") == "other" else (one, other)
    try:
        services.merge_persons(db(), kept, gone, actor(), reason=request.form.get("reason", ""), hooks=plugin_host())
    except PlatformError as refused:
        db().rollback()
        return _form(refused), refused.status
    flash(gettext("已归并，随时可以撤回"), "success")
    return redirect(url_for("registry.person", code=code, person_id=kept.id))


@blueprint.post("/registry/merges/<uuid:merge_id>/part")
@require(Action.PERSON_MERGE)
def part(code: str, merge_id: uuid.UUID) -> ResponseReturnValue:
    """Undo a merge."""
    found = get_scoped(db(), PersonMerge, merge_id, scope_for(Action.PERSON_MERGE))
    services.part_persons(db(), found, actor(), reason=request.form.get("reason", "").strip(), hooks=plugin_host())
    flash(gettext("已撤回归并，两人各归各的记录"), "success")
    return redirect(url_for("registry.merges", code=code))


def _form(refused: PlatformError | None = None) -> str:
    one, other = _chosen("one"), _chosen("other")
    words = request.args.get("q", "").strip()
    found = search_persons(db(), scope_for(Action.PERSON_MERGE), words, FOUND) if words else []
    places = units_by_id(db(), {row.unit_id for row in found})
    compared = rules.differing(_facts(one), _facts(other), _COMPARED) if one and other else []
    return show("merge.html", one=one, other=other, words=words, found=[row for row in found if row not in (one, other)], places=places,
                compared=compared, refused=refused, entered=request.form)


def _chosen(name: str) -> Person | None:
    text = request.values.get(name, "")
    if not text:
        return None
    try:
        return get_scoped(db(), Person, uuid.UUID(text), scope_for(Action.PERSON_MERGE))
    except ValueError:
        return None


def _facts(row: Person) -> dict[str, object]:
    """A record as it is compared; sealed values by their masks."""
    home = get_record(db(), Household, row.tenant_id, row.household_id) if row.household_id else SimpleNamespace(number="", head_name="")
    counts = {}
    for name, model, column in (("enrolments", Enrolment, Enrolment.person_id), ("statuses", Status, Status.subject_id),
                                ("guardians", Guardian, Guardian.person_id)):
        count = db().scalar(select(func.count()).select_from(model).where(model.tenant_id == row.tenant_id,
                                                                          column == row.id, present(model)))
        counts[name] = f"{count} 条"
    places = units_by_id(db(), {row.unit_id})
    return {**{name: getattr(row, name, "") for name, _ in _COMPARED if hasattr(row, name)}, **counts,
            "sex_word": people_word("SEXES", row.sex), "id_kind_word": people_word("ID_KINDS", row.id_kind),
            "place": places[row.unit_id].name if row.unit_id in places else "",
            "household": f"{home.head_name} {home.number}".strip()}
