"""Certificates on paper: one at once, many by a job that can be left."""

from __future__ import annotations

import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.access.viewer import load_viewer
from core.errors import N_, Conflict, NotPermitted
from core.extensions import tenant_scope
from core.extensions.phrases import phrase
from core.host.contract import JobRun, JobSpec
from core.printing import picture, qr, qr_series, render, render_each, uppercase
from core.tenancy.queries import get_tenant
from core.trail.services import record
from core.units.queries import get_unit
from plugins.donations.models import Certificate
from plugins.donations.permissions import Action
from plugins.donations.queries import certificates as queries

PRINTED = phrase(N_("打印 %(count)s 份捐赠证书"))
TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "donations" / "certificate.typ"
PRINT = "donations.print"
PDF = "application/pdf"
ZIP = "application/zip"
#: so many are one PDF; more are volumes in a ZIP, each small, since the layout keeps what it made of the last few
ONE_FILE, VOLUME = 200, 100
#: from so many on a series of codes is worth making
_MANY = 100


def certificate_pdf(session: Session, certificate: Certificate, site: str) -> bytes:
    """One certificate as PDF. `site` is the address under which the public reaches this platform."""
    if certificate.state != "issued":
        raise Conflict(N_("只有已颁发的证书可以打印"))
    return render(TEMPLATE, papers(session, [certificate], site))


def papers(session: Session, certificates: Sequence[Certificate], site: str) -> dict[str, Any]:
    """What the template is given of certificates of one tenant."""
    place = get_tenant(session, certificates[0].tenant_id)
    issuers = {one.issuer_unit_id for one in certificates}
    address = check_address(site, place.unit.code, "")
    code_of = qr_series(address, len(certificates[0].token)) if len(certificates) >= _MANY else lambda token: qr(address + token)
    return {"seals": dict(_seals(session, place.id, issuers)),
            "items": [_paper(one, place.name, code_of(one.token)) for one in certificates]}


def check_address(site: str, code: str, token: str) -> str:
    """The public page that says whether a certificate is good."""
    return f"{site.rstrip('/')}/public/{code}/donations/certificates/{token}"


def _paper(certificate: Certificate, place: str, code: str) -> dict[str, Any]:
    on, issued = certificate.given_on, certificate.issued_on
    assert issued is not None  # only issued ones are printed
    many = certificate.gifts > 1
    return {
        "honour": certificate.honour, "number": certificate.number, "donor": certificate.donor_name, "place": place,
        "unit": certificate.donor_kind == "unit", "given": f"{'截至 ' if many else ''}{on.year} 年 {on.month} 月 {on.day} 日",
        "how": f"捐赠 {certificate.gifts} 次，合计" if many else "捐赠", "amount": f"{certificate.amount:,.2f}",
        "upper": uppercase(certificate.amount), "issuer": certificate.issuer,
        "issued": f"{issued.year} 年 {issued.month} 月 {issued.day} 日", "seal": certificate.issuer_unit_id.hex, "code": code}


def _seals(session: Session, tenant_id: str, issuers: Iterable[uuid.UUID]) -> Iterator[tuple[str, str]]:
    for unit_id in issuers:
        seal = queries.find_seal(session, tenant_id, unit_id)
        if seal is not None:
            yield unit_id.hex, _drawn(seal.content)


@lru_cache(maxsize=32)
def _drawn(content: bytes) -> str:
    return picture(content)


def print_certificates(run: JobRun) -> None:
    """Every issued certificate in the starter's scope at a unit: one PDF, or a ZIP of volumes."""
    ids = _ids(run)
    if not ids:
        raise Conflict(N_("这里没有已颁发的证书"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificates"
        count = _write(run, ids, path)
        many = len(ids) > ONE_FILE
        run.keep_file("捐赠证书.zip" if many else "捐赠证书.pdf", ZIP if many else PDF, path)
    with run.transaction() as session:
        record(session, run.actor, Action.CERTIFICATE_EXPORT, PRINTED(count=count), subject=f"job:{run.job_id}",
               tenant_id=run.tenant_id, unit_id=run.unit_id)
        run.finish_in(session, f"已排好 {count} 份证书", {"count": count})


def _write(run: JobRun, ids: Sequence[uuid.UUID], path: Path) -> int:
    """Lay them out, volume by volume; gives how many are still issued."""
    counts: list[int] = []
    size = len(ids) if len(ids) <= ONE_FILE else VOLUME
    volumes = render_each(TEMPLATE, _volumes(run, ids, size, counts))
    if size == len(ids):
        path.write_bytes(b"".join(volumes))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:  # a PDF is packed already
            for number, volume in enumerate(volumes, 1):
                packed.writestr(f"捐赠证书-第{number:02d}册.pdf", volume)
                run.progress(min(number * size, len(ids)), len(ids), "正在排版")
    run.progress(len(ids), len(ids), "已排好")
    return sum(counts)


def _volumes(run: JobRun, ids: Sequence[uuid.UUID], size: int, counts: list[int]) -> Iterator[dict[str, Any]]:
    """The data of each volume, of what is issued at this moment."""
    for at in range(0, len(ids), size):
        with run.database.session() as session, tenant_scope(session, run.tenant_id):
            found = queries.issued_chunk(session, run.tenant_id, ids[at : at + size])
            data = papers(session, found, run.arguments["site"]) if found else None
        counts.append(len(found))
        if data is not None:
            yield data


def _ids(run: JobRun) -> list[uuid.UUID]:
    """Which certificates: asked with the rights the starter has now."""
    if run.actor.account_id is None:
        raise NotPermitted(N_("打印须由一个账号发起"))
    with run.database.session() as session, tenant_scope(session, run.tenant_id):
        unit = get_unit(session, uuid.UUID(run.arguments["unit"]))
        viewer = load_viewer(session, run.actor.account_id, run.actor.name)
        scope = viewer.scope(session, Action.CERTIFICATE_EXPORT, unit).only([run.tenant_id])
        return queries.issued_ids(session, scope)


JOBS = [JobSpec(PRINT, N_("打印捐赠证书"), print_certificates)]
