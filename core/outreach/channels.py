"""The ways in which text messages leave: a list for the county's own platform, or requests to a gateway.

A channel is given numbers and a text and says of every message what became of it. It knows no database and keeps
nothing; whoever calls it has no transaction open.
"""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.outward.addresses import Target
from core.outward.exchange import Limits, Refused, Unresolved, exchange

#: of an answer this much is read
READ = 1_000_000
PATIENCE = 300


@dataclass(frozen=True)
class Message:
    """One message: its id, by which a gateway may tell it again, and the number."""

    id: uuid.UUID
    phone: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What became of some messages. With `trouble` (a word for the log, nothing personal) of none of them: try again."""

    sent: frozenset[uuid.UUID] = frozenset()
    failed: frozenset[uuid.UUID] = frozenset()
    #: they stand on a list and wait for what its file says
    listed: frozenset[uuid.UUID] = frozenset()
    trouble: str = ""


class Channel(Protocol):
    """A way out."""

    @property
    def chunk(self) -> int:
        """How many messages it takes at once."""

    def send(self, text: str, messages: Sequence[Message], key: str) -> Answer:
        """Send one text to these numbers. `key` is the same when the same messages are tried again."""


@dataclass(frozen=True)
class Outbox:
    """Messages stand on a list; its file is made when somebody who may see numbers asks for it."""

    chunk: int = 1_000

    def send(self, text: str, messages: Sequence[Message], key: str) -> Answer:
        """All of them stand on the list."""
        return Answer(listed=frozenset(one.id for one in messages))


@dataclass(frozen=True)
class HttpGateway:
    """One POST of JSON for so many messages: `{"text", "messages": [{"id", "phone"}]}`, answered by 2xx with
    `{"results": [{"id", "ok"}]}`; a message that the answer does not name has not been sent."""

    target: Target
    secret: str = field(repr=False)
    allowed: bool
    chunk: int
    seconds: float

    def send(self, text: str, messages: Sequence[Message], key: str) -> Answer:
        """Post them once; never raises for anything the other side does."""
        if not (self.target.secure or self.allowed):
            return Answer(trouble="host")
        body = json.dumps({"text": text, "messages": [{"id": str(one.id), "phone": one.phone} for one in messages]}, ensure_ascii=False)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "bangfu-outreach/1", "Idempotency-Key": key}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        try:
            found = exchange("POST", self.target, headers, body.encode(), Limits(self.seconds, READ, self.allowed))
        except Exception as error:  # whatever an answer can be made to raise; its words are not kept
            return Answer(trouble=_trouble(error))
        if not 200 <= found.status < 300:
            return Answer(trouble=f"status-{found.status}")
        good = _named(found.body)
        if good is None:
            return Answer(trouble="answer")
        ids = frozenset(one.id for one in messages)
        return Answer(ids & good, ids - good)


def _named(body: bytes) -> frozenset[uuid.UUID] | None:
    """The ids that an answer says were sent; None where it cannot be read."""
    try:
        results: Any = json.loads(body)["results"]
        return frozenset(uuid.UUID(str(one["id"])) for one in results if one["ok"] is True)
    except (ValueError, KeyError, TypeError):
        return None


def _trouble(error: Exception) -> str:
    match error:
        case Unresolved():
            return "unresolved"
        case Refused():
            return "address"
        case TimeoutError():
            return "timeout"
        case http.client.HTTPException() | ValueError():
            return "answer"
        case _:
            return "connection"
