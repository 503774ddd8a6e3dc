"""两库: counted from the registry, kept as stays with a beginning, an end and the reasons, so that any day can be asked for."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, ParameterError
from core.extensions import Actor
from core.registry.models import Household
from core.tenancy.queries import TenantPlace
from core.trail.services import record
from plugins.education_aid.models.needs import RollEntry
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import rolls as reading
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.queries.rolls import Member
from plugins.education_aid.rules import rolls as rules
from plugins.education_aid.services.agreed import roll_terms


@dataclass(frozen=True)
class Judged:
    """One member with their kind and why."""

    member: Member
    kind: str
    why: str


@dataclass(frozen=True)
class Counted:
    """Every member of every poor household, judged; nobody is left out: the four kinds add up to all."""

    clause: str
    members: Sequence[Judged]
    #: poor households of which nobody is on the register
    empty: Sequence[Household] = ()

    @property
    def by_kind(self) -> Counter[str]:
        """How many of each kind."""
        return Counter(one.kind for one in self.members)

    @property
    def households(self) -> int:
        """How many households, those without anybody among them."""
        return len({one.member.household.id for one in self.members if one.member.household}) + len(self.empty)

    @property
    def open(self) -> list[Judged]:
        """Members about whom it cannot be said."""
        return [one for one in self.members if one.kind == rules.OPEN]


@dataclass
class Changed:
    """What an update of the databases came to."""

    entered: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)


def count(session: Session, tenant: TenantPlace, on: dt.date, scope: Scope | None = None) -> Counted:
    """Judge everybody, or those in a scope, by the plan in force. Raises ParameterError where no plan says whom the databases cover."""
    terms = roll_terms(session, tenant, on)
    if terms is None:
        raise ParameterError(N_("%(tenant)s 的方案没有写明两库的范围（[[education_aid.roll]]），写入方案并注明条款后再更新"),
                             key="education_aid.roll", tenant=tenant.name)
    members = [Judged(one, *rules.kind_of(one.facts, terms, on))
               for one in reading.poor_members(session, tenant.id, terms.categories, on, scope)]
    return Counted(terms.clause, members, reading.empty_households(session, tenant.id, terms.categories, on, scope))


def update(session: Session, tenant: TenantPlace, on: dt.date, actor: Actor) -> Changed:
    """Let in who belongs in and let out who does not, each with the day and the reason; run twice it changes nothing."""
    counted, changed = count(session, tenant, on), Changed()
    now = {one.member.person.id: one for one in counted.members}
    there = reading.open_entries(session, tenant.id)
    dead = frozenset(one for part in in_parts([row.person_id for row in there]) for one in reading.deaths(session, tenant.id, part))
    kept = set[tuple[uuid.UUID, str]]()
    for row in there:
        judged = now.get(row.person_id)
        if judged is not None and judged.kind == row.kind:
            kept.add((row.person_id, row.kind))
            continue
        row.state, row.left_on, row.version = rules.OUT, on, row.version + 1
        row.left_why = rules.reason_to_leave(judged.kind if judged else None, row.person_id in dead)
        changed.left[row.kind] += 1
    for one in counted.members:
        if one.kind in rules.KEPT and (one.member.person.id, one.kind) not in kept:
            session.add(_entry(tenant.id, one, on))
            changed.entered[one.kind] += 1
    session.flush()  # the page that comes next reads past the session
    record(session, actor, Action.ROLL_WRITE, _sentence(changed), subject="ledger:education_aid.rolls", tenant_id=tenant.id,
           unit_id=tenant.unit.id)
    return changed


def _entry(tenant_id: str, one: Judged, on: dt.date) -> RollEntry:
    person = one.member.person
    return RollEntry(tenant_id=tenant_id, unit_id=person.unit_id, person_id=person.id, household_id=person.household_id, kind=one.kind,
                     entered_on=on, entered_why=one.why)


def _sentence(changed: Changed) -> str:
    parts = [f"{label}进 {changed.entered[kind]} 人、出 {changed.left[kind]} 人" for kind, label in rules.KINDS if kind in rules.KEPT]
    return "更新两库：" + "，".join(parts)
