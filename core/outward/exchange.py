"""One request to another system: to an address that was judged, within a time limit for all of it.

The name is resolved here, every address it has is judged, and the connection goes to the very address that was
judged, so that a name which changes its answer gains nothing. Redirects are not followed, proxies not asked.
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

from core.outward.addresses import Target, may_connect


class Unresolved(Exception):
    """The name has no address."""


class Refused(Exception):
    """One of the name's addresses is not to be connected to."""


@dataclass(frozen=True)
class Answer:
    """What came back: headers by their names in lower case, of the body no more than was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Limits:
    """`seconds` for everything together and `size`, the bytes of an answer that are read. `allowed` says that the
    host may be one of an inner network."""

    seconds: float
    size: int
    allowed: bool = False


def exchange(method: str, target: Target, headers: Mapping[str, str], body: bytes | None, limits: Limits,
             tls: ssl.SSLContext | None = None) -> Answer:
    """Ask once; `tls` where other certificates are trusted than the system's.

    Raises Unresolved, Refused, TimeoutError when the time is over, whatever for; else OSError, ssl.SSLError,
    http.client.HTTPException or ValueError.
    """
    clock = _Clock(limits.seconds)
    try:
        addresses = resolve(target.host, target.port, clock.left())
        if not all(may_connect(address, allowed=limits.allowed) for address in addresses):
            raise Refused(target.host)
        answer = _asked(method, target, addresses, headers, body, limits.size, clock, tls)
    except Exception as error:
        if clock.over.is_set():
            raise TimeoutError from error
        raise
    if clock.over.is_set():  # what was read is only a part
        raise TimeoutError
    return answer


class _Clock:
    """What is left of the time limit."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
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


def _asked(method: str, target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes | None,
           size: int, clock: _Clock, tls: ssl.SSLContext | None) -> Answer:
    with _connected(target, addresses, clock, tls) as connection, clock.cutting(connection):
        client = http.client.HTTPConnection(target.host, target.port)
        client.sock = connection
        client.request(method, target.path, body, {**headers, "Host": target.header, "Connection": "close",
                                                   "Accept-Encoding": "identity"})
        with client.getresponse() as answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read(size))


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
