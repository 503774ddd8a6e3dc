"""The seal of an issuer, set by those who may issue there."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.printing import picture
from core.trail.services import record
from core.units.models import Unit
from plugins.donations.models import Seal
from plugins.donations.permissions import Action
from plugins.donations.queries import certificates as queries

SEAL_CHANGED = phrase(N_("更换%(name)s的证书印章图片"))
MOST = 300 * 1024


def set_seal(session: Session, tenant_id: str, unit: Unit, content: bytes, actor: Actor) -> Seal:
    """Keep the picture of a unit's seal, in place of an earlier one."""
    if len(content) > MOST:
        raise InvalidInput(N_("印章图片不能超过 300 KB"), {"file": N_("图片太大")})
    picture(content)  # raises InvalidInput for what is no picture
    found = queries.find_seal(session, tenant_id, unit.id)
    before = found.digest if found else ""
    if found is None:
        found = Seal(tenant_id=tenant_id, unit_id=unit.id, content=content, digest="", set_on=today(), set_by="")
        session.add(found)
    found.content, found.digest = content, hashlib.sha256(content).hexdigest()
    found.set_on, found.set_by = today(), actor.name[:80]
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.CERTIFICATE_APPROVE, SEAL_CHANGED(name=unit.name), subject=f"donations.seal:{unit.id}",
           tenant_id=tenant_id, unit_id=unit.id, before={"sha256": before}, after={"sha256": found.digest})
    return found
