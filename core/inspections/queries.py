"""All reads of checks and problems, within the caller's scope."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, in_scope, scoped_page
from core.documents.models import Blob, Document
from core.extensions import today
from core.inspections.models import OPEN, Finding, FindingEvidence, Inspection, InspectionRow, Signature
from core.inspections.rules.rates import Tally
from core.units.models import Kind, Unit
from core.units.queries import open_in

CLOSED = "closed"
#: how the address names problems of no type
NO_KIND = "-"


@dataclass(frozen=True)
class Split:
    """Problems by one thing: its code (of a unit, or of a type) and name."""

    code: str
    name: str
    tally: Tally


def list_inspections(session: Session, scope: Scope, *, state: str = "", before: uuid.UUID | None = None) -> Page[Any]:
    """The newest checks in scope."""
    return scoped_page(session, Inspection, scope, before=before, where=[Inspection.state == state] if state else [])


def find_inspection(session: Session, tenant_id: str, unit_id: uuid.UUID, form: str, period: str) -> Inspection | None:
    """The check of a unit by a form for a period."""
    return session.scalars(select(Inspection).where(
        Inspection.tenant_id == tenant_id, Inspection.unit_id == unit_id, Inspection.form == form, Inspection.period == period)).first()


def rows_of(session: Session, inspection: Inspection) -> list[InspectionRow]:
    """The rows of a check, in their order."""
    return list(session.scalars(select(InspectionRow).where(
        InspectionRow.tenant_id == inspection.tenant_id, InspectionRow.inspection_id == inspection.id).order_by(InspectionRow.place)))


def signatures_of(session: Session, inspection: Inspection) -> list[Signature]:
    """Who has signed, in their order."""
    return list(session.scalars(select(Signature).where(
        Signature.tenant_id == inspection.tenant_id, Signature.inspection_id == inspection.id).order_by(Signature.at)))


def signed_parts(session: Session, inspections: Iterable[Any]) -> dict[uuid.UUID, set[str]]:
    """The parts that have signed, by check."""
    ids = [one.id for one in inspections]
    found: dict[uuid.UUID, set[str]] = {}
    for signature in session.scalars(select(Signature).where(Signature.inspection_id.in_(ids))):
        found.setdefault(signature.inspection_id, set()).add(signature.part)
    return found


def open_inspections(session: Session, scope: Scope) -> tuple[int, dt.date | None]:
    """How many checks are not complete, and the earliest day on which one is due."""
    statement: Any = select(func.count(), func.min(Inspection.due_on)).where(Inspection.state == OPEN)
    count, due = session.execute(in_scope(statement, Inspection, scope)).one()
    return count, due


def units_asked(session: Session, path: str, at: str) -> int:
    """How many units at and below a path have to make checks of `at`."""
    return session.scalar(select(func.count(Unit.id)).where(*open_in(path), *_asked(at))) or 0


def units_without(session: Session, scope: Scope, path: str, at: str, form: str, period: str, limit: int) -> list[Unit]:
    """The first of them that have not begun the check of a period."""
    begun = in_scope(select(Inspection.unit_id).where(Inspection.form == form, Inspection.period == period), Inspection, scope)
    statement = select(Unit).where(*open_in(path), *_asked(at), Unit.id.not_in(begun)).order_by(Unit.path)
    return list(session.scalars(statement.limit(limit)))


def count_states(session: Session, scope: Scope, form: str, period: str) -> dict[str, int]:
    """The checks of a period in scope, by state."""
    statement: Any = select(Inspection.state, func.count()).where(Inspection.form == form, Inspection.period == period)
    rows = session.execute(in_scope(statement, Inspection, scope).group_by(Inspection.state))
    return dict(rows.all())


def _asked(at: str) -> list[ColumnElement[bool]]:
    if at == "school":
        return [Unit.kind == Kind.SCHOOL]
    return [Unit.kind == Kind.DIVISION, Unit.level == at]


def list_findings(session: Session, scope: Scope, where: Iterable[ColumnElement[bool]] = (), *,
                  before: uuid.UUID | None = None, limit: int = 50) -> Page[Any]:
    """The newest problems in scope."""
    return scoped_page(session, Finding, scope, before=before, limit=limit, where=list(where))


def findings_of(session: Session, inspection: Inspection) -> list[Finding]:
    """The problems found in a check."""
    return list(session.scalars(select(Finding).where(
        Finding.tenant_id == inspection.tenant_id, Finding.inspection_id == inspection.id).order_by(Finding.id)))


def evidence_of(session: Session, finding: Finding) -> list[Document]:
    """The documents that prove what was done, those taken out of the archive left out."""
    return list(session.scalars(_evidence(select(Document), finding).order_by(Document.id)))


def count_evidence(session: Session, finding: Finding) -> int:
    """How many there are."""
    return session.scalar(_evidence(select(func.count(Document.id)), finding)) or 0


def find_filed(session: Session, finding: Finding, folder: str, sha256: str) -> Document | None:
    """The document of this content in the archive of a problem's unit."""
    statement = select(Document).join(Blob, and_(Blob.tenant_id == Document.tenant_id, Blob.id == Document.blob_id)).where(
        Document.tenant_id == finding.tenant_id, Document.subject_id == finding.unit_id, Document.folder == folder,
        Document.removed_at.is_(None), Blob.sha256 == sha256)
    return session.scalars(statement).first()


