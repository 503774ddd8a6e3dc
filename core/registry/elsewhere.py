"""One child, three counties: what other tenants hold about one identity number, masked.

The one module of the registry that reads past the tenant fence, with plain selects. It gives only who holds a record
and at which school and stage, and leaves an entry on the trail of each county whose rows were read.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.privacy.masks import mask_name
from core.registry.models import Enrolment, Person, subject_of
from core.registry.permissions import Action
from core.tenancy.models import Tenant
from core.trail.services import record
from core.units.models import Unit

ASKED = phrase(N_("跨县查询同一人，%(count)s 个县有记录"))
LEAST_REASON = 4


@dataclass(frozen=True)
class Elsewhere:
    """A term of the same child in another tenant, or with no stage only that the tenant knows them."""

    tenant_id: str
    tenant: str
    person_id: uuid.UUID
    name_mask: str
    school: str = ""
    stage: str = ""
    school_year: int | None = None
    term: int | None = None
    running: bool = False


def find_elsewhere(session: Session, actor: Actor, id_key: str | Sequence[str], reason: str, *, tenant_id: str,
                   unit_id: uuid.UUID | None = None) -> list[Elsewhere]:
    """What tenants other than `tenant_id` hold about the person of this keyed hash (or hashes, of
    `Vault.indexes`). Raises InvalidInput without a reason of at least four characters."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("跨县查询须写明理由"), fields={"reason": "至少 4 个字"})
    keys = [id_key] if isinstance(id_key, str) else list(id_key)
    found = _read(session, keys, tenant_id)
    for other in sorted({one.tenant_id for one in found}):
        record(session, actor, Action.IDENTITY_READ, "外县查询本县的同一人，只给出学校、学段和学期", reason=reason, tenant_id=other,
               subject=subject_of(Person, next(one.person_id for one in found if one.tenant_id == other)))
    record(session, actor, Action.IDENTITY_READ, ASKED(count=len({one.tenant_id for one in found})),
           reason=reason, tenant_id=tenant_id, unit_id=unit_id, subject="core.persons:elsewhere")
    return found


def _read(session: Session, keys: Sequence[str], own: str) -> list[Elsewhere]:
    person, enrolment = Person.__table__, Enrolment.__table__
    tenant, unit, school = Tenant.__table__, Unit.__table__, Unit.__table__.alias("school")
    joined = person.join(tenant, tenant.c.id == person.c.tenant_id).join(unit, unit.c.id == tenant.c.unit_id)
    joined = joined.outerjoin(enrolment, and_(enrolment.c.tenant_id == person.c.tenant_id,
                                              enrolment.c.person_id == person.c.id, enrolment.c.removed_at.is_(None)))
    joined = joined.outerjoin(school, school.c.id == enrolment.c.unit_id)
    statement = select(
        person.c.tenant_id, unit.c.name.label("tenant"), person.c.id.label("person_id"), person.c.name.label("person"),
        school.c.name.label("school"), enrolment.c.elsewhere_school, enrolment.c.stage, enrolment.c.school_year,
        enrolment.c.term, enrolment.c.id.label("enrolment_id"), enrolment.c.ended_on,
    ).select_from(joined).where(
        person.c.id_number_key.in_(keys), person.c.tenant_id != own, person.c.state == "active",
        person.c.removed_at.is_(None),
    ).order_by(person.c.tenant_id, enrolment.c.school_year.desc(), enrolment.c.term.desc())
    found, newest = list[Elsewhere](), dict[uuid.UUID, tuple[int | None, int | None]]()
    for row in session.connection().execute(statement):
        own_newest = newest.setdefault(row.person_id, (row.school_year, row.term))
        found.append(Elsewhere(
            row.tenant_id, row.tenant, row.person_id, mask_name(row.person), row.elsewhere_school or row.school or "", row.stage or "",
            row.school_year, row.term,
            running=row.enrolment_id is not None and row.ended_on is None and own_newest == (row.school_year, row.term)))
    return found
