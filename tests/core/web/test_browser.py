"""The small scripts in a real browser, under the policy that allows nothing inline."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask, render_template, render_template_string, request
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from core.web.markers import public

pytestmark = pytest.mark.journey

LIST = """{% extends "shell.html" %}{% import "components.html" as ui %}{% block title %}名单{% endblock %}
{% block actions %}{{ ui.columns_button('rows') }}{% endblock %}
{% block content %}<a href="/detail" data-drawer>详情</a> {{ ui.code('522723', true) }}
{{ ui.confirm('/done', '撤销', '撤销昌明镇？') }}
{% call ui.filters() %}{{ ui.select('u', '单位', [('1', '贵定县'), ('2', '龙里县')], search=true) }}{% endcall %}
{% call ui.table(columns='rows') %}<thead><tr>{{ ui.th('名称') }}{{ ui.th('代码') }}</tr></thead>
<tbody id="rows">{% for n in range(3) %}<tr><td>甲{{ n }}</td><td>{{ n }}</td></tr>{% endfor %}</tbody>{% endcall %}
{{ ui.more('/rows?after=3' if not request.args.get('after') else '', '#rows') }}{% endblock %}"""
DETAIL = """{% extends "shell.html" %}{% block title %}昌明镇{% endblock %}{% block content %}<p id="fact">事实</p>{% endblock %}"""


def tree(code: str) -> str:
    children = {"52": [("5227", "黔南州", True), ("5201", "贵阳市", True)], "5227": [("522723", "贵定县", True)]}
    nodes = [SimpleNamespace(code=one, name=name, kind="division", level="county", has_children=below)
             for one, name, below in children.get(code, [(code + "1", "某镇", False)])]
    return render_template("shell/tree.html", parent=SimpleNamespace(code=code), nodes=nodes, more="")


@pytest.fixture
def site(toolkit: Flask, frame: SimpleNamespace) -> Iterator[str]:
    frame.crumbs = [("52", "贵州省"), ("5227", "黔南州"), ("522723", "贵定县")]
    hits = [SimpleNamespace(title="贵定县", hint="522723", url="/detail")]
    views = {
        "/rows": lambda: render_template_string(LIST),
        "/detail": lambda: render_template_string(DETAIL),
        "/u/<code>/tree": tree,
        "/search/suggest": lambda: render_template("shell/suggest.html", words=request.args["q"], hits=hits),
    }
    for at, (rule, view) in enumerate(views.items()):
        toolkit.add_url_rule(rule, f"view{at}", public("测试")(view))
    toolkit.add_url_rule("/done", "done", public("测试")(views["/detail"]), methods=["POST"])
    server = make_server("127.0.0.1", 0, toolkit, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(site: str, browser: Browser) -> Iterator[Page]:
    """The list in Chromium; any complaint of the console fails the test."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    context = browser.new_context(color_scheme="light", viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.on("console", hear)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{site}/rows", wait_until="networkidle")
    yield opened
    context.close()
    assert complaints == []


def test_a_page_works_without_any_inline_code(page: Page) -> None:
    page.wait_for_selector('[data-code="522723"][aria-current="page"]')  # the tree opened the way to the unit

    page.focus('.bf-tree a[tabindex="0"]')
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "某镇"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert page.locator('[data-code="5227"]').is_hidden()

    page.click("a[data-drawer]")
    page.wait_for_selector("#drawer #fact")
    assert page.url.endswith("/rows")
    page.wait_for_selector("#drawer.show:not(.showing)")
    page.keyboard.press("Escape")
    page.wait_for_selector("#drawer", state="hidden")

    page.click("[data-more]")
    page.wait_for_selector("#rows tr:nth-child(6)")
    assert page.locator("[data-more]").count() == 0

    page.click("[data-column-chooser]")
    page.click(".dropdown-menu.show label")
    assert page.locator("#rows td:nth-child(2)").first.is_hidden()
    page.keyboard.press("Escape")


def test_a_question_is_asked_before_the_post(page: Page) -> None:
    page.click("text=撤销")
    assert page.locator("#confirm").is_visible()
    assert "撤销昌明镇？" in page.locator("#confirm").inner_text()
    page.click('#confirm button[value="cancel"]')
    assert page.url.endswith("/rows")
    page.click("text=撤销")
    page.click('#confirm button[value="yes"]')
    page.wait_for_url("**/done")
    assert page.inner_text("h1") == "昌明镇"


def test_search_suggests_and_the_theme_stays(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("贵")
    page.wait_for_selector("#suggestions [role=option]")
    page.keyboard.press("Escape")
    assert page.locator("#suggestions").is_hidden()
    page.keyboard.type("定")
    page.wait_for_selector("#suggestions [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1 >> text=昌明镇")

    page.click('[aria-label="语言与外观"]')
    page.click('[data-theme-choice="dark"]')
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".bf-top button.bf-only-narrow")
    page.wait_for_selector(".bf-side.show")
    assert page.locator(".bf-side").is_visible()
