"""What the demo has no case of, made up for pictures alone in a copy of its data: subscriptions, an identity
provider, background work, a workbook of accounts with faults, a second factor."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access.catalogue import catalogue
from core.access.permissions import Role
from core.accounts import services as accounts
from core.accounts.demo import PASSWORD
from core.accounts.events import Happened
from core.accounts.models import Account, AccountImport
from core.accounts.passwords import hash_password
from core.accounts.policy import Policy
from core.accounts.providers import managing
from core.accounts.providers import services as linking
from core.accounts.providers.queries import Placed
from core.accounts.vault import Security
from core.accounts.workbooks import Fault
from core.api.services import make_token
from core.documents import demo as documents
from core.extensions import Actor, new_id, tenant_scope, today, utcnow
from core.host.contract import Event
from core.jobs.models import Job, State
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import get_unit_by_code
from core.webhooks import intake
from core.webhooks import services as webhooks
from core.webhooks.hosts import allow_host
from core.webhooks.models import DeliveryState, WebhookDelivery
from core.webhooks.services import Wanted
from plugins.donations.models import Certificate

COUNTY, PROVINCE = "522723", "52"
#: its plan honours donors
HONOURING = "510822"
ACTOR = Actor(None, "测试甲", source="cli")
#: signs in with a second factor
STRICT = "gallery-strict"
_ANSWERS = ((DeliveryState.DELIVERED, 200, ""), (DeliveryState.RETRYING, 503, "status"), (DeliveryState.FAILED, None, "timeout"),
            (DeliveryState.DELIVERED, 204, ""), (DeliveryState.HELD, None, ""))


@contextmanager
def copied(data_dir: Path, to: Path) -> Iterator[None]:
    """The demo's data once more, so that nothing made up here stays in it."""
    for found in data_dir.iterdir():
        if ".sqlite3" not in found.name:
            (shutil.copytree if found.is_dir() else shutil.copy2)(found, to / found.name)
    source, target = sqlite3.connect(data_dir / "bangfu.sqlite3"), sqlite3.connect(to / "bangfu.sqlite3")
    source.backup(target)
    source.close()
    target.close()
    os.environ.update(BANGFU_DATA_DIR=str(to), BANGFU_DATABASE_URL=f"sqlite:///{to / 'bangfu.sqlite3'}")
    yield


def make(app: Flask, login: str) -> None:
    """Everything at the county of the demo; `login` is whose background work and identity it is."""
    settings, host = app.config["BANGFU_SETTINGS"], app.extensions["bangfu.host"]
    security = Security.of(Policy.of(settings.options), settings.secret_key)
    with app.extensions["bangfu.database"].transaction() as session, tenant_scope(session, COUNTY):
        county = get_unit_by_code(session, COUNTY)
        person = session.scalars(select(Account).where(Account.login == login)).one()
        _subscriptions(session, settings, county)
        _provider(session, get_unit_by_code(session, PROVINCE), person, security)
        _jobs(session, county, person)
        _workbook(session, county)
        documents.load(session, COUNTY, ACTOR)
        make_token(session, person.id, "省级学籍系统取数", county, ["core:unit:read", "core:plan:read"], 90, ACTOR,
                   able=["core:unit:read", "core:plan:read"])
        strict = accounts.store_account(session, STRICT, "测试严", hash_password(PASSWORD), ACTOR)
        accounts.assign(session, strict, Role.AID_CENTRE, county, ACTOR, known=catalogue(host), since=today())
        for number in range(3):  # so that something can be sealed at once
            record(session, ACTOR, "core:unit:write", f"测试第 {number + 1} 条", subject=f"unit:{county.id}", tenant_id=COUNTY,
                   unit_id=county.id, before={"name": "测试旧名"}, after={"name": "测试新名"})
        strict.factor_key, strict.factor_since = security.seal("JBSWY3DPEHPK3PXP", str(strict.id)), utcnow()


