"""Signing in with a province's identity provider, in a real browser: it is set up, a person links, signs out, and
comes back by the button; somebody unknown is told whom to ask."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.accounts.demo import PASSWORD
from tests.journeys.conftest import DESKTOP, PHONE, Site

pytestmark = pytest.mark.journey
NAME = "贵州省统一身份认证（演示）"
CONTACT = "贵州省教育信息中心（演示）"
Window = Callable[..., Page]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A real provider, written by others, on loopback in a process of its own; its issuer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(issuer, process)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(issuer: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the provider did not start")


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[Window]:
    """A browser window that may also go to the provider's own pages."""
    contexts = []

    def open_window(*, phone: bool = False) -> Page:
        context = browser.new_context(viewport=PHONE if phone else DESKTOP, locale="zh-CN", has_touch=phone, is_mobile=phone)
        context.route(re.compile(r"https://cdn\.jsdelivr\.net/"), lambda route: route.abort())  # the provider's looks
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{site.url}/sign-in")
        return page

    yield open_window
    for context in contexts:
        context.close()


def by_password(page: Page, login: str) -> None:
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/u/**")


def at_the_provider(page: Page, subject: str) -> None:
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def set_up(page: Page, site: Site, issuer: str) -> None:
    """What the administrator of the platform does once; a second journey finds it done."""
    by_password(page, "guizhou-admin")
    page.goto(f"{site.url}/u/52/providers")
    if page.get_by_role("link", name=NAME).count():
        return
    page.get_by_label("名称").fill(NAME)
    page.get_by_label("发行者地址（issuer）").fill(issuer + "/nowhere")
    page.get_by_label("客户端编号（client_id）").fill("bangfu")
    page.get_by_label("客户端密钥（client_secret）").fill("a-secret")
    page.get_by_label("没有关联的人找谁").fill(CONTACT)
    page.get_by_role("button", name="增加", exact=True).click()
    page.get_by_role("button", name="测试连接").click()
    expect(page.get_by_text("连接不成")).to_be_visible()
    page.get_by_label("发行者地址（issuer）").fill(issuer)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="测试连接").click()
    expect(page.get_by_text("连接正常")).to_be_visible()
    expect(page.get_by_text(f"{issuer}/oauth2/authorize")).to_be_visible()
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("button", name="停用")).to_be_visible()


def test_a_person_links_and_comes_back_by_the_button(window: Window, site: Site, provider: str) -> None:
    set_up(window(), site, provider)
    page = window()
    by_password(page, "guiding-aid")
    page.goto(f"{site.url}/me/providers")
    page.get_by_role("button", name="关联").click()
    at_the_provider(page, "person-0001")
    page.wait_for_url(f"{site.url}/me/providers")
    expect(page.get_by_text("已关联")).to_be_visible()
    page.goto(f"{site.url}/me")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in")

    page.get_by_role("link", name=f"用{NAME}登录").click()
    at_the_provider(page, "person-0001")
    page.wait_for_url(re.compile("/u/522723/"))
    page.goto(f"{site.url}/me/sessions")
    expect(page.get_by_text(f"经{NAME}")).to_be_visible()
    page.goto(f"{site.url}/me")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="已退出帮扶平台")).to_be_visible()
    page.get_by_role("link", name=f"同时退出{NAME}").click()
    page.get_by_role("button", name="End session").click()
    page.wait_for_url("**/sign-in")


def test_somebody_unknown_is_told_whom_to_ask(window: Window, site: Site, provider: str) -> None:
    set_up(window(), site, provider)
    page = window(phone=True)
    page.get_by_role("link", name=f"用{NAME}登录").click()
    at_the_provider(page, "person-nobody-knows")
    expect(page.get_by_role("heading", name="登录没有完成")).to_be_visible()
    expect(page.get_by_text(f"请联系：{CONTACT}")).to_be_visible()
    expect(page.get_by_text("person-nobody-knows")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="回到登录页").click()
    page.get_by_role("link", name=f"用{NAME}登录").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("取消了登录")).to_be_visible()
    page.goto(f"{site.url}/me")
    expect(page.get_by_label("登录名")).to_be_visible()
