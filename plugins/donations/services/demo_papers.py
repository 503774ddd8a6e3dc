"""Made-up certificates for a demonstration, where the plan honours donors: submitted, issued, revoked, with a plain seal."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.extensions import Actor
from core.printing.rendering import FONTS
from core.processes.services import take
from core.units.queries import get_unit
from plugins.donations.models import Certificate
from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.services.certificates import list_due, propose
from plugins.donations.services.demo_library import CHECKER
from plugins.donations.services.seals import set_seal

_SIDE, _RIM, _GREY = 320, 10, (110, 118, 130)
#: one that waits, one that is out, one that was
_SHOWN = 3


def load_certificates(session: Session, tenant_id: str, actor: Actor) -> None:
    """Certificates of the first donors to be honoured; the others stay due."""
    if session.scalar(select(Certificate.id).where(Certificate.tenant_id == tenant_id).limit(1)) is not None:
        return
    scope = Scope(whole=(tenant_id,))
    keys = [each.key for each in list_due(session, tenant_id, scope)][:_SHOWN]
    made = propose(session, None, tenant_id, scope, keys, actor) if keys else []
    for certificate in made[1:]:
        take(session, None, CERTIFICATE, certificate, "issue", CHECKER)
    for certificate in made[2:]:
        take(session, None, CERTIFICATE, certificate, "revoke", CHECKER, "演示：捐赠人名称有误，另行颁发")
    if made:
        set_seal(session, tenant_id, get_unit(session, made[0].issuer_unit_id), seal_picture(), actor)


def seal_picture() -> bytes:
    """A grey square with 演示 in it: nobody takes it for a seal."""
    image = Image.new("RGBA", (_SIDE, _SIDE), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((_RIM, _RIM, _SIDE - _RIM, _SIDE - _RIM), outline=_GREY, width=_RIM)
    for text, height, size in (("演示", 0.4, 120), ("非真实印章", 0.74, 44)):
        font = ImageFont.truetype(str(FONTS / "NotoSerifSC-Bold.ttf"), size)
        draw.text((_SIDE / 2, _SIDE * height), text, fill=_GREY, font=font, anchor="mm")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
