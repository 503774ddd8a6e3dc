"""Rows and pairs follow their person: when two records become one, apart again, or are erased."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from core.matching.models import Decision, MatchCase, Source, SourceRow
from core.matching.neighbours import forget_shown
from core.registry.services import ANONYMOUS
from core.registry.services.moving import Follower

FOLLOWERS = (
    Follower(Source, "份比对名单", ("kind", "title")),
    Follower(SourceRow, "条名单记录", ("school", "village")),
    Follower(MatchCase, "对待核记录", parent="person_id"),
)


def follow_merge(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> None:
    """Rows of lists go over to the record that is kept; open questions about the other are put aside."""
    for row in _rows(session, tenant_id, merged_id):
        row.person_id, row.came_by = kept_id, [*row.came_by, str(merge_id)]
    session.execute(update(MatchCase).where(
        MatchCase.tenant_id == tenant_id, or_(MatchCase.person_id == merged_id, MatchCase.other_id == merged_id),
        MatchCase.state.in_(("open", "later")), MatchCase.aside_by.is_(None))
        .values(aside_by=merge_id).execution_options(synchronize_session="fetch"))
    session.flush()  # a parting in the same transaction reads what is stored


def take_back(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> None:
    """What came by a merge goes back: rows of lists, and the question whether the two are one person."""
    for row in _rows(session, tenant_id, kept_id):
        if row.came_by and row.came_by[-1] == str(merge_id):
            row.person_id, row.came_by = merged_id, row.came_by[:-1]
    session.execute(update(MatchCase).where(MatchCase.tenant_id == tenant_id, MatchCase.aside_by == merge_id)
                    .values(aside_by=None).execution_options(synchronize_session="fetch"))
    for case in session.scalars(select(MatchCase).where(MatchCase.tenant_id == tenant_id, MatchCase.merge_id == merge_id)):
        case.state, case.note, case.decided_by, case.decided_at, case.merge_id = Decision.OPEN, "", "", None, None
        session.execute(update(MatchCase).where(MatchCase.tenant_id == tenant_id, MatchCase.aside_by == case.id)
                        .values(aside_by=None).execution_options(synchronize_session="fetch"))
    session.flush()  # as above


def erase(session: Session, tenant_id: str, person_id: uuid.UUID) -> None:
    """Rows that are this person lose who they were, and the questions about them go."""
    for row in _rows(session, tenant_id, person_id):
        row.name, row.name_key, row.birth_on, row.guardian, row.other = ANONYMOUS, "", None, "", {}
        row.id_number_sealed, row.id_number_key, row.id_number_mask = None, None, ""
    session.execute(delete(MatchCase).where(
        MatchCase.tenant_id == tenant_id, or_(MatchCase.person_id == person_id, MatchCase.other_id == person_id),
        MatchCase.state.in_(("open", "later"))).execution_options(synchronize_session="fetch"))
    forget_shown(session, person_id)
    session.flush()  # the erasure counts what is left


def _rows(session: Session, tenant_id: str, person_id: uuid.UUID) -> list[SourceRow]:
    return list(session.scalars(select(SourceRow).where(SourceRow.tenant_id == tenant_id, SourceRow.person_id == person_id)))