def _evidence(statement: Any, finding: Finding) -> Any:
    return statement.join(FindingEvidence, and_(
        FindingEvidence.tenant_id == Document.tenant_id, FindingEvidence.document_id == Document.id)).where(
        FindingEvidence.tenant_id == finding.tenant_id, FindingEvidence.finding_id == finding.id, Document.removed_at.is_(None))


def is_late() -> ColumnElement[bool]:
    """Open past the day promised, or before there is a measure past the day that was set."""
    return and_(Finding.state != CLOSED, func.coalesce(Finding.due_on, Finding.limit_on) < today())


def narrowed(asked: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The conditions of the list's filters: kind (NO_KIND for those without), state, late."""
    found: list[ColumnElement[bool]] = []
    if asked.get("kind"):
        found.append(Finding.kind == ("" if asked["kind"] == NO_KIND else asked["kind"]))
    if asked.get("state") == "open":
        found.append(Finding.state != CLOSED)
    elif asked.get("state"):
        found.append(Finding.state == asked["state"])
    return [*found, is_late()] if asked.get("late") else found


def tally(session: Session, scope: Scope) -> Tally:
    """All problems in scope."""
    raised, closed, late = session.execute(in_scope(select(*_counts()), Finding, scope)).one()
    return Tally(raised, closed or 0, late or 0)


def by_kind(session: Session, scope: Scope) -> list[Split]:
    """Problems by type, the most frequent first."""
    name = func.max(Finding.kind_name)
    statement: Any = select(Finding.kind, name, *_counts()).group_by(Finding.kind)
    rows = session.execute(in_scope(statement, Finding, scope))
    found = [Split(kind, label, Tally(raised, closed or 0, late or 0)) for kind, label, raised, closed, late in rows]
    return sorted(found, key=lambda one: (-one.tally.raised, one.name))


def by_unit(session: Session, scope: Scope, unit: Unit) -> list[Split]:
    """Problems by the units directly below one, and its own; those with none are left out."""
    statement: Any = select(Unit.path, *_counts()).join(Unit, Unit.id == Finding.unit_id).group_by(Unit.path)
    counted = [(path, Tally(raised, closed or 0, late or 0))
               for path, raised, closed, late in session.execute(in_scope(statement, Finding, scope))]
    below = sorted({"/".join(path.split("/")[: unit.depth + 2]) + "/" for path, _ in counted if path != unit.path})
    found = []
    for place in [unit, *session.scalars(select(Unit).where(Unit.path.in_(below)).order_by(Unit.path))]:
        whole = Tally()
        for path, one in counted:
            if path == unit.path if place is unit else path.startswith(place.path):
                whole.add(one)
        if whole.raised:
            found.append(Split(place.code, place.name, whole))
    return found


def _counts() -> list[Any]:
    return [func.count(Finding.id), func.sum(case((Finding.state == CLOSED, 1), else_=0)), func.sum(case((is_late(), 1), else_=0))]
