"""One request: to the address that was judged, within its limits, and never anywhere else."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.outward import exchange
from core.outward.exchange import resolve
from core.webhooks.sending import Outcome, asked_wait, send
from core.webhooks.targets import parse_target
from tests.core.webhooks.conftest import Receiver, answer

Start = Callable[[Callable[[Any], None]], int]
HEADERS = {"Content-Type": "application/json"}


def post(url: str, *, allowed: bool = True, seconds: float = 5, tls: ssl.SSLContext | None = None) -> Outcome:
    return send(parse_target(url), HEADERS, b"{}", allowed=allowed, seconds=seconds, tls=tls)


@pytest.mark.parametrize(("status", "reason"), [
    (200, ""), (204, ""), (301, "redirect"), (307, "redirect"), (404, "status"), (410, "gone"), (500, "status")])
def test_the_status_decides(receiver: Receiver, status: int, reason: str) -> None:
    receiver.answers = [answer(status, b"")]
    found = post(receiver.url)
    assert (found.status, found.reason, found.ok) == (status, reason, reason == "")


def test_what_is_sent_names_the_host_and_follows_no_proxy(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert post(receiver.url).ok
    headers, body = receiver.got[0]
    assert headers["host"] == receiver.place and headers["connection"] == "close" and body == b"{}"


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"],
                                       ["169.254.169.254"], ["10.0.0.1"], ["64:ff9b::7f00:1"]])
def test_a_name_with_one_inner_address_is_not_connected_to(
        receiver: Receiver, monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    monkeypatch.setattr(exchange, "resolve", lambda host, port, seconds: addresses)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    assert post(f"http://outside.example:{receiver.port}/", allowed=False).reason == "address"


def test_a_name_that_changes_its_answer_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Receiver("127.0.0.1")
    second = Receiver("127.0.0.2", first.port)
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    monkeypatch.setattr(exchange, "resolve", lambda host, port, seconds: answers.pop(0))
    real = socket.getaddrinfo
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: asked.append(host) or real(host, *rest, **more))
    assert post(f"http://rebinding.example:{first.port}/").ok
    assert (len(first.got), len(second.got), len(answers), asked) == (1, 0, 1, [])
    assert first.got[0][0]["host"] == f"rebinding.example:{first.port}"
    first.close()
    second.close()


def test_metadata_and_groups_stay_refused_at_an_allowed_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("169.254.169.254", "100.100.100.200", "224.0.0.1", "0.0.0.0", "::ffff:10.0.0.1"):
        monkeypatch.setattr(exchange, "resolve", lambda host, port, seconds, address=address: [address])
        assert post("http://inner.example/").reason == "address"


def test_names_are_resolved_by_the_system_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "127.0.0.1" in resolve("localhost", 80, 5)
    for name in ("no-such-name.invalid", f"{'a' * 70}.example"):
        assert post(f"http://{name}/").reason == "unresolved"
    enough = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [enough.wait()][1:])
    assert post("http://slow.example/", seconds=0.2).reason == "timeout"
    enough.set()


@pytest.mark.parametrize(("said", "seconds"), [
    ("120", 120), (" 0 ", 0), ("86400", 86_400), ("9" * 400, 86_400), ("Sun, 22 Nov 2026 00:10:00 GMT", 600),
    ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400), ("Sun, 22 Nov 2026 00:10:00", 600), ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ("", 0), ("soon", 0), ("-5", 0), ("1.5", 0), ("٣", 0), ("Sun, 99 Nov 99999 99:99:99 GMT", 0)])
def test_a_receiver_may_ask_for_patience_of_a_day_at_most(said: str, seconds: int) -> None:
    assert asked_wait(said, dt.datetime(2026, 11, 22, tzinfo=dt.UTC)) == seconds


def test_only_a_failure_makes_us_wait(receiver: Receiver) -> None:
    receiver.answers = [answer(503, b"", **{"Retry-After": "90"}), answer(200, b"", **{"Retry-After": "90"})]
    assert (post(receiver.url).wait, post(receiver.url).wait) == (90, 0)


def _drip(*pieces: bytes) -> Callable[[Any], None]:
    def work(connection: Any) -> None:
        for piece in pieces:
            connection.sendall(piece)
        while True:
            connection.sendall(b"y")
            time.sleep(0.02)
    return work


@pytest.mark.parametrize("pieces", [(), (b"HTTP/1.1 200 OK\r\nX: ",), (b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n",),
                                    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",)],
                         ids=["status", "headers", "body", "chunk"])
def test_dripping_bytes_never_outlast_the_limit(raw_server: Start, pieces: tuple[bytes, ...]) -> None:
    began = time.monotonic()
    found = post(f"http://127.0.0.1:{raw_server(_drip(*pieces))}/", seconds=0.4)
    assert found.reason == "timeout" and time.monotonic() - began < 4


def test_an_endless_answer_is_read_no_further_than_needed(raw_server: Start) -> None:
    def pour(connection: Any) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"z" * 65536)
    found = post(f"http://127.0.0.1:{raw_server(pour)}/")
    assert found.ok and found.answer == "z" * 500


@pytest.mark.parametrize("said", [b"not http at all\r\n\r\n", b"HTTP/1.1 999999999999999999999 X\r\n\r\n", b"",
                                  b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"])
def test_what_is_not_http_is_a_failure(raw_server: Start, said: bytes) -> None:
    def work(connection: Any) -> None:
        connection.recv(65536)
        connection.sendall(said)
    found = post(f"http://127.0.0.1:{raw_server(work)}/")
    assert found.reason in ("answer", "connection")


def test_nobody_listening_is_a_failure_and_the_next_address_is_tried(
        receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    assert post(f"http://127.0.0.1:{closed}/").reason == "connection"
    monkeypatch.setattr(exchange, "resolve", lambda host, port, seconds: ["127.0.0.3", "127.0.0.1"])
    assert post(f"http://two.example:{receiver.port}/").ok


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for told.example with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "told.example")])
    now = dt.datetime.now(dt.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("told.example")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    path = tmp_path / "told.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                     + made.public_bytes(Encoding.PEM))
    return path


def test_the_certificate_is_that_of_the_name_although_the_address_is_pinned(
        receiver: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    names: list[str | None] = []
    served.sni_callback = lambda connection, name, context: names.append(name)
    receiver.server.socket = served.wrap_socket(receiver.server.socket, server_side=True)
    monkeypatch.setattr(exchange, "resolve", lambda host, port, seconds: ["127.0.0.1"])
    trusting = ssl.create_default_context(cafile=str(certificate))
    assert post(f"https://told.example:{receiver.port}/", tls=trusting).ok
    assert names == ["told.example"]
    assert post(f"https://other.example:{receiver.port}/", tls=trusting).reason == "certificate"
    assert post(f"https://told.example:{receiver.port}/").reason == "certificate"
    assert len(receiver.got) == 1


def test_a_handshake_that_hangs_or_is_none_keeps_to_the_limit(raw_server: Start) -> None:
    port = raw_server(lambda connection: [connection.recv(65536), time.sleep(2)])
    assert post(f"https://127.0.0.1:{port}/", seconds=0.3).reason == "timeout"
    port = raw_server(lambda connection: [connection.recv(65536), connection.sendall(b"HTTP/1.1 400 no\r\n\r\n")])
    assert post(f"https://127.0.0.1:{port}/").reason == "tls"
