"""What the registry itself and the archive tell of a person or a household, for the timelines."""

from __future__ import annotations

import datetime as dt

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.documents.models import Document
from core.documents.permissions import Action as Documents
from core.documents.queries import FILED
from core.errors import N_
from core.extensions.phrases import phrase
from core.host.contract import Place, Subject, TimelineEntry
from core.people.queries import enrolments_seen, names_of_units
from core.people.rules import AUTUMN, SPRING, grade_words
from core.registry.history import list_past
from core.registry.models import Enrolment, Household, Person
from core.registry.permissions import Action
from core.registry.queries import get_record, list_statuses
from core.registry.rules.statuses import status_label
from core.registry.rules.words import ENDINGS, label
from core.tenancy.stages import STAGES

CHANGED = phrase(N_("登记内容变更，经办 %(who)s"))
STUDIES, BOARDS = phrase(N_("在%(school)s就读：%(what)s")), phrase(N_("在%(school)s就读：%(what)s，寄宿"))
BECAME, KNOWN_BY = phrase(N_("列为%(what)s")), phrase(N_("列为%(what)s（%(source)s）"))
LEFT = phrase(N_("离开%(school)s：%(how)s"))
NO_LONGER = phrase(N_("不再是%(what)s"))
MOST = 50


def of_person(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    """Enrolments, statuses, death, changes, and what was filed."""
    row = get_record(session, Person, person.tenant_id, person.id)
    found = _enrolments(session, place, row) + _statuses(session, person) + _filed(session, place, person)
    if row.died_on is not None:
        found.append(TimelineEntry(row.died_on, "死亡"))
    found += _changes(session, person)
    return _newest(found)


def of_household(session: Session, place: Place, household: Subject) -> list[TimelineEntry]:
    """Recognition, statuses, leaving, changes, and what was filed."""
    row = get_record(session, Household, household.tenant_id, household.id)
    found = _statuses(session, household) + _filed(session, place, household)
    if row.identified_on is not None:
        found.append(TimelineEntry(row.identified_on, "识别建档"))
    if row.exited_on is not None:
        found.append(TimelineEntry(row.exited_on, "退出，条件全部达到"))
    found += _changes(session, household)
    return _newest(found)


def _newest(found: list[TimelineEntry]) -> list[TimelineEntry]:
    return sorted(found, key=lambda entry: entry.on, reverse=True)[:MOST]


def _enrolments(session: Session, place: Place, person: Person) -> list[TimelineEntry]:
    scope: Scope = place.scope(Action.ENROLMENT_READ)
    rows = enrolments_seen(session, person, scope)
    schools = names_of_units(session, [row.unit_id for row in rows])
    found = []
    for row in rows:
        school = row.elsewhere_school or (schools[row.unit_id].name if row.unit_id in schools else "")
        what = " ".join(part for part in (STAGES.get(row.stage, row.stage), grade_words(row.stage, row.grade), row.class_name) if part)
        found.append(TimelineEntry(begun(row), (BOARDS if row.boarding else STUDIES)(school=school, what=what)))
        if row.ended_on is not None:
            found.append(TimelineEntry(row.ended_on, LEFT(school=school, how=label(ENDINGS, row.ending))))
    return found


def begun(row: Enrolment) -> dt.date:
    """When an enrolment began; where nobody noted it, with its term."""
    return row.begun_on or (dt.date(row.school_year, AUTUMN, 1) if row.term == 1 else dt.date(row.school_year + 1, SPRING, 1))


def _statuses(session: Session, subject: Subject) -> list[TimelineEntry]:
    found = []
    for status in list_statuses(session, subject.tenant_id, [subject.id]):
        what = status_label(status.kind)
        found.append(TimelineEntry(status.since, KNOWN_BY(what=what, source=status.source) if status.source else BECAME(what=what)))
        if status.until is not None:
            found.append(TimelineEntry(status.until, NO_LONGER(what=status_label(status.kind))))
    return found


def _changes(session: Session, subject: Subject) -> list[TimelineEntry]:
    return [TimelineEntry(past.until, CHANGED(who=past.changed_by)) for past in list_past(session,
                                                                                                     subject.tenant_id, subject.id)]


def _filed(session: Session, place: Place, subject: Subject) -> list[TimelineEntry]:
    statement = select(Document).where(Document.tenant_id == subject.tenant_id, Document.subject_id == subject.id,
                                       Document.removed_at.is_(None)).order_by(Document.happened_on.desc()).limit(MOST)
    rows = session.scalars(in_scope(statement, Document, place.scope(Documents.READ)))
    return [TimelineEntry(row.happened_on, FILED(title=row.title), url_for("documents.show", code=place.code, document_id=row.id))
            for row in rows]
