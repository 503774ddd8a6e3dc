"""Accounts in a real browser: a first password that has to be changed, and a second factor from enrolment to use."""

from __future__ import annotations

import datetime as dt
import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenAs, Site

pytestmark = pytest.mark.journey
CHOSEN = "竹篮-river-42-打水"


def sign_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def opened(page: Page, site: Site, login: str, name: str, role: str = "aid_centre") -> str:
    """An account opened by the county's administrator; its first password."""
    page.goto(f"{site.url}/u/522723/accounts")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("姓名（只在开新账号时填）").fill(name)
    page.locator("#role").select_option(role)
    page.get_by_role("button", name="增加任职").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    return page.locator("td code").inner_text()


def change_first(page: Page, password: str) -> None:
    page.locator("#f-old").fill(password)
    page.locator("#f-new").fill(CHOSEN)
    page.locator("#f-again").fill(CHOSEN)
    page.get_by_role("button", name="修改密码").click()


def test_a_first_password_is_changed_before_anything_else(open_as: OpenAs, site: Site) -> None:
    password = opened(open_as("guiding-admin"), site, "journey-one", "测试旅一", "auditor")  # approves nothing: no second factor is asked
    page = open_as()
    sign_in(page, "journey-one", password)
    page.goto(f"{site.url}/u/522723/units")
    expect(page.get_by_role("heading", name="请先修改初始密码")).to_be_visible()
    change_first(page, password)
    page.wait_for_url("**/u/522723/**")


def test_the_second_factor_is_enrolled_and_asked_for(open_as: OpenAs, site: Site) -> None:
    password = opened(open_as("guiding-admin"), site, "journey-two", "测试旅二")
    page = open_as()
    sign_in(page, "journey-two", password)
    page.goto(f"{site.url}/me")
    change_first(page, password)
    page.goto(f"{site.url}/me/factor")
    page.get_by_role("button", name="开始启用").click()
    expect(page.get_by_alt_text("第二因素的二维码")).to_be_visible()
    clock = pyotp.TOTP(page.locator("code").inner_text())
    page.get_by_label("验证码").fill(clock.at(dt.datetime.now(dt.UTC), counter_offset=-1))
    page.get_by_role("button", name="启用", exact=True).click()
    expect(page.get_by_role("heading", name="请保存恢复码")).to_be_visible()
    assert page.locator("li code").count() == 10

    other = open_as()
    sign_in(other, "journey-two", CHOSEN)
    expect(other.get_by_role("heading", name="输入验证码")).to_be_visible()
    other.get_by_label("验证码").fill(clock.at(dt.datetime.now(dt.UTC)))
    other.get_by_role("button", name="继续").click()
    other.wait_for_url(re.compile("/u/522723/"))
    other.goto(f"{site.url}/me/sessions")
    expect(other.get_by_text("本机")).to_be_visible()
