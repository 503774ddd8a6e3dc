"""Dated statuses of persons and households; two of one kind, or of one group, never share a day."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.privacy.masks import mask_name
from core.registry.models import Household, Person, Status
from core.registry.permissions import Action
from core.registry.queries import list_statuses
from core.registry.rules.statuses import HOUSEHOLD, KINDS, PERSON, Span, against, status_label
from core.registry.services.writing import change, create, set_aside

NOTED = phrase(N_("%(name)s自 %(since)s 起列为%(what)s"))
ENDED = phrase(N_("%(what)s于 %(until)s 结束"))
REMOVED = phrase(N_("移除误登的状态：%(what)s"))
Subject = Person | Household


def note_status(session: Session, subject: Subject, kind: str, since: dt.date, actor: Actor, *,
                until: dt.date | None = None, source: str = "", note: str = "") -> Status:
    """Note that something is true of a person or household from a day, or between two. Raises RuleViolation where
    a status of the same kind or group shares a day with it."""
    subject_kind = HOUSEHOLD if isinstance(subject, Household) else PERSON
    if kind not in KINDS or subject_kind not in KINDS[kind].subjects:
        raise InvalidInput(N_("没有“%(kind)s”这种状态，或者它不用于这类对象"), kind=status_label(kind))
    if until is not None and until <= since:
        raise InvalidInput(N_("状态的结束日期须晚于开始日期"), fields={"until": "须晚于开始日期"})
    _lock(session, subject)
    _refuse(session, subject, Span(kind, since, until))
    values = {"subject_kind": subject_kind, "subject_id": subject.id, "kind": kind, "since": since, "until": until,
              "source": source, "note": note, "noted_by": actor.name[:80]}
    action = Action.HOUSEHOLD_WRITE if subject_kind == HOUSEHOLD else Action.PERSON_WRITE
    return create(session, Status, subject.tenant_id, subject.unit_id, values, actor, action=action,
                  sentence=NOTED(name=_whose(subject), since=since, what=status_label(kind)))


def end_status(session: Session, status: Status, until: dt.date, actor: Actor, *, reason: str = "") -> None:
    """End a status: `until` is the first day on which it is no longer true."""
    if status.until is not None:
        raise Conflict(N_("这项状态已于 %(until)s 结束"), until=status.until)
    if until <= status.since:
        raise InvalidInput(N_("状态的结束日期须晚于开始日期"), fields={"until": f"晚于 {status.since}"})
    change(session, status, {"until": until, "ended_by": actor.name[:80]}, actor, action=_action(status), reason=reason,
           sentence=ENDED(what=status_label(status.kind), until=until))


def remove_status(session: Session, status: Status, actor: Actor, *, reason: str) -> None:
    """Take back a status noted by mistake."""
    set_aside(session, status, actor, action=_action(status), reason=reason,
              sentence=REMOVED(what=status_label(status.kind)))


def _action(status: Status) -> Action:
    return Action.HOUSEHOLD_WRITE if status.subject_kind == HOUSEHOLD else Action.PERSON_WRITE


def _refuse(session: Session, subject: Subject, new: Span) -> None:
    others = [Span(one.kind, one.since, one.until) for one in list_statuses(session, subject.tenant_id, [subject.id])]
    other = against(new, others)
    if other is not None:
        until = f"至 {other.until} 前" if other.until else "至今"
        raise RuleViolation(N_("与已有的“%(kind)s”（%(since)s 起，%(until)s）时间重叠，请先结束原来的状态"),
                            rule="status-overlap", kind=status_label(other.kind), since=other.since, until=until)


def _lock(session: Session, subject: Subject) -> None:
    """Let two people who note a status of one subject at once come one after the other."""
    model = type(subject)
    session.execute(select(model.id).where(model.tenant_id == subject.tenant_id, model.id == subject.id)
                    .with_for_update())


def _whose(subject: Subject) -> str:
    return f"{mask_name(subject.head_name)}户" if isinstance(subject, Household) else mask_name(subject.name)
