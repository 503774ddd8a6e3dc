"""What other counties have paid to one's own children: amounts by keyed hash of the identity number, nothing else.

Reads past the tenant fence, with plain selects of payments and persons; each county whose rows were read has an entry on
its trail. This is a reviewed module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, past_fence
from core.extensions.phrases import phrase
from core.registry.models import Person
from core.trail.services import record
from plugins.education_aid.models.payments import CREDITED, Payment
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.chunking import among, in_parts

ASKED_OF = phrase(N_("户籍县核对 %(count)s 名学生在本县的资助发放，只给出项目和金额"))


@dataclass(frozen=True)
class Elsewhere:
    """What another tenant has credited to the person of a keyed hash."""

    id_key: str
    tenant_id: str
    item_name: str
    amount: Decimal


def paid_elsewhere(session: Session, actor: Actor, tenant_id: str, id_keys: Sequence[str], school_year: int, term: int) -> list[Elsewhere]:
    """What tenants other than `tenant_id` have credited in a term to persons of these keyed hashes."""
    person, payment = Person.__table__, Payment.__table__
    found = list[Elsewhere]()
    for part in in_parts(id_keys):
        statement = select(person.c.id_number_key, payment.c.tenant_id, payment.c.item_name, payment.c.amount).join(
            payment, and_(payment.c.tenant_id == person.c.tenant_id, payment.c.person_id == person.c.id)).where(
            among(session, person.c.id_number_key, part), person.c.tenant_id != tenant_id, person.c.removed_at.is_(None),
            payment.c.school_year == school_year, payment.c.term == term, payment.c.state == CREDITED)
        found += [Elsewhere(*row) for row in past_fence(session).execute(statement)]
    for other in sorted({one.tenant_id for one in found}):
        count = len({one.id_key for one in found if one.tenant_id == other})
        record(session, actor, Action.CASE_READ, ASKED_OF(count=count),
               subject="education_aid.cases:elsewhere", tenant_id=other, reason=f"核对 {tenant_id} 户籍学生是否享受资助")
    return found
