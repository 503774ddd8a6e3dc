"""A real server with the real demo, and a real browser in front of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from core.accounts.demo import PASSWORD
from core.config import ROOT

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
#: loading ten provinces takes a while on a busy machine
PATIENCE = 300


@dataclass(frozen=True)
class Site:
    """A running platform: where it is, what it printed at the start, and its data."""

    url: str
    printed: str
    data_dir: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`bangfu serve --demo`, exactly as `make run` starts it, on an empty folder."""
    data_dir, port = tmp_path_factory.mktemp("site"), _free_port()
    printed = data_dir / "printed"
    environment = {**os.environ, "BANGFU_DATA_DIR": str(data_dir), "BANGFU_DEMO": "1",
                   "BANGFU_ACCOUNT_PROVIDER_HOSTS": "127.0.0.1"}
    environment.pop("BANGFU_DATABASE_URL", None)
    with printed.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "core", "serve", "--demo", "--port", str(port)],
                                   cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, printed)
        yield Site(url, printed.read_text(), data_dir)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes], printed: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/sign-in", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"the platform did not start:\n{printed.read_text()}")


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(site: Site, browser: Browser) -> Iterator[OpenAs]:
    """A fresh browser window signed in through the sign-in page; "" stays outside. Any error on a page's
    console, and any request to another host, fails the test."""
    contexts, faults = [], []

    def open_window(login: str = "", *, phone: bool = False) -> Page:
        context = browser.new_context(viewport=PHONE if phone else DESKTOP, locale="zh-CN",
                                      has_touch=phone, is_mobile=phone)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda message: faults.append(f"console: {message.text}")
                if message.type == "error" and "status of 4" not in message.text else None)
        page.on("request", lambda request: faults.append(f"foreign request: {request.url}")
                if not request.url.startswith((site.url, "data:", "blob:")) else None)
        page.goto(f"{site.url}/")
        if login:
            page.get_by_label("登录名").fill(login)
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
            page.wait_for_url("**/u/**")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []
