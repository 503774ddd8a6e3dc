"""Background work in a real browser: it goes on, the process that does it is killed, and it ends once."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, text

from core.accounts.models import Account
from core.config import ROOT
from core.extensions import Actor, Database
from core.host.manager import PluginHost
from core.jobs.consumer import Bell
from core.jobs.models import Job
from core.jobs.running import Parts
from core.jobs.services import enqueue
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.factories.world import PASSWORD

pytestmark = pytest.mark.journey
SCHOOL, JIA = "990101-S01", "990101"
PATIENCE = 120


@dataclass(frozen=True)
class Server:
    """The small province behind gunicorn with one worker process, which does the background work as well."""

    url: str
    parts: Parts
    master: int

    def kill_workers(self) -> None:
        """As a power cut would; gunicorn's master starts another."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        assert children
        for child in children:
            os.kill(int(child), signal.SIGKILL)


@pytest.fixture(scope="module")
def server(world_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    path = folder / "world.sqlite3"
    shutil.copy(world_template, path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "BANGFU_DATA_DIR": str(folder), "BANGFU_DATABASE_URL": f"sqlite:///{path}",
                   "BANGFU_SECRET_KEY": "test-key", "BANGFU_EXTRA_PLUGINS": SAMPLE,
                   "BANGFU_ACCOUNT_SECOND_FACTOR": "optional"}
    database = Database(f"sqlite:///{path}")
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class",
                                "gthread", "--threads", "8", "core.app:create_app()"], cwd=ROOT, env=environment,
                               stderr=subprocess.DEVNULL)
    parts = Parts(settings_for(database.url, folder), database, PluginHost())
    bell = Bell(parts)
    bell.listen()
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield Server(url, parts, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)
        bell.close()
        database.dispose()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/sign-in", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the platform did not start")


def ask(server: Server, **arguments: object) -> Job:
    with server.parts.database.transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "jia-school")).one()
        return enqueue(session, Actor(account.id, account.name), "sample.visit", arguments, tenant_id=JIA,
                       unit_id=get_unit_by_code(session, SCHOOL).id)


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    opened.goto(f"{server.url}/sign-in")
    opened.get_by_label("登录名").fill("jia-school")
    opened.get_by_label("密码", exact=True).fill(PASSWORD)
    opened.get_by_role("button", name="登录", exact=True).click()
    opened.wait_for_url("**/u/**")
    yield opened
    context.close()
    expect.set_options(timeout=5_000)


def test_a_job_whose_process_is_killed_ends_once(server: Server, page: Page, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job = ask(server, titles=["走访一", "走访二"], gate=str(gate))
    page.goto(f"{server.url}/u/{SCHOOL}/jobs")
    expect(page.locator("#jobs")).to_contain_text("等待开门")  # by itself
    expect(page.get_by_role("link", name="1 个后台任务正在办理")).to_be_visible()
    server.kill_workers()
    with server.parts.database.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET lease_until = '2020-01-01 00:00:00.000000' WHERE state = 'running'"))
    gate.touch()
    expect(page.locator("#jobs")).to_contain_text("登记了 2 次走访")
    expect(page.locator("#jobs")).to_contain_text("完成")
    with server.parts.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sample_visits WHERE title IN ('走访一', '走访二')")) == 2
        assert connection.scalar(select(Job.attempts).where(Job.id == job.id)) == 2


def test_cancelling_in_the_midst_and_beginning_afresh(server: Server, page: Page, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job = ask(server, titles=["走访三"], gate=str(gate))
    page.goto(f"{server.url}/u/{SCHOOL}/jobs/{job.id}")
    expect(page.locator("#job")).to_contain_text("等待开门")
    page.get_by_role("button", name="取消").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.locator("#job")).to_contain_text("取消以前已经写入的仍然有效")
    gate.touch()
    page.get_by_role("button", name="重试").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.locator("#job")).to_contain_text("登记了 1 次走访")
    with server.parts.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sample_visits WHERE title = '走访三'")) == 1
