"""Two records found to be one person become one, and can be parted again: both rows stay, one is marked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.privacy import vault_of
from core.privacy.columns import KEYED, MASKED, SEALED, sensitive_fields, triple
from core.privacy.masks import mask_name
from core.registry.models import Enrolment, Guardian, Person, PersonMerge, Staff, Status
from core.registry.permissions import Action
from core.registry.queries import get_record, list_statuses, spans_of
from core.registry.rules.statuses import Span, against
from core.registry.services.writing import flush
from core.trail.services import record

MERGED = phrase(N_("把两条%(name)s的记录归并为一人"))
PARTED = phrase(N_("撤回归并，%(name)s与%(other)s分为两人"))
#: what is filled from the other record where the kept one says nothing
_PLAIN = ("household_id", "relation", "sex", "birth_on", "home_code", "address", "ethnicity", "schooling", "health",
          "labour", "work", "medical_insurance", "pension_insurance")
#: what says nothing; a no is an answer
_NOTHING = (None, "")
#: columns that refer to a person
_LINKS = ((Enrolment, "person_id"), (Guardian, "person_id"), (Guardian, "guardian_person_id"), (Staff, "person_id"))
LEAST_REASON = 4


def merge_persons(session: Session, kept: Person, merged: Person, actor: Actor, *, reason: str,
                  hooks: PluginHost | None = None) -> PersonMerge:
    """Make two records of one tenant one. What refers to the second goes over to the first, which also takes what
    it lacked; a status or an enrolment that would stand twice stays where it is. Plugins are told and let their own
    records follow. Raises Conflict where either is no longer on the register."""
    _refuse(kept, merged, reason)
    merge = PersonMerge(tenant_id=kept.tenant_id, unit_id=kept.unit_id, kept_id=kept.id, merged_id=merged.id,
                        reason=reason[:400], done_by=actor.name[:80], detail={})
    moved = {f"{model.__tablename__}.{column}": _hand_over(session, model, column, merged, kept)
             for model, column in _LINKS}
    moved["registry_statuses.subject_id"] = _hand_over_statuses(session, merged, kept)
    kind = kept.id_kind
    filled = _fill(session, kept, merged)
    merge.detail = {"moved": {where: [str(one) for one in ids] for where, ids in moved.items() if ids}, "filled": filled,
                    **({"id_kind": kind} if "id_number" in filled else {})}
    merged.state, merged.merged_into = "merged", kept.id
    session.add(merge)
    flush(session)  # plugins are told when all is written
    if hooks is not None:
        hooks.notify("on_persons_merged", session=session, tenant_id=kept.tenant_id, merge_id=merge.id,
                     kept_id=kept.id, merged_id=merged.id, actor=actor)
    record(session, actor, Action.PERSON_MERGE, MERGED(name=mask_name(kept.name)), reason=reason,
           subject=kept.subject, tenant_id=kept.tenant_id, unit_id=kept.unit_id,
           before={"persons": [str(kept.id), str(merged.id)]},
           after={"person": str(kept.id), "moved": {where: len(ids) for where, ids in moved.items()}, "filled": filled})
    return merge


def part_persons(session: Session, merge: PersonMerge, actor: Actor, *, reason: str,
                 hooks: PluginHost | None = None) -> None:
    """Undo a merge: what went over goes back, but what has been entered since stays with the kept record. Raises
    Conflict where the kept record has itself been merged or erased since; that merge has to be undone first."""
    if merge.undone_at is not None:
        raise Conflict(N_("这次归并已经撤回"))
    kept = get_record(session, Person, merge.tenant_id, merge.kept_id)
    merged = get_record(session, Person, merge.tenant_id, merge.merged_id)
    if kept.state != "active" or merged.state != "merged" or merged.merged_into != kept.id:
        raise Conflict(N_("这次归并之后又有归并或抹去，请先撤回后面的一次"))
    models = {**{f"{model.__tablename__}.{column}": (model, column) for model, column in _LINKS},
              "registry_statuses.subject_id": (Status, "subject_id")}
    moved: dict[str, list[str]] = merge.detail.get("moved", {})
    for where, ids in moved.items():
        model, column = models[where]
        _repoint(session, model, column, [uuid.UUID(text) for text in ids], kept, merged)
    for name in merge.detail.get("filled", ()):
        _empty(session, kept, merged, name)
    if kept.id_number_key is None and "id_kind" in merge.detail:
        kept.id_kind = merge.detail["id_kind"]
    merged.state, merged.merged_into = "active", None
    merge.undone_at, merge.undone_by = utcnow(), actor.name[:80]
    flush(session)
    if hooks is not None:
        hooks.notify("on_persons_parted", session=session, tenant_id=kept.tenant_id, merge_id=merge.id,
                     kept_id=kept.id, merged_id=merged.id, actor=actor)
    record(session, actor, Action.PERSON_MERGE, PARTED(name=mask_name(kept.name), other=mask_name(merged.name)), reason=reason,
           subject=kept.subject, tenant_id=kept.tenant_id, unit_id=kept.unit_id,
           after={"persons": [str(kept.id), str(merged.id)]})


def _refuse(kept: Person, merged: Person, reason: str) -> None:
    if kept.id == merged.id or kept.tenant_id != merged.tenant_id:
        raise InvalidInput(N_("请选择同一个县的两条不同记录"))
    for person in (kept, merged):
        if person.state != "active" or person.removed_at is not None:
            raise Conflict(N_("%(name)s的记录已归并、移除或抹去"), name=mask_name(person.name))
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("请写明凭什么认定是同一人"), fields={"reason": "至少 4 个字"})


def _hand_over(session: Session, model: type[Any], column: str, merged: Person, kept: Person) -> list[uuid.UUID]:
    link = getattr(model, column)
    rows = session.scalars(select(model).where(model.tenant_id == kept.tenant_id, link == merged.id)).all()
    if model is Enrolment:
        own = session.scalars(select(Enrolment).where(Enrolment.tenant_id == kept.tenant_id,
                                                      Enrolment.person_id == kept.id))
        taken = {(one.unit_id, one.school_year, one.term) for one in own}
        rows = [row for row in rows if (row.unit_id, row.school_year, row.term) not in taken]
    return _repoint(session, model, column, [row.id for row in rows], merged, kept)


def _hand_over_statuses(session: Session, merged: Person, kept: Person) -> list[uuid.UUID]:
    own = spans_of(list_statuses(session, kept.tenant_id, [kept.id]))
    going = []
    for status in list_statuses(session, kept.tenant_id, [merged.id]):
        span = Span(status.kind, status.since, status.until)
        if against(span, own) is None:
            own.append(span)
            going.append(status.id)
    return _repoint(session, Status, "subject_id", going, merged, kept)


def _repoint(session: Session, model: type[Any], column: str, ids: Iterable[uuid.UUID], old: Person,
             new: Person) -> list[uuid.UUID]:
    wanted = list(ids)
    if wanted:
        link = getattr(model, column)
        session.execute(update(model).where(model.tenant_id == new.tenant_id, model.id.in_(wanted), link == old.id)
                        .values({column: new.id}).execution_options(synchronize_session="fetch"))
    return wanted


def _fill(session: Session, kept: Person, merged: Person) -> list[str]:
    """Let the kept record take what it lacks; sealed values are sealed again for their new owner."""
    filled = [name for name in _PLAIN if getattr(kept, name) in _NOTHING and getattr(merged, name) not in _NOTHING]
    for name in filled:
        setattr(kept, name, getattr(merged, name))
    vault = vault_of(session)
    for name, field in sensitive_fields(Person).items():
        sealed = getattr(merged, name + SEALED)
        if sealed is not None and getattr(kept, name + KEYED) is None:
            text = vault.open(field.purpose, merged.id, sealed)
            for column, value in triple(vault, Person, name, kept.id, text).items():
                setattr(kept, column, value)
            if name == "id_number":
                kept.id_kind = merged.id_kind
            filled.append(name)
    return filled


def _empty(session: Session, kept: Person, merged: Person, name: str) -> None:
    """Take back what was filled, unless it has been changed since."""
    if name in sensitive_fields(Person):
        vault, kind = vault_of(session), sensitive_fields(Person)[name].kind
        text = vault.open(f"registry_persons.{name}", merged.id, getattr(merged, name + SEALED))
        if getattr(kept, name + KEYED) in vault.indexes(kind, text):
            for ending, value in ((SEALED, None), (KEYED, None), (MASKED, "")):
                setattr(kept, name + ending, value)
    elif getattr(kept, name) == getattr(merged, name):
        blank: Any = "" if isinstance(getattr(kept, name), str) else None
        setattr(kept, name, blank)
