"""The summary of a year's survey, made of the survey's own rows."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.host.ledgers import Field
from core.registry.rules.statuses import status_label
from core.tenancy.stages import INCLUDES, STAGES
from core.units.models import Unit
from plugins.education_aid.models.needs import Survey
from plugins.education_aid.queries.needs import parts_below, surveys_of
from plugins.education_aid.rules.needs import Need, read_needs
from plugins.education_aid.rules.surveying import BY, Row, Table, summarise


@dataclass(frozen=True)
class Summary:
    """What a year's survey comes to at and below a unit."""

    pupils: int
    units: Sequence[tuple[Unit, int]]
    tables: Sequence[Table]
    #: what the tables are called
    titles: Mapping[str, str] = field(default_factory=dict)


def summary(session: Session, scope: Scope, unit: Unit, school_year: int, needs: Mapping[str, Need], columns: Sequence[Field]) -> Summary:
    """Everything a summary form holds; `columns` are those of the plan's own by which it is divided."""
    rows = [_row(one, needs, columns) for one in surveys_of(session, scope, school_year)]
    counts = Counter(uuid.UUID(row.unit) for row in rows)
    titles = {**dict(BY), **{column.name: column.label for column in columns}}
    order = {"stage": [label for code, label in STAGES.items() if code not in INCLUDES], "need": [one.name for one in needs.values()],
             **{column.name: [label for _, label in column.choices] for column in columns}}
    return Summary(len(rows), parts_below(session, unit, counts), summarise(rows, titles, order), titles)


def _row(survey: Survey, needs: Mapping[str, Need], columns: Sequence[Field]) -> Row:
    known, strange = read_needs(survey.needs, needs)
    answers = {"category": [status_label(survey.category)] if survey.category else [], "stage": [STAGES.get(survey.stage, survey.stage)],
               "need": [*(need.name for need in known), *strange]}
    answers.update({column.name: _said(column, survey.extra.get(column.name)) for column in columns})
    return Row(str(survey.unit_id), answers)


def _said(column: Field, value: object) -> list[str]:
    if value is None or value == "":
        return []
    if column.kind == "yes_no":
        return ["是" if value else "否"]
    return [column.labels.get(str(value), str(value))]
