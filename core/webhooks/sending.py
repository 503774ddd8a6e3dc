"""One event sent to one address, and in a word what came of it."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

from core.outward.addresses import Target
from core.outward.exchange import Limits, Refused, Unresolved, exchange
from core.trail.redaction import redact

#: of an answer this much is read, and this much kept
READ, KEPT = 4096, 500
#: seconds: a receiver may ask for patience, but not for more than a day of it
LONGEST_WAIT = 86_400


@dataclass(frozen=True)
class Outcome:
    """What came of one try: why it failed (nothing: it did not), the status, the beginning of the answer."""

    reason: str = ""
    status: int | None = None
    answer: str = ""
    millis: int = 0
    #: seconds for which the receiver asks to be left alone (Retry-After)
    wait: int = 0

    @property
    def ok(self) -> bool:
        """Whether the event was taken."""
        return not self.reason


def send(target: Target, headers: Mapping[str, str], body: bytes, *, allowed: bool, seconds: float,
         tls: ssl.SSLContext | None = None) -> Outcome:
    """Post the body and say what came of it; never raises for anything the other side does. `allowed` says
    that the host may be one of an inner network."""
    began = time.monotonic()
    try:
        answer = exchange("POST", target, headers, body, Limits(seconds, READ, allowed), tls)
    except Exception as error:  # whatever an answer can be made to raise
        return Outcome(_reason(error), millis=_since(began))
    reason = _judged(answer.status)
    wait = asked_wait(answer.headers.get("retry-after", ""), dt.datetime.now(dt.UTC)) if reason else 0
    return Outcome(reason, answer.status, _readable(answer.body), _since(began), wait)


def asked_wait(text: str, now: dt.datetime) -> int:
    """The seconds a Retry-After header asks for, as a number or as a date (RFC 9110, 10.2.3), a day at most; 0
    where it says nothing that can be read."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return int(text) if len(text) < 6 and int(text) < LONGEST_WAIT else LONGEST_WAIT
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0
    until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
    return min(max(0, round((until - now).total_seconds())), LONGEST_WAIT)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return "redirect"
    return "gone" if status == http.client.GONE else "status"


def _reason(error: Exception) -> str:
    match error:
        case Unresolved():
            return "unresolved"
        case Refused():
            return "address"
        case TimeoutError():
            return "timeout"
        case ssl.SSLCertVerificationError():
            return "certificate"
        case ssl.SSLError():
            return "tls"
        case http.client.HTTPException() | ValueError():
            return "answer"
        case _:
            return "connection"


def _readable(data: bytes) -> str:
    """The beginning of an answer as text, without numbers that point at a person."""
    text = "".join(sign if sign.isprintable() else " " for sign in data.decode("utf-8", "replace"))
    return redact(text).strip()[:KEPT]
