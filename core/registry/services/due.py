"""Persons whose every period of keeping has ended: found for the official responsible, who may erase them.

Nothing is erased by itself, and nobody is due where no plan states the periods that speak of them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, InvalidInput, PlatformError, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.contract import Retained
from core.host.manager import PluginHost
from core.registry.models import Person
from core.registry.permissions import Action
from core.registry.queries import list_left, list_merged_into
from core.registry.services.erasing import ASKED, LEAST_REASON, erase_person, is_open, retained
from core.tenancy.keeping import PUPILS, period
from core.trail.services import record

ERASED_MANY = phrase(N_("保存到期成批抹去：%(count)s 人已抹去，%(left)s 人没有抹去"))
#: how many are erased at once at most
MOST_AT_ONCE = 200
NOT_DUE = N_("还没有到期，或者方案没有写明期限")


@dataclass(frozen=True)
class Due:
    """A person, the first day on which nothing needs their name any more, and the record and rule that ended last."""

    person: Person
    since: dt.date
    what: str
    law: str


def each_due(session: Session, hooks: PluginHost | None, scope: Scope, tenant_id: str, after: uuid.UUID | None = None) -> Iterator[Due]:
    """Everybody in scope who is due, in the order of their ids, some hundred asked about at once."""
    states = period(session, tenant_id, PUPILS)
    if states is None:
        return
    before = states.ended_before(today())
    while True:
        persons = list_left(session, scope, tenant_id, before, after, ASKED)
        yield from judged(session, hooks, tenant_id, persons)
        if len(persons) < ASKED:
            return
        after = persons[-1].id


def judged(session: Session, hooks: PluginHost | None, tenant_id: str, persons: Sequence[Person]) -> list[Due]:
    """Those of them who are due today, with all that was merged into them."""
    if period(session, tenant_id, PUPILS) is None:
        return []
    owners = {one.id: one.id for one in persons} | list_merged_into(session, tenant_id, [one.id for one in persons])
    kept: dict[uuid.UUID, list[Retained]] = {}
    for part in _parts(list(owners)):
        for one in retained(session, hooks, tenant_id, part):
            kept.setdefault(owners[one.person_id], []).append(one)
    found = ((person, _ended(kept.get(person.id, ()), today())) for person in persons)
    return [Due(person, last.until + dt.timedelta(days=1), last.what, last.law) for person, last in found if last and last.until]


def check_reason(reason: str) -> None:
    """Raise InvalidInput where nobody says why they may be erased."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("请写明抹去的依据"), fields={"reason": N_("至少 4 个字")})


def erase_due(session: Session, persons: Sequence[Person], actor: Actor, *, reason: str, hooks: PluginHost | None = None
              ) -> tuple[list[Person], list[tuple[Person, PlatformError]]]:
    """Erase those of one tenant who are due, each judged again and with an entry of its own; gives who was, and who
    was not and why."""
    check_reason(reason)
    if not persons or len(persons) > MOST_AT_ONCE:
        raise InvalidInput(N_("请选择人员，一次至多 %(most)d 名"), most=MOST_AT_ONCE)
    tenant_id = persons[0].tenant_id
    due = {one.person.id for one in judged(session, hooks, tenant_id, persons)}
    erased, left = list[Person](), list[tuple[Person, PlatformError]]()
    for person in persons:
        try:
            if person.id not in due:
                raise RuleViolation(NOT_DUE, rule="retention")
            with session.begin_nested():
                erase_person(session, person, actor, reason=reason, hooks=hooks)
            erased.append(person)
        except PlatformError as refused:
            left.append((person, refused))
    record(session, actor, Action.IDENTITY_ERASE, ERASED_MANY(count=len(erased), left=len(left)), reason=reason,
           subject="core.persons:due", tenant_id=tenant_id, after={"erased": [str(one.id) for one in erased],
                                                                   "left": [str(one.id) for one, _ in left]})
    return erased, left


def _ended(kept: Iterable[Retained], day: dt.date) -> Retained | None:
    """The record that was needed longest, where nothing needs the name any more and every period is stated."""
    whole = list(kept)
    if any(is_open(one, day) or not one.stated for one in whole):
        return None
    return max((one for one in whole if one.identity and one.until), key=lambda one: one.until or dt.date.min, default=None)


def _parts(ids: Sequence[uuid.UUID]) -> Iterator[Collection[uuid.UUID]]:
    for at in range(0, len(ids), ASKED):
        yield ids[at : at + ASKED]
