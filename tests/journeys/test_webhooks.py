"""Events out in a real browser: a host is allowed, a subscription made, a test event arrives, and is replayed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.webhooks import recipe
from tests.journeys.conftest import OpenAs, Site

pytestmark = pytest.mark.journey
COUNTY, PROVINCE = "522723", "52"


class Told:
    """A system on this machine that is told, with what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(200)
                self.end_headers()
                self.wfile.write("收到".encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def told() -> Iterator[Told]:
    made = Told()
    yield made
    made.server.shutdown()
    made.server.server_close()


def allow(page: Page, site: Site, place: str) -> None:
    page.goto(f"{site.url}/u/{PROVINCE}/webhooks/hosts")
    page.get_by_label("主机和端口").fill(place)
    page.get_by_label("理由或文号").fill("测试：本机接收")
    page.get_by_role("button", name="放行", exact=True).click()
    expect(page.get_by_role("cell", name=place)).to_be_visible()


def see_delivered(page: Page) -> None:
    """The page of a delivery, looked at until the worker has told it."""
    for _ in range(60):
        if page.get_by_text("已送达").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("已送达").first).to_be_visible()


def test_an_event_is_sent_seen_and_replayed(open_as: OpenAs, site: Site, told: Told) -> None:
    page = open_as("guiding-admin")
    page.goto(f"{site.url}/u/{COUNTY}/webhooks/new")
    page.get_by_label("接收地址").fill(f"http://{told.place}/hook")
    page.get_by_label("任职 core.account.role_given").check()
    page.get_by_role("button", name="建立推送").click()
    expect(page.get_by_text("只能用 https").first).to_be_visible()

    allow(open_as("guizhou-admin"), site, told.place)
    page.get_by_role("button", name="建立推送").click()
    expect(page.get_by_text("推送已建立，请现在抄下密钥")).to_be_visible()
    secret = page.locator("#secret").inner_text()
    page.get_by_role("link", name="查看这条推送").click()
    expect(page.get_by_text("还没有推送记录")).to_be_visible()

    page.get_by_role("button", name="发送测试事件").click()
    see_delivered(page)
    headers, body = told.got[0]
    assert recipe.verify(secret, headers, body) and b"core.webhook.tested" in body
    expect(page.get_by_text("收到", exact=True)).to_be_visible()

    page.get_by_role("button", name="补发").click()
    expect(page.get_by_text("已安排补发")).to_be_visible()
    see_delivered(page)
    assert [headers["webhook-id"] for headers, _ in told.got] == [headers["webhook-id"]] * 2

    phone = open_as("guiding-admin", phone=True)
    phone.goto(f"{site.url}/u/{COUNTY}/webhooks")
    phone.get_by_role("link", name=told.place).click()
    expect(phone.get_by_text("测试事件").first).to_be_visible()
    wider = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
