"""Signing certificates with a key of the county that serves nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.privacy.vault import vault_of
from core.trail.keys import Keyring, Signer
from plugins.donations.models import Certificate
from plugins.donations.verifier import FORMAT, KEYS_FORMAT, signed_bytes


def sign(session: Session, certificate: Certificate) -> None:
    """Sign what the public may read of it."""
    signer = signer_of(session, certificate.tenant_id)
    certificate.public_key = signer.public
    certificate.signature = signer.sign(signed_bytes(_values(certificate)))


def signer_of(session: Session, tenant_id: str) -> Signer:
    """The county's key for certificates, beside the other keys of this machine; made at first use."""
    return Keyring(vault_of(session).keys.folder.parent).make(f"certificates-{tenant_id}")


def certificate_file(certificate: Certificate) -> dict[str, Any]:
    """The file by which a certificate is verified offline: nothing that its public page does not show."""
    return {"format": FORMAT, **_values(certificate), "public_key": certificate.public_key, "signature": certificate.signature}


def keys_file(tenant_id: str, keys: list[str]) -> dict[str, Any]:
    """The county's public keys, as they are published."""
    return {"format": KEYS_FORMAT, "tenant": tenant_id, "keys": keys}


def _values(certificate: Certificate) -> dict[str, str]:
    assert certificate.issued_on is not None  # only issued ones are signed
    return {"tenant": certificate.tenant_id, "number": certificate.number, "token": certificate.token,
            "donor": certificate.public_name, "amount": f"{certificate.amount:.2f}", "honour": certificate.honour,
            "issuer": certificate.issuer, "issued_on": certificate.issued_on.isoformat()}
