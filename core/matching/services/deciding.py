"""Deciding whether two records are one person: kept with its reason, reversible, and known to the other county."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.matching.models import Decision, MatchCase, SourceRow
from core.matching.neighbours import propose
from core.matching.permissions import Action
from core.matching.rules.words import STATES, in_words
from core.matching.services.finding import common_units, pair_key
from core.privacy.masks import mask_name
from core.registry.models import Person, PersonMerge
from core.registry.queries import get_record
from core.registry.services import merge_persons, part_persons
from core.trail.services import record

DECIDED = phrase(N_("认定为“%(what)s”"))
PAIR = phrase(N_("%(who)s的一对记录：%(said)s"))
LEAST_NOTE = 4


def decide(session: Session, case: MatchCase, decision: str, actor: Actor, *, note: str = "", kept: uuid.UUID | None = None,
           hooks: PluginHost | None = None) -> None:
    """Decide a pair that is open or put off. One person: records of the registry are merged into the one to be kept, a
    row of a list is linked to its person. Raises Conflict where somebody has decided meanwhile."""
    case = _held(session, case)
    if decision not in (Decision.MATCH, Decision.DIFFERENT, Decision.LATER):
        raise InvalidInput(N_("请选择一种认定"))
    if case.state not in (Decision.OPEN, Decision.LATER) or case.aside_by is not None:
        raise Conflict(N_("这一对已经认定，请刷新后再看"))
    note = note.strip()[:400]
    if decision == Decision.MATCH and case.kind != "source" and len(note) < LEAST_NOTE:
        raise InvalidInput(N_("请写明凭什么认定是同一人"), fields={"note": "至少 4 个字"})
    if decision == Decision.MATCH:
        _join(session, case, actor, note, kept, hooks)
    _settle(session, case, decision, actor, note)
    if case.kind == "neighbour" and decision != Decision.LATER:
        propose(session, case, decision, actor)


def undo(session: Session, case: MatchCase, actor: Actor, *, note: str, hooks: PluginHost | None = None) -> None:
    """Take a decision back: the pair is open again, records that were merged are parted."""
    case = _held(session, case)
    if case.state not in (Decision.MATCH, Decision.DIFFERENT):
        raise Conflict(N_("这一对还没有认定"))
    if len(note.strip()) < LEAST_NOTE:
        raise InvalidInput(N_("请写明撤回的原因"), fields={"note": "至少 4 个字"})
    if case.state == Decision.MATCH:
        _unjoin(session, case, actor, note, hooks)
    _settle(session, case, Decision.OPEN, actor, note.strip()[:400])
    if case.kind == "neighbour":
        propose(session, case, "", actor)


def unlink(session: Session, row: SourceRow, actor: Actor, *, note: str) -> MatchCase:
    """Say that a row which the rules have linked is somebody else; the pair is never linked again."""
    if row.person_id is None or row.linked_by == "person":
        raise Conflict(N_("这一行没有自动对上的人"))
    if len(note.strip()) < LEAST_NOTE:
        raise InvalidInput(N_("请写明凭什么认定不是同一人"), fields={"note": "至少 4 个字"})
    person = get_record(session, Person, row.tenant_id, row.person_id)
    place = common_units(session, [(row.unit_id, person.unit_id)])[row.unit_id, person.unit_id]
    case = MatchCase(tenant_id=row.tenant_id, id=new_id(), unit_id=place, kind="source", pair=pair_key(row.id, person.id),
                     person_id=person.id, other_id=row.id, source_id=row.source_id, verdict="match", stage=row.linked_by[:20],
                     reasons=[], state=Decision.OPEN)
    row.person_id, row.linked_by = None, ""
    session.add(case)
    session.flush()  # the trail names it
    _settle(session, case, Decision.DIFFERENT, actor, note.strip()[:400])
    return case


def _held(session: Session, case: MatchCase) -> MatchCase:
    """The case as it is now, held until the end of the transaction."""
    found = session.execute(select(MatchCase).where(MatchCase.tenant_id == case.tenant_id, MatchCase.id == case.id)
                            .with_for_update().execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound(N_("没有这一对，或者它不在您的范围内"))
    return found


def _join(session: Session, case: MatchCase, actor: Actor, note: str, kept: uuid.UUID | None, hooks: PluginHost | None) -> None:
    if case.kind == "registry":
        ids = (case.person_id, case.other_id)
        if kept is not None and kept not in ids:
            raise InvalidInput(N_("请选择保留哪一条"), fields={"kept": "必选"})
        first = kept or case.person_id
        one, other = (get_record(session, Person, case.tenant_id, found)
                      for found in (first, ids[0] if first == ids[1] else ids[1]))
        case.merge_id = merge_persons(session, one, other, actor, reason=note, hooks=hooks).id
        case.aside_by = None  # the merge has put aside every question about the record that went
        _set_aside(session, case, (MatchCase.person_id == other.id) | (MatchCase.other_id == other.id))
    elif case.kind == "source":
        row = _row(session, case)
        if row.person_id is not None:
            raise Conflict(N_("这一行已经对上一个人，请先撤回那一次认定"))
        row.person_id, row.linked_by = case.person_id, "person"
        _set_aside(session, case, MatchCase.other_id == row.id)


def _unjoin(session: Session, case: MatchCase, actor: Actor, note: str, hooks: PluginHost | None) -> None:
    if case.kind == "registry":
        merge = session.get(PersonMerge, (case.tenant_id, case.merge_id)) if case.merge_id else None
        case.merge_id = None
        session.flush()  # the parting opens again what a merge decided; this pair is opened here, with its reason
        if merge is not None and merge.undone_at is None:
            part_persons(session, merge, actor, reason=note.strip(), hooks=hooks)
    elif case.kind == "source":
        row = _row(session, case)
        row.person_id, row.linked_by = None, ""
    _change(session, case, MatchCase.aside_by == case.id, None)


def _row(session: Session, case: MatchCase) -> SourceRow:
    row = session.get(SourceRow, (case.tenant_id, case.other_id))
    if row is None:
        raise NotFound(N_("名单里已没有这一行"))
    return row


def _set_aside(session: Session, case: MatchCase, which: Any) -> None:
    """Other questions about the same record have their answer."""
    _change(session, case, which & MatchCase.state.in_(("open", "later")) & MatchCase.aside_by.is_(None), case.id)


def _change(session: Session, case: MatchCase, which: Any, aside_by: uuid.UUID | None) -> None:
    session.execute(update(MatchCase).where(MatchCase.tenant_id == case.tenant_id, MatchCase.id != case.id, which)
                    .values(aside_by=aside_by).execution_options(synchronize_session="fetch"))


def _settle(session: Session, case: MatchCase, decision: str, actor: Actor, note: str) -> None:
    before = case.state
    open_again = decision == Decision.OPEN
    case.state, case.note = decision, "" if open_again else note
    case.decided_by, case.decided_at = ("", None) if open_again else (actor.name[:80], utcnow())
    person = session.get(Person, (case.tenant_id, case.person_id))
    who = mask_name(person.name) if person else ""
    session.flush()  # a refused change must leave no entry
    said = "撤回认定" if open_again else DECIDED(what=STATES[decision][0])
    record(session, actor, Action.MATCH_WRITE, PAIR(who=who, said=said), subject=f"match:{case.id}", reason=note,
           tenant_id=case.tenant_id, unit_id=case.unit_id, before={"state": before},
           after={"state": decision, "pair": case.pair, "reasons": in_words(case.reasons)})
