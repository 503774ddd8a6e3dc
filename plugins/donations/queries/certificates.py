"""Reads of certificates and of the gifts they may rest on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import get_scoped, in_scope
from plugins.donations.models import Certificate, CertificateClaim, Contributor, Gift, Seal
from plugins.donations.rules.thresholds import CONTRIBUTOR, PERSON, SINGLE, UNIT, Given, Threshold

#: people look through this many at once; whoever has more narrows to a township
MOST_DUE = 500
CHUNK = 500


def get_certificate(session: Session, scope: Scope, certificate_id: uuid.UUID) -> Certificate:
    """One certificate in scope, or NotFound."""
    return get_scoped(session, Certificate, certificate_id, scope)


def find_by_token(session: Session, tenant_id: str, token: str) -> Certificate | None:
    """The certificate behind a public address that has been issued, or was once."""
    found = select(Certificate).where(Certificate.tenant_id == tenant_id, Certificate.token == token,
                                      Certificate.state.in_(("issued", "revoked")))
    return session.scalars(found).first()


def public_keys(session: Session, tenant_id: str) -> list[str]:
    """Every key that has signed a certificate of a tenant."""
    found = select(Certificate.public_key).where(Certificate.tenant_id == tenant_id, Certificate.public_key != "").distinct()
    return sorted(session.scalars(found))


def gifts_that_count(session: Session, scope: Scope, thresholds: Sequence[Threshold]) -> list[Given]:
    """The gifts in scope that any of the thresholds could be about, whole and by contributor."""
    kinds = {"pool", *(threshold.donor for threshold in thresholds)} & {UNIT, PERSON, "pool"}
    least = min((threshold.amount for threshold in thresholds), default=Decimal(0))
    wanted = select(Gift).where(Gift.state == "recorded", Gift.donor_kind.in_(sorted(kinds)), Gift.amount > Decimal(0))
    if all(threshold.basis == SINGLE for threshold in thresholds):
        wanted = wanted.where(Gift.amount >= least)
    rows = session.execute(in_scope(wanted, Gift, scope).with_only_columns(*_COLUMNS)).all()
    return _given(session, rows, thresholds)


def given_by_gifts(session: Session, tenant_id: str, gift_ids: Iterable[uuid.UUID],
                   thresholds: Sequence[Threshold]) -> list[Given]:
    """The same of some gifts of a tenant."""
    rows = session.execute(select(*_COLUMNS).where(Gift.tenant_id == tenant_id, Gift.id.in_(sorted(gift_ids)),
                                                   Gift.state == "recorded")).all()
    return _given(session, rows, thresholds)


def _given(session: Session, rows: Sequence[Any], thresholds: Sequence[Threshold]) -> list[Given]:
    found = [_whole(row) for row in rows]
    if any(threshold.party == CONTRIBUTOR for threshold in thresholds):
        found += _contributed(session, {row.id: row for row in rows if row.donor_kind == "pool"})
    return found


_COLUMNS = (Gift.id, Gift.donor_kind, Gift.donor_name, Gift.donor_unit_id, Gift.amount, Gift.given_on, Gift.unit_id,
            Gift.consent)


def _whole(gift: Any) -> Given:
    kind = PERSON if gift.donor_kind == PERSON else UNIT
    return Given(gift.id, gift.id, kind, f"{kind}:{gift.donor_unit_id or gift.donor_name}", gift.donor_name, gift.amount,
                 gift.given_on, gift.unit_id, gift.consent, pooled=gift.donor_kind == "pool")


def _contributed(session: Session, pools: dict[uuid.UUID, Any]) -> Iterator[Given]:
    for one in _contributors(session, list(pools)):
        gift = pools[one.gift_id]
        yield Given(one.id, gift.id, PERSON, f"{PERSON}:{one.name}", one.name, one.amount, gift.given_on, gift.unit_id,
                    gift.consent, pooled=True)


def _contributors(session: Session, gift_ids: Sequence[uuid.UUID]) -> Iterator[Contributor]:
    for at in range(0, len(gift_ids), CHUNK):
        yield from session.scalars(select(Contributor).where(Contributor.gift_id.in_(gift_ids[at : at + CHUNK])))


def claimed(session: Session, subject_ids: Iterable[uuid.UUID]) -> set[tuple[uuid.UUID, str]]:
    """Which of these gifts a live certificate already stands for, with its honour."""
    wanted, found = sorted(set(subject_ids)), set()
    for at in range(0, len(wanted), CHUNK):
        rows = select(CertificateClaim.subject_id, CertificateClaim.honour).where(
            CertificateClaim.subject_id.in_(wanted[at : at + CHUNK]))
        found |= {(subject_id, honour) for subject_id, honour in session.execute(rows)}
    return found


def claims_of(session: Session, certificate: Certificate) -> Sequence[CertificateClaim]:
    """What a certificate rests on."""
    return session.scalars(select(CertificateClaim).where(
        CertificateClaim.tenant_id == certificate.tenant_id, CertificateClaim.certificate_id == certificate.id)).all()


def live_for_gift(session: Session, tenant_id: str, gift_id: uuid.UUID) -> Sequence[Certificate]:
    """The live certificates that rest on a gift, in whole or in part."""
    rests = select(CertificateClaim.certificate_id).where(CertificateClaim.tenant_id == tenant_id,
                                                          CertificateClaim.gift_id == gift_id)
    return session.scalars(select(Certificate).where(Certificate.tenant_id == tenant_id, Certificate.id.in_(rests))
                           .order_by(Certificate.id)).all()


def gifts_of(session: Session, certificate: Certificate) -> Sequence[Gift]:
    """The gifts a live certificate rests on, the oldest first."""
    ids = {claim.gift_id for claim in claims_of(session, certificate)}
    return session.scalars(select(Gift).where(Gift.tenant_id == certificate.tenant_id, Gift.id.in_(sorted(ids)))
                           .order_by(Gift.given_on, Gift.id)).all()


def last_revoked(session: Session, tenant_id: str, honour: str, donor_name: str) -> uuid.UUID | None:
    """The certificate that a new one for the same donor and honour takes the place of."""
    found = select(Certificate.id).where(Certificate.tenant_id == tenant_id, Certificate.honour == honour,
                                         Certificate.donor_name == donor_name, Certificate.state == "revoked")
    return session.scalars(found.order_by(Certificate.id.desc()).limit(1)).first()


def find_seal(session: Session, tenant_id: str, unit_id: uuid.UUID) -> Seal | None:
    """The seal of an issuer."""
    return session.get(Seal, (tenant_id, unit_id))


def count_issued(session: Session, scope: Scope) -> int:
    """How many certificates in scope can be printed."""
    return len(issued_ids(session, scope))


def issued_ids(session: Session, scope: Scope) -> list[uuid.UUID]:
    """The ids of all issued certificates in scope, by number."""
    wanted = in_scope(select(Certificate.id).where(Certificate.state == "issued"), Certificate, scope)
    return list(session.scalars(wanted.order_by(Certificate.series, Certificate.serial, Certificate.id)))


def issued_chunk(session: Session, tenant_id: str, ids: Sequence[uuid.UUID]) -> Sequence[Certificate]:
    """Some certificates that are still issued, in the order of the ids."""
    rows = session.scalars(select(Certificate).where(Certificate.tenant_id == tenant_id, Certificate.id.in_(ids),
                                                     Certificate.state == "issued"))
    place = {one: at for at, one in enumerate(ids)}
    return sorted(rows, key=lambda row: place[row.id])
