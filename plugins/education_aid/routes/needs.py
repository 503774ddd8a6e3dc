"""困难学生: the summary of the survey, and the file of one child with needs, measures and progress."""

from __future__ import annotations

import uuid

from flask import Response, g
from flask_babel import gettext

from core.access.words import csv_file
from core.documents.folders import get_folder, with_plan
from core.documents.permissions import Action as Documents
from core.documents.queries import count_by_item
from core.documents.rules.folders import Completeness, completeness
from core.errors import N_, NotFound
from core.extensions import today
from core.host.ledgers import Field
from core.host.queries import enabled
from core.host.request import plugin_host
from core.ledgers.columns import fields_for
from core.registry.models import Person
from core.registry.rules.statuses import status_label
from core.tenancy.queries import tenant_of
from core.tenancy.stages import STAGES
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import db, unit, viewer
from plugins.education_aid.folders import NEEDS
from plugins.education_aid.ledgers.needs import SURVEYS
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import needs as reading
from plugins.education_aid.queries.summaries import Summary, summary
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.years import survey_year, survey_years
from plugins.education_aid.rules import needs as rules
from plugins.education_aid.rules import pathways
from plugins.education_aid.rules.needs import Need
from plugins.education_aid.services import agreed, piloting


def _plan() -> tuple[agreed.Form | None, dict[str, Need], list[Field]]:
    """The form in force here, the needs it may name, and the plan's own columns by which the summary is divided."""
    tenant = tenant_of(db(), unit())
    if tenant is None:
        return None, {}, []
    form = agreed.survey_form(db(), tenant, today())
    fields = {field.name: field for field in fields_for(db(), SURVEYS, tenant.id)}
    columns = [fields[name] for name in (form.by if form else ()) if name in fields]
    return form, agreed.needs_of(db(), tenant, today()), columns


def _summary(action: str) -> tuple[Summary, int, agreed.Form | None, dict[str, Need]]:
    form, needs, columns = _plan()
    year = survey_year()
    return summary(db(), scope_for(action), unit(), year, needs, columns), year, form, needs


@blueprint.get("/surveys")
@require(Action.NEED_READ)
def survey_summary(code: str) -> str:
    """汇总表: the pupils of a year's survey by unit, category, stage, need and what else the plan divides by."""
    found, year, form, needs = _summary(Action.NEED_READ)
    rows = reading.measures_in(db(), scope_for(Action.NEED_READ), year)
    waiting = reading.open_measures(db(), scope_for(Action.NEED_READ))
    return show("surveys.html", found=found, year=year, years=survey_years(), form=form, needs=needs,
                progress=rules.progress([row[:3] for row in rows], today()), waiting=waiting,
                names=reading.names_for(db(), [(row.tenant_id, row.person_id) for row in waiting]), states=dict(rules.STATES))


@blueprint.get("/surveys.csv")
@require(Action.NEED_EXPORT)
def survey_file(code: str) -> Response:
    """The summary as a file: what divides, each line, and how many."""
    found, year, form, _ = _summary(Action.NEED_EXPORT)
    lines: list[tuple[str, str, int]] = [(gettext("单位"), one.name, count) for one, count in found.units]
    lines += [(gettext(found.titles[table.key]), gettext(label), count) for table in found.tables for label, count in table.lines]
    lines.append((gettext("合计"), form.summary if form else "", found.pupils))
    return csv_file(f"surveys-{unit().code}-{year}", [gettext(text) for text in (N_("分类"), N_("项目"), N_("人数"))], lines)


@blueprint.get("/persons/<uuid:person_id>/needs")
@require(Action.NEED_READ)
def need_file(code: str, person_id: uuid.UUID) -> str:
    """一人一档: what a pupil was asked, what is done about each need, the pathway, and what the folders still lack."""
    scope = scope_for(Action.NEED_READ)
    person = reading.person_of_needs(db(), scope, person_id)
    if person is None:
        raise NotFound(N_("没有这名学生的调查表或措施，或者不在您的范围内"))
    surveys, measures = reading.surveys_about(db(), scope, person_id), reading.measures_about(db(), scope, person_id)
    members = reading.members_about(db(), scope, person_id)
    schools = units_by_id(db(), {*(row.unit_id for row in surveys), *(row.unit_id for row in members)})
    own = [field for field in fields_for(db(), SURVEYS, person.tenant_id) if field.extra]
    return show("need_file.html", person=person, surveys=surveys, measures=measures, members=members, schools=schools,
                own=own, progress=rules.progress([(row.state, row.due_on, row.owner) for row in measures], today()),
                states=dict(rules.STATES),
                steps=reading.steps_of(db(), person.tenant_id, [row.id for row in members]), stages=STAGES, status_label=status_label,
                found=piloting.findings(db(), person.tenant_id, members, today()), findings=pathways.FINDINGS,
                member_states=dict(pathways.STATES), folders=_folders(person), may_write=viewer().allowed(Action.NEED_WRITE))


def _folders(person: Person) -> list[tuple[str, str, Completeness]]:
    """一生一档 and the folder of needs, for whoever may look into them: code, title, and what is missing."""
    if not viewer().allowed(Documents.READ) or person.tenant_id not in g.tenants:
        return []
    on = enabled(db(), plugin_host(), person.tenant_id)
    specs = [with_plan(db(), get_folder(plugin_host(), on, code), person.tenant_id) for code in ("core.person", NEEDS.code)]
    return [(spec.code, spec.title, completeness(spec.items, count_by_item(db(), person.tenant_id, spec.code, person.id)))
            for spec in specs]
