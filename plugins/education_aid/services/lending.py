"""Loans at the place of origin: what may be granted of what is asked, by the caps of the plan in the school year."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.conditions import Condition, parse
from core.errors import N_
from core.extensions import Actor
from core.tenancy.queries import TenantPlace, get_tenant
from plugins.education_aid.models.offers import Loan
from plugins.education_aid.plan.vocabulary import VOCABULARY, title_of
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.queries.facts import Asked, gather
from plugins.education_aid.rules.items import AUTUMN
from plugins.education_aid.rules.loans import approved
from plugins.education_aid.services.reading import ITEM, aid_grammar, in_force, tags_of

LOAN = "loan"
#: the states in which a sum stands that may be granted
ASKING = ("asked", "granted")


@dataclass(frozen=True)
class Cap:
    """How much may be lent in a year, and to whom. `amount` is None where the plan leaves it open."""

    name: str
    clause: str
    condition: Condition
    amount: Decimal | None


def caps(session: Session, tenant: TenantPlace, school_year: int) -> list[Cap]:
    """The loans that the plan and the layers above know when a school year begins."""
    found = []
    for one in in_force(session, tenant, ITEM, begins(school_year), aid_grammar()):
        if one.value.get("kind") == LOAN:
            entry, amount = one.source.entry, one.value.get("amount")
            limit = amount.get("cap") if isinstance(amount, Mapping) else None
            condition = parse(one.value.get("where") or {}, VOCABULARY)[0]
            found.append(Cap(entry.name, entry.clause, condition, limit if isinstance(limit, Decimal) else None))
    return found


def begins(school_year: int) -> dt.date:
    """The first day of a school year."""
    return dt.date(school_year, 9, 1)


def judged(asked: Decimal, known: Sequence[Cap], facts: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    """What may be granted, and by what; None with the reason where it cannot be said. Several caps that apply all bind."""
    applying = [one for one in known if one.condition.holds(facts)]
    if not applying:
        missing = dict.fromkeys(title_of(name) for one in known for name in one.condition.missing(facts))
        return None, N_("无法核定，缺：") + "、".join(missing) if missing else N_("方案没有这名学生可以申请的贷款")
    limits = [(one.amount, one) for one in applying if one.amount is not None]
    if not limits:
        return None, N_("方案没有写明贷款上限")
    limit, by = min(limits, key=lambda pair: pair[0])
    return approved(asked, limit), f"{by.name} {by.clause}，每学年不超过 {limit} 元"


def settle(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After loans were written: work out what may be granted of each. Part of the same entry of the trail."""
    for part in in_parts(ids):
        rows = session.scalars(select(Loan).where(Loan.tenant_id == tenant_id, Loan.id.in_(part))
                               .execution_options(populate_existing=True)).all()
        for year in sorted({row.school_year for row in rows}):
            _settle(session, get_tenant(session, tenant_id), year, [row for row in rows if row.school_year == year])
    session.flush()  # the list that comes next reads past the session


def _settle(session: Session, tenant: TenantPlace, year: int, rows: Sequence[Loan]) -> None:
    known, day = caps(session, tenant, year), begins(year)
    asked = Asked(tags=tags_of(session, tenant, day), names=[name for one in known for name in one.condition.facts])
    gathered = gather(session, tenant.id, year, AUTUMN, day, asked, [row.person_id for row in rows])
    facts = {row.person_id: one for row, one in zip(gathered.rows, gathered.facts, strict=True)}
    for row in rows:
        granted, basis = None, ""
        if row.asked is not None and row.state in ASKING:
            granted, basis = judged(row.asked, known, facts.get(row.person_id, {}))
        row.granted, row.basis = granted, basis[:200]
