"""The frame around a page, the same page in a drawer, and the pages that help after an error."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from flask import Flask, render_template

from core.config import ROOT

DRAWER = {"HX-Request": "true", "HX-Target": "drawer-body"}
ERRORS = sorted(path.stem for path in (ROOT / "core/web/templates/errors").glob("*.html"))


def test_a_page_shows_where_one_is_and_what_one_may_do(toolkit: Flask) -> None:
    html = toolkit.test_client().get("/list").text
    for piece in ("贵定县", "522723", "工作台", "测试甲", "一句话说明", "动作", 'id="inside"', "贵州省"):
        assert piece in html
    assert "<title>下级单位 · 贵定县 · 帮扶</title>" in html
    assert 'lang="zh-CN"' in html


def test_a_place_above_ones_scope_is_named_but_no_link(toolkit: Flask) -> None:
    html = toolkit.test_client().get("/list").text
    assert "<span>全国</span>" in html
    assert 'href="/u//"' not in html
    assert 'href="/u/52/"' in html


def test_the_tree_opens_the_way_to_the_working_unit(toolkit: Flask) -> None:
    assert 'hx-get="/u/52/tree?open=52,522723"' in toolkit.test_client().get("/list").text


def test_a_drawer_gets_the_page_without_its_frame(toolkit: Flask) -> None:
    html = toolkit.test_client().get("/list", headers=DRAWER).text
    assert 'id="inside"' in html
    assert "下级单位" in html
    assert "<html" not in html
    assert "bf-tree" not in html


def test_another_htmx_request_still_gets_the_whole_page(toolkit: Flask) -> None:
    assert "<html" in toolkit.test_client().get("/list", headers={"HX-Request": "true"}).text


def test_elevated_access_is_announced_on_every_page(toolkit: Flask, frame: SimpleNamespace) -> None:
    assert "越权查看" not in toolkit.test_client().get("/list").text
    frame.elevated = dt.datetime(2026, 11, 21, 4, 30, tzinfo=dt.UTC)
    html = toolkit.test_client().get("/list").text
    assert "越权查看" in html
    assert "2026-11-21 12:30" in html


def test_a_node_on_the_way_opens_itself_and_others_wait(toolkit: Flask) -> None:
    nodes = [SimpleNamespace(code=code, name=name, kind=kind, level="county", has_children=below)
             for code, name, kind, below in [("5227", "黔南州", "division", True), ("5201", "贵阳市", "division", True),
                                             ("s1", "某中学", "school", False)]]
    with toolkit.test_request_context("/u/52/tree?open=52,5227"):
        html = render_template("shell/tree.html", parent=SimpleNamespace(code="52"), nodes=nodes, more="5226")
    assert re.search(r'hx-get="/u/5227/tree\?open=52[^"]*" hx-trigger="load"', html)
    assert 'hx-get="/u/5201/tree" hx-trigger="unfold once"' in html
    assert "after=5226" in html
    assert html.count("aria-expanded") == 2


def test_a_unit_with_nothing_below_says_so(toolkit: Flask) -> None:
    with toolkit.test_request_context("/u/52/tree"):
        html = render_template("shell/tree.html", parent=SimpleNamespace(code="52"), nodes=[], more="")
    assert "没有下级单位" in html


def test_suggestions_lead_to_all_results(toolkit: Flask) -> None:
    hit = SimpleNamespace(title="贵定县", hint="522723", url="/u/522723/")
    with toolkit.test_request_context("/search/suggest?q=贵"):
        assert "/search?q=%E8%B4%B5" in render_template("shell/suggest.html", words="贵", hits=[hit])
        assert "没有找到" in render_template("shell/suggest.html", words="贵", hits=[])
        assert render_template("shell/suggest.html", words="", hits=[]).strip() == ""


def test_search_says_what_to_try_when_nothing_is_found(toolkit: Flask) -> None:
    hit = SimpleNamespace(title="贵定县", hint="522723", url="/u/522723/")
    with toolkit.test_request_context("/search?q=贵"):
        assert "/u/522723/" in render_template("shell/search.html", words="贵", hits=[hit])
        assert "换一个写法" in render_template("shell/search.html", words="贵", hits=[])
        assert "想找什么" in render_template("shell/search.html", words="", hits=[])


def workbench(toolkit: Flask, **values: object) -> str:
    facts = {"cards": [], "todos": [], "recent": [], "plan": None, "today": dt.date(2026, 11, 21), **values}
    with toolkit.test_request_context("/u/522723/"):
        return render_template("shell/workbench.html", **facts)


def test_an_overdue_thing_to_do_says_so_in_words(toolkit: Flask) -> None:
    late = SimpleNamespace(title="审批方案", url="/x", due=dt.date(2026, 11, 18), count=2)
    soon = SimpleNamespace(title="报表", url="/y", due=dt.date(2026, 11, 25), count=1)
    html = workbench(toolkit, todos=[late, soon])
    assert html.count("已逾期") == 1
    assert "2026-11-25" in html


def test_an_empty_workbench_says_what_will_come(toolkit: Flask) -> None:
    html = workbench(toolkit)
    assert "没有等您办的事" in html
    assert "还没有方案" in html


def test_the_workbench_says_whose_plan_holds(toolkit: Flask) -> None:
    plan = {"tenant": SimpleNamespace(id="522723", fictitious=True), "own": False,
            "plan": SimpleNamespace(version=3, file="guiding.toml", starts_on=dt.date(2016, 9, 1), state="applied")}
    entry = SimpleNamespace(at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), who="测试乙", sentence="改名")
    html = workbench(toolkit, plan=plan, recent=[entry])
    assert "按上级的方案执行" in html
    assert "虚构" in html
    assert "测试乙" in html


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("signed_in", [True, False])
def test_an_error_says_what_why_what_to_do_and_whom_to_ask(
    toolkit: Flask, frame: SimpleNamespace, name: str, signed_in: bool
) -> None:
    if not signed_in:
        frame.unit = None
    with toolkit.test_request_context("/u/522723/units"):
        html = render_template(f"errors/{name}.html", status=int(name) if name.isdigit() else 418, title="",
                               message="昌明镇已撤销", fields={"name": "请填写"}, rule="core:unit:write", clause="（一）2")
    for piece in ("昌明镇已撤销", "为什么", "怎么办", "找谁问", "core:unit:write", "（一）2", "请填写", "/u/522723/units"):
        assert piece in html
    assert ('class="bf-tree"' in html) is signed_in
