"""Real receivers on loopback, and subscriptions of the small province that tell them."""

from __future__ import annotations

import dataclasses
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor, Database, all_tenants, tenant_scope
from core.host.manager import PluginHost
from core.jobs.worker import run_due
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from core.webhooks.hosts import allow_host
from core.webhooks.models import WebhookDelivery, WebhookEndpoint
from core.webhooks.queries import kinds_at
from core.webhooks.services import Wanted, make_endpoint

JIA, YI = "990101", "990102"
ACTOR = Actor(None, "测试甲")
Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(status: int, body: bytes = b"ok", **headers: str) -> Answer:
    """A receiver's answer."""
    def give(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
    return give


class Receiver:
    """A system that is told: it keeps what it got, and answers the next of `answers`, or 200."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Answer] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                (outer.answers.pop(0) if outer.answers else answer(200))(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer((host, port), Handler)
        self.server.daemon_threads = True
        self.host, self.port = host, self.server.server_address[1]
        self.place = f"{host}:{self.port}"
        self.url = f"http://{self.place}/hook?key=qwertz"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[Any], None]], int]]:
    """Starts servers that do with a connection what the test says; gives the port."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(work: Callable[[Any], None]) -> int:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the other side has cut the connection
                    work(self.request)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.block_on_close = True, False
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return int(server.server_address[1])
    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def host(app: Flask) -> PluginHost:
    found: PluginHost = app.extensions["bangfu.host"]
    return found


class Office:
    """What a test does with the running platform."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database: Database = app.extensions["bangfu.database"]
        self.host: PluginHost = app.extensions["bangfu.host"]

    def allow(self, place: str, code: str = JIA) -> None:
        with self.database.transaction() as session:
            allow_host(session, get_unit_by_code(session, code), place, "测试放行", ACTOR, tenant_id=code)

    def subscribe(self, url: str, *kinds: str, code: str = JIA, tenant_id: str = "") -> tuple[WebhookEndpoint, str]:
        tenant_id = tenant_id or code.partition("-")[0][:6]
        with self.database.transaction() as session, tenant_scope(session, tenant_id):
            known = {spec.code for spec in kinds_at(session, self.host, tenant_id)}
            return make_endpoint(session, self.app.config["BANGFU_SETTINGS"], get_unit_by_code(session, code),
                                 Wanted(url, kinds or ("*",), "测试系统"), ACTOR, tenant_id=tenant_id, known=known)

    def listen(self, receiver: Receiver, *kinds: str, code: str = JIA) -> tuple[WebhookEndpoint, str]:
        """Allow the receiver and subscribe it."""
        self.allow(receiver.place, code)
        return self.subscribe(receiver.url, *kinds, code=code)

    def run(self, *, early: bool = False) -> None:
        run_due(self.app, early=early)

    def set(self, **changes: Any) -> None:
        settings = dataclasses.replace(self.app.config["BANGFU_SETTINGS"], **changes)
        self.app.config["BANGFU_SETTINGS"] = settings

    def deliveries(self) -> list[WebhookDelivery]:
        with self.database.session() as session, all_tenants(session, "核对"):
            found = list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))
            session.expunge_all()
            return found

    def delivery(self) -> WebhookDelivery:
        (found,) = self.deliveries()
        return found

    def endpoint(self) -> WebhookEndpoint:
        with self.database.session() as session, all_tenants(session, "核对"):
            found = session.scalars(select(WebhookEndpoint)).one()
            session.expunge_all()
            return found

    def trail(self) -> list[TrailEntry]:
        with self.database.session() as session, all_tenants(session, "核对"):
            found = list(session.scalars(select(TrailEntry).order_by(TrailEntry.id)))
            session.expunge_all()
            return found

    def sentences(self) -> list[str]:
        return [entry.sentence for entry in self.trail()]

    def write(self) -> Any:
        return self.database.transaction()


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)


def emit_sample(session: Session, host: PluginHost, tenant_id: str = JIA, **options: Any) -> None:
    """An event of the sample plugin."""
    from core.host.events import emit

    emit(session, host, tenant_id, "sample.visit.noted", {"visit": "01a1"}, **options)
