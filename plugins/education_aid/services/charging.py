"""What no school may charge for: a fee that the plan forbids is refused with the clause that forbids it (EA-048)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, RuleViolation
from core.extensions import Actor, today
from core.tenancy.queries import TenantPlace, get_tenant
from core.tenancy.stages import expand
from core.units.models import Unit
from plugins.education_aid.models.offers import Charge
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.services.reading import aid_grammar, in_force

FORBIDDEN = "education_aid.forbidden_fee"


@dataclass(frozen=True)
class Forbidden:
    """Words of what may not be charged for; `stages` is empty where it holds for all."""

    words: tuple[str, ...]
    stages: frozenset[str]
    name: str
    clause: str
    plan: str

    def hits(self, title: str, stage: str) -> str:
        """The word that forbids a charge, "" where none does."""
        if self.stages and stage not in self.stages:
            return ""
        return next((word for word in self.words if word in title), "")


def forbidden(session: Session, tenant: TenantPlace) -> list[Forbidden]:
    """What the plan of today and the layers above forbid."""
    return [Forbidden(tuple(one.value["words"]), expand(one.value.get("stage") or ()), one.source.entry.name, one.source.entry.clause,
                      one.source.plan.title)
            for one in in_force(session, tenant, FORBIDDEN, today(), aid_grammar())]


def guard(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After charges were written: refuse all of them where one is forbidden."""
    known = forbidden(session, get_tenant(session, tenant_id))
    for part in in_parts(ids) if known else ():
        rows = session.execute(select(Charge.title, Charge.stage, Unit.name).join(Unit, Unit.id == Charge.unit_id).where(
            Charge.tenant_id == tenant_id, Charge.id.in_(part), Charge.removed_at.is_(None)))
        for title, stage, school in rows:
            for one in known:
                if word := one.hits(title, stage):
                    raise RuleViolation(
                        N_("%(school)s的“%(title)s”不能登记：方案不许收取“%(word)s”（%(source)s，%(name)s）"),
                        rule="forbidden-fee", school=school, title=title, word=word, source=f"{one.plan} {one.clause}",
                        name=one.name, clause=one.clause)
