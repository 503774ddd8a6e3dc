"""The small languages of the API: tokens, cursors, field lists, tags; pure functions."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.errors import N_, InvalidInput

#: tokens begin so, that a scanner of leaked secrets knows them
MARK = "bangfu"
TOKEN = re.compile(r"bangfu_[0-9a-z]{8}_[A-Za-z0-9_-]{43}")
#: an Idempotency-Key: printable, long enough not to collide by chance
KEY = re.compile(r"[\x21-\x7e]{8,120}")


def new_token() -> tuple[str, str]:
    """The text of a new token, 256 bits of it random, and the prefix that may be shown."""
    prefix = f"{MARK}_{secrets.token_hex(4)}"
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


def token_digest(text: str) -> str:
    """What is kept of a token. It is random, so that a plain hash cannot be searched."""
    return hashlib.sha256(text.encode()).hexdigest()


def request_digest(method: str, address: str, body: bytes) -> str:
    """What tells two requests with the same Idempotency-Key apart."""
    return hashlib.sha256(b"\0".join((method.encode(), address.encode(), body))).hexdigest()


def etag(value: Any) -> str:
    """The tag of a state: equal states have equal tags."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def write_cursor(*parts: str) -> str:
    """Where a page ended, for the caller to hand back."""
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


def read_cursor(text: str, count: int = 1) -> list[str]:
    """The parts of a cursor; anything that was not one of ours is refused."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw.decode())
    except (ValueError, binascii.Error, UnicodeError, RecursionError) as error:
        raise _bad_cursor() from error
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        raise _bad_cursor()
    if any("\0" in part or any("\ud800" <= sign <= "\udfff" for sign in part) for part in parts):
        raise _bad_cursor()
    return parts


def _bad_cursor() -> InvalidInput:
    message = N_("after 须是上一页答复中的 next")
    return InvalidInput(message, {"after": message})


def chosen(fields: str, known: Iterable[str]) -> list[str]:
    """The fields a caller asks for (`?fields=code,name`); none given means all."""
    names = list(known)
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise InvalidInput(N_("没有名为 %(names)s 的字段，可选 %(known)s"), {"fields": N_("没有这个字段")},
                           names="、".join(unknown)[:200], known="、".join(names))
    return wanted


def only(row: Mapping[str, Any], fields: Sequence[str]) -> Mapping[str, Any]:
    """A row with these fields alone, or all of it."""
    return {name: row[name] for name in fields} if fields else row
