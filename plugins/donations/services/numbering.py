"""Numbers of certificates: each issuer's own series of a year, without gaps, each number once."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.donations.models import Certificate, CertificateSeries


def give_number(session: Session, certificate: Certificate) -> None:
    """The next number of the issuer. The row of the series is changed first, so that of two at once the second waits
    for the first and counts on from it."""
    assert certificate.issued_on is not None  # its year is the series
    certificate.series = certificate.issued_on.year
    certificate.serial = _next(session, certificate)
    certificate.number = f"〔{certificate.series}〕{certificate.serial:04d}号"


def _next(session: Session, certificate: Certificate) -> int:
    this = (CertificateSeries.tenant_id == certificate.tenant_id, CertificateSeries.series == certificate.series,
            CertificateSeries.issuer_unit_id == certificate.issuer_unit_id)
    one_more = update(CertificateSeries).where(*this).values(last=CertificateSeries.last + 1)
    one_more = one_more.execution_options(synchronize_session=False)
    if not session.execute(one_more).rowcount:  # type: ignore[attr-defined]
        try:
            with session.begin_nested():
                session.add(CertificateSeries(tenant_id=certificate.tenant_id, series=certificate.series,
                                              issuer_unit_id=certificate.issuer_unit_id, last=0))
        except IntegrityError:
            pass  # somebody else has begun the series
        session.execute(one_more)
    last = session.scalar(select(CertificateSeries.last).where(*this))
    assert last is not None  # counted just above
    return last
