"""One request to another system: to an address that was checked, within a time limit for all of it.

The name is resolved here, every address it has is judged, and the connection goes to the very address that was
judged, so that a name which changes its answer gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from core.trail.redaction import redact
from core.webhooks.targets import Target, may_connect

#: of an answer this much is read, and this much kept
READ, KEPT = 4096, 500


class Unresolved(Exception):
    """The name has no address."""


@dataclass(frozen=True)
class Outcome:
    """What came of one try: why it failed (nothing: it did not), the status, the beginning of the answer."""

    reason: str = ""
    status: int | None = None
    answer: str = ""
    millis: int = 0

    @property
    def ok(self) -> bool:
        """Whether the event was taken."""
        return not self.reason


class _Clock:
    """What is left of the time limit."""

    def __init__(self, seconds: float) -> None:
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.over = threading.Event()

    def left(self) -> float:
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    @contextmanager
    def cutting(self, connection: socket.socket) -> Iterator[None]:
        """Cut the connection when the time is over: a server that drips bytes never lets a read time out."""
        timer = threading.Timer(self.left(), self._cut, [connection])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self, connection: socket.socket) -> None:
        self.over.set()
        with suppress(OSError):  # it has ended by itself
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, which would wait for the other side


def send(target: Target, headers: Mapping[str, str], body: bytes, *, allowed: bool, seconds: float,
         tls: ssl.SSLContext | None = None) -> Outcome:
    """Post the body and say what came of it; never raises for anything the other side does. `allowed` says
    that the host may be one of an inner network."""
    clock, reason, status, answer = _Clock(seconds), "", None, b""
    try:
        addresses = resolve(target.host, target.port, clock.left())
        if not all(may_connect(address, allowed=allowed) for address in addresses):
            reason = "address"
        else:
            status, answer = _exchange(target, addresses, headers, body, clock, tls)
            reason = _judged(status)
    except Exception as error:  # whatever an answer can be made to raise
        reason = _reason(error)
    if clock.over.is_set():
        reason = "timeout"
    return Outcome(reason, status, _readable(answer), round((time.monotonic() - clock.began) * 1000))


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Every address of a name, asked once. The system's resolver knows no time limit, so it is asked aside."""
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception) or not answer:
        raise Unresolved(host)
    return answer


def _exchange(target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes, clock: _Clock,
              tls: ssl.SSLContext | None) -> tuple[int, bytes]:
    with _connected(target, addresses, clock, tls) as connection, clock.cutting(connection):
        client = http.client.HTTPConnection(target.host, target.port)
        client.sock = connection
        client.request("POST", target.path, body, {"Host": target.header, "Connection": "close",
                                                   "Accept-Encoding": "identity", **headers})
        with client.getresponse() as answer:
            return answer.status, answer.read(READ)


@contextmanager
def _connected(target: Target, addresses: Sequence[str], clock: _Clock,
               tls: ssl.SSLContext | None) -> Iterator[socket.socket]:
    connection = _reach(addresses, target.port, clock)
    try:
        connection.settimeout(clock.left())  # the handshake as a whole keeps to it
        if target.secure:
            context = tls or ssl.create_default_context()
            connection = context.wrap_socket(connection, server_hostname=target.host)
        yield connection
    finally:
        connection.close()


def _reach(addresses: Sequence[str], port: int, clock: _Clock) -> socket.socket:
    """Connect to the first of the addresses that answers."""
    failed: OSError | None = None
    for number, address in enumerate(addresses):
        connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.settimeout(clock.left() / (len(addresses) - number))
            connection.connect((address, port))
            return connection
        except OSError as error:
            failed = error
            connection.close()
    raise failed or OSError


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
