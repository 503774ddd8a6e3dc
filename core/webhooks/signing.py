"""Secrets and signatures, as the Standard Webhooks specification (1.0) has them; pure functions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable

#: secrets begin so, that a scanner of leaked secrets knows them
MARK = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A new secret, 256 bits of it random."""
    return MARK + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def message_id(event_id: uuid.UUID) -> str:
    """The `webhook-id` of an event: the same at every try and replay."""
    return f"msg_{event_id.hex}"


def signature(secret: str, message: str, moment: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; `moment` is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(MARK))
    signed = hmac.new(key, f"{message}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def signed_headers(keys: Iterable[str], event_id: uuid.UUID, moment: int, body: bytes) -> dict[str, str]:
    """The three headers; with two secrets two signatures, of which receivers accept either."""
    message = message_id(event_id)
    return {"webhook-id": message, "webhook-timestamp": str(moment),
            "webhook-signature": " ".join(signature(key, message, moment, body) for key in keys)}
