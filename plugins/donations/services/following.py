"""Records follow the tree, and the persons they are about: merged, parted, erased."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.registry.services.moving import Follower
from plugins.donations.models import (
    Appeal,
    Campaign,
    Certificate,
    Consumption,
    Contribution,
    Contributor,
    Gift,
    Moved,
    Need,
    Order,
    Photo,
    Pledge,
    Project,
    Spending,
)

#: what is written of an erased person in place of words about them
ERASED = "（已抹去）"
FOLLOWERS = (
    Follower(Campaign, "次捐赠活动", ("code", "title", "kind")),
    Follower(Project, "个捐赠项目", ("code", "title")),
    Follower(Appeal, "次倡议", ("title", "kind")),
    Follower(Gift, "笔捐赠", ("reference", "line", "class_name", "form")),
    Follower(Contributor, "名出资人", parent="gift_id"),
    Follower(Contribution, "项企业帮扶", ("contributor", "kind")),
    Follower(Consumption, "笔消费帮扶", ("buyer", "item")),
    Follower(Spending, "笔捐赠支出", ("use", "project_code")),
    Follower(Photo, "张发放照片", ("title",)),
    Follower(Order, "份纠正通知", parent="subject_id"),
    Follower(Certificate, "份捐赠证书", ("honour", "donor_kind")),
    Follower(Need, "项认领需求", ("code", "kind")),
    Follower(Pledge, "笔认领", parent="need_id"),
)
#: columns that name a person
_PERSONS: tuple[tuple[Any, str], ...] = ((Gift, "designated_person_id"), (Spending, "person_id"), (Need, "person_id"))
#: what else is said of a person there; a need without consent is public no more
_WORDS: dict[Any, dict[str, Any]] = {Gift: {"recipient": "", "note": None}, Spending: {"memo": ERASED},
                                     Need: {"consent_by": "", "consent_on": None, "note": None}}


def hand_over(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> int:
    """Let what was given for, or paid to, a person whose record was merged follow; gives how many records."""
    count = 0
    for model, name in _PERSONS:
        column = getattr(model, name)
        ids = session.scalars(select(model.id).where(model.tenant_id == tenant_id, column == merged_id)).all()
        session.add_all(Moved(tenant_id=tenant_id, operation_id=merge_id, kind=model.__tablename__, record_id=one, from_id=merged_id)
                        for one in ids)
        session.execute(update(model).where(model.tenant_id == tenant_id, column == merged_id).values({name: kept_id}))
        count += len(ids)
    session.flush()  # the next hook may read them
    return count


def hand_back(session: Session, tenant_id: str, merge_id: uuid.UUID) -> int:
    """Give back what came over by a merge; gives how many records."""
    count = 0
    mine = (Moved.tenant_id == tenant_id, Moved.operation_id == merge_id)
    for model, name in _PERSONS:
        for one in session.scalars(select(Moved).where(*mine, Moved.kind == model.__tablename__)):
            session.execute(update(model).where(model.tenant_id == tenant_id, model.id == one.record_id).values({name: one.from_id}))
            count += 1
    session.execute(delete(Moved).where(*mine))
    session.flush()  # as above
    return count


def forget(session: Session, tenant_id: str, person_id: uuid.UUID) -> int:
    """Of what was given for and paid to a person leave day, amount and account; gives how many records. The wish that
    named the person stays upon the money, and nobody can tell whose it was."""
    count = 0
    for model, name in _PERSONS:
        done = session.execute(update(model).where(model.tenant_id == tenant_id, getattr(model, name) == person_id)
                               .values({**_WORDS[model], name: None}))
        count += done.rowcount  # type: ignore[attr-defined]
    session.flush()  # as above
    return count