def _subscriptions(session: Session, settings: Any, county: Unit) -> None:
    allow_host(session, county, "10.8.0.12:8443", "市政务共享平台的推送网关", ACTOR, tenant_id=COUNTY)
    known = {str(Happened.CREATED), str(Happened.CLOSED), str(Happened.ROLE_GIVEN)}
    for number, (url, note) in enumerate((("https://gate.example.gov.cn/bangfu/events", "市政务共享平台"),
                                          ("https://report.example.edu.cn/hooks/42", "省级学籍系统"))):
        endpoint, _secret = webhooks.make_endpoint(session, settings, county, Wanted(url, sorted(known) if number else ["*"], note),
                                                   ACTOR, tenant_id=COUNTY, known=known)
        for minutes, (state, status, reason) in enumerate(_ANSWERS):
            event = Event(new_id(), Happened.CREATED, utcnow() - dt.timedelta(minutes=9 * minutes), COUNTY, (county.id,),
                          {"account": str(new_id())})
            delivery = intake.lay_down(session, COUNTY, endpoint.id, county.id, event, intake.body_of(event, [county]), held=True)
            session.execute(update(WebhookDelivery).where(WebhookDelivery.id == delivery).values(
                state=state, status=status, reason=reason, tries=1 if state != DeliveryState.HELD else 0,
                answer="ok" if status == 200 else "", millis=180 if status else 10_000 if reason else 0, sent_at=utcnow(),
                due_at=utcnow() + dt.timedelta(minutes=5) if state == DeliveryState.RETRYING else None,
                history=[{"at": utcnow().isoformat(timespec="seconds"), "status": status, "reason": reason, "millis": 180}]
                if state != DeliveryState.HELD else []))


def _provider(session: Session, province: Unit, person: Account, security: Security) -> None:
    entered = {"name": "贵州省统一身份认证（演示）", "issuer": "https://sso.example.gov.cn/realms/education",
               "client_id": "bangfu", "scopes": "openid profile", "link_claim": "employee_number", "factor_values": "mfa",
               "contact": "省电教馆（演示）", "client_secret": "made-up-for-a-picture"}
    made = managing.add(session, province, managing.Setup.of(entered), ACTOR, security, tenant_id=PROVINCE)
    placed = Placed(made, province.code, province.name, province.path, province.id)
    managing.switch(session, placed, ACTOR, on=True, tenant_id=PROVINCE)
    linking.link(session, placed, person, "made-up-subject-7", ACTOR, security)


def _jobs(session: Session, county: Unit, person: Account) -> None:
    common: dict[str, Any] = {
        "tenant_id": COUNTY, "unit_id": county.id, "arguments": {}, "account_id": person.id, "who": person.name,
        "role": Role.TENANT_ADMIN, "created_at": utcnow(), "not_before": dt.datetime(2099, 1, 1), "attempts": 1, "spent": 0}  # noqa: DTZ001 - stored without zone
    ended = {"started_at": utcnow(), "finished_at": utcnow()}
    session.add_all([
        Job(**common, code="ledgers.export", state=State.DONE, done=4200, total=4200, sentence="导出 4200 行", **ended),
        Job(**common, code="ledgers.export", state=State.FAILED, sentence="磁盘空间不足，没有写完文件", **ended),
        Job(**common, code="ledgers.export", state=State.RUNNING, done=1300, total=4200, note="写入第 1300 行",
            started_at=utcnow(), lease_until=dt.datetime(2099, 1, 1))])  # noqa: DTZ001 - stored without zone


def _workbook(session: Session, county: Unit) -> None:
    row = {"name": "测试乙", "role": Role.AID_CENTRE, "unit": COUNTY, "since": today().isoformat(), "until": ""}
    faults = [asdict(Fault("A4", "登录名", "张 三", "登录名用小写字母、数字、点、横线，2 至 60 位")),
              asdict(Fault("C7", "角色", "局长", "没有这个角色"))]
    session.add(AccountImport(unit_id=county.id, uploaded_by=ACTOR.name, file_name="2026年秋季账号.xlsx", digest=uuid.uuid4().hex * 2,
                              rows=[{**row, "login": f"shili-{number}"} for number in range(3)], faults=faults, known=1))


def certificate_address(app: Flask) -> str:
    """The public page of a certificate of the demo that has been issued."""
    with app.extensions["bangfu.database"].session() as session, tenant_scope(session, HONOURING):
        token = session.scalars(select(Certificate.token).where(Certificate.state == "issued").limit(1)).one()
    return f"/public/{HONOURING}/donations/certificates/{token}"


def overtaken(page: Page) -> None:
    """Save an account's name after somebody else has changed it."""
    page.evaluate("""seen => { const field = document.querySelector('input[name="seen"]'); field.value = seen;
                     field.form.submit(); }""",
                  json.dumps({**json.loads(page.input_value('input[name="seen"]')), "name": "测试旧名"}, ensure_ascii=False))
    page.wait_for_load_state("networkidle")


def viewer_loaded(page: Page) -> None:
    """The viewer of the API has read its description."""
    page.wait_for_selector(".opblock", timeout=60_000)


def second_factor(page: Page) -> None:
    """Give the password of somebody who has a second factor."""
    page.fill('input[name="login"]', STRICT)
    page.fill('input[name="password"]', PASSWORD)
    page.press('input[name="password"]', "Enter")
    page.wait_for_load_state("networkidle")
