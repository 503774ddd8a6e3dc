"""What goes with the steps of a certificate: who may issue it, its number and signature, what revoking sets free."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.access.viewer import load_viewer
from core.errors import N_, NotPermitted
from core.extensions import Actor, today
from core.host.manager import PluginHost
from core.host.processes import Step
from core.publicity.services import touch_public
from core.units.queries import get_unit
from plugins.donations.models import Certificate, CertificateClaim
from plugins.donations.permissions import Action
from plugins.donations.queries import certificates as queries
from plugins.donations.rules.naming import public_name
from plugins.donations.services.numbering import give_number
from plugins.donations.services.signing import sign


def follow_step(session: Session, host: PluginHost | None, certificate: Certificate, step: Step, actor: Actor) -> None:
    """What goes with each step, in its transaction."""
    if step.code == "issue":
        _issue(session, certificate, actor)
    elif step.code == "revoke":
        certificate.revoked_on = today()
        touch_public(session, certificate.tenant_id)
    if step.code in ("revoke", "drop"):
        session.execute(delete(CertificateClaim).where(CertificateClaim.tenant_id == certificate.tenant_id,
                                                       CertificateClaim.certificate_id == certificate.id))


def _issue(session: Session, certificate: Certificate, actor: Actor) -> None:
    _may_issue(session, certificate, actor)
    certificate.issued_on = today()
    give_number(session, certificate)
    certificate.public_name = public_name(certificate.donor_kind, certificate.donor_name, certificate.consent)
    sign(session, certificate)
    session.flush()  # of a bulk step the next one counts on from here
    touch_public(session, certificate.tenant_id)


def _may_issue(session: Session, certificate: Certificate, actor: Actor) -> None:
    """The right to issue is asked for at the issuer, not where the gift was recorded: a township asks, the county
    issues."""
    if actor.account_id is None:
        return
    issuing = get_unit(session, certificate.issuer_unit_id)
    if not load_viewer(session, actor.account_id, actor.name).allowed(Action.CERTIFICATE_APPROVE, issuing):
        raise NotPermitted(N_("%(honour)s由%(issuer)s颁发，您在%(unit)s没有颁发的权限"), honour=certificate.honour,
                           issuer=certificate.issuer, unit=issuing.name)


def missing(session: Session, certificate: Certificate) -> list[str]:
    """What stands against asking for it or issuing it: a gift that was given back."""
    wrong = [gift for gift in queries.gifts_of(session, certificate) if gift.state != "recorded"]
    return [N_("捐赠已退还，请取消申报")] if wrong else []
