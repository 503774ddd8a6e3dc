"""Certificates: who is to have one, asking for it, and what a refund means for those that are out."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.processes.services import begin, take
from core.tenancy.queries import get_tenant
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import ancestors, get_unit
from plugins.donations.models import Certificate, CertificateClaim, Gift
from plugins.donations.permissions import Action
from plugins.donations.plan.certificates import thresholds_of
from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.queries import certificates as queries
from plugins.donations.rules.thresholds import SINGLE, Due, due

PROPOSED_HONOUR = phrase(N_("申报%(honour)s，捐赠 %(amount)s 元"))


def list_due(session: Session, tenant_id: str, scope: Scope) -> list[Due]:
    """Who is to have a certificate by the plan and has none, of the gifts in scope; the newest gift first."""
    thresholds = thresholds_of(session, tenant_id)
    if not thresholds:
        return []
    found = due(thresholds, queries.gifts_that_count(session, scope, thresholds))
    taken = queries.claimed(session, {one.subject_id for each in found for one in each.given})
    return [each for each in reversed(found) if not _has_one(each, taken)]


def _has_one(each: Due, taken: Collection[tuple[uuid.UUID, str]]) -> bool:
    """Of a sum, one claimed gift is enough: more gifts in the same band bring no second certificate."""
    return any((one.subject_id, each.threshold.honour) in taken for one in each.given)


def propose(session: Session, host: PluginHost | None, tenant_id: str, scope: Scope, keys: Sequence[str],
            actor: Actor) -> list[Certificate]:
    """Ask for certificates: each is made and handed to its issuer. Raises Conflict where one has been asked for
    meanwhile, or its gift has changed."""
    if not keys:
        raise InvalidInput(N_("请先勾选要申报的捐赠"))
    found = {each.key: each for each in list_due(session, tenant_id, scope)}
    gone = [key for key in keys if key not in found]
    if gone:
        raise Conflict(N_("有 %(count)d 笔已经申报，或者捐赠已变化，请刷新后重新勾选"), count=len(gone))
    return [_ask(session, host, tenant_id, found[key], actor) for key in dict.fromkeys(keys)]


def _ask(session: Session, host: PluginHost | None, tenant_id: str, each: Due, actor: Actor) -> Certificate:
    certificate = _made(session, tenant_id, each)
    try:
        with session.begin_nested():
            session.add(certificate)
            session.flush()  # its claims refer to it
            session.add_all(CertificateClaim(tenant_id=tenant_id, subject_id=one.subject_id, honour=each.threshold.honour,
                                             gift_id=one.gift_id, certificate_id=certificate.id) for one in each.given)
    except IntegrityError as error:
        raise Conflict(N_("%(name)s的这笔捐赠刚刚已由别人申报"), name=certificate.donor_name) from error
    record(session, actor, Action.CERTIFICATE_WRITE, PROPOSED_HONOUR(honour=certificate.honour, amount=f"{certificate.amount:,.2f}"),
           subject=f"{CERTIFICATE.code}:{certificate.id}", tenant_id=tenant_id, unit_id=certificate.unit_id,
           after={"amount": str(certificate.amount), "threshold": certificate.threshold_code, "gifts": certificate.gifts})
    begin(session, CERTIFICATE, certificate, actor)
    take(session, host, CERTIFICATE, certificate, "submit", actor)
    return certificate


def _made(session: Session, tenant_id: str, each: Due) -> Certificate:
    last, entry = each.last, each.threshold
    issuing = issuer_of(session, tenant_id, last.unit_id, entry.issuer_level)
    return Certificate(
        tenant_id=tenant_id, id=new_id(), unit_id=last.unit_id, threshold_code=entry.code, clause=entry.clause[:300],
        donor_kind=last.kind, donor_name=last.name, consent=last.consent, amount=each.amount, gifts=len(each.given),
        given_on=last.on, honour=entry.honour, issuer=issuer_name(issuing, entry.issuer), issuer_unit_id=issuing.id,
        token=secrets.token_urlsafe(18), replaces_id=queries.last_revoked(session, tenant_id, entry.honour, last.name))


def issuer_of(session: Session, tenant_id: str, unit_id: uuid.UUID, level: str) -> Unit:
    """The unit that issues: the nearest above of the plan's level, or the tenant's own."""
    unit = get_unit(session, unit_id)
    chain = [unit, *reversed(ancestors(session, unit))]
    return next((one for one in chain if one.level == level and one.kind == "division"), get_tenant(session, tenant_id).unit)


def issuer_name(unit: Unit, printed: str) -> str:
    """As the plan prints it, with the unit's own name: 县人民政府 of 甲县 is 甲县人民政府."""
    return f"{unit.name}{printed.removeprefix(unit.name[-1])}" if printed.startswith(unit.name[-1]) else printed or unit.name


def follow_refund(session: Session, gift: Gift, actor: Actor, reason: str) -> list[Certificate]:
    """A gift was given back: what rests on it is revoked, or dropped if it was not issued yet. Where the rest still
    reaches the amount, a new certificate is asked for at once. Gives the new ones."""
    touched = queries.live_for_gift(session, gift.tenant_id, gift.id)
    entries = {entry.code: entry for entry in thresholds_of(session, gift.tenant_id)}
    renewed = []
    for certificate in touched:
        others = {claim.gift_id for claim in queries.claims_of(session, certificate)} - {gift.id}
        step = "revoke" if certificate.state == "issued" else "drop"
        take(session, None, CERTIFICATE, certificate, step, actor, f"捐赠已退还：{reason}")
        entry = entries.get(certificate.threshold_code)
        if others and entry is not None and entry.basis != SINGLE:
            rest = [each for each in due([entry], queries.given_by_gifts(session, gift.tenant_id, others, [entry]))
                    if each.last.name == certificate.donor_name]
            renewed += [_ask(session, None, gift.tenant_id, each, actor) for each in rest]
    return renewed
