"""The components say what they are given, safely, and the same way for eye and ear."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Flask

from core.config import ROOT
from core.web.filters import STATES
from tests.core.web.conftest import Render

EVIL = '"><script>alert(1)</script>'
SPRITE = set((ROOT / "core/web/icons.txt").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("source", [
    "{{ ui.badge('info', evil) }}", "{{ ui.empty(evil, evil, evil, evil) }}", "{{ ui.field('a', evil, evil, error=evil) }}",
    "{{ ui.field('a', evil, evil, type='textarea') }}", "{{ ui.errors([evil]) }}", "{{ ui.errors({'a': evil}) }}",
    "{{ ui.code(evil, true) }}", "{{ ui.clause(evil, evil, evil) }}", "{{ ui.facts([(evil, evil)]) }}",
    "{{ ui.diff([(evil, evil, '')]) }}", "{{ ui.matrix(evil, [evil], [(evil, evil, [evil])]) }}",
    "{{ ui.confirm(evil, evil, evil, values={'a': evil}) }}", "{{ ui.more(evil, '#rows') }}", "{{ ui.stat(evil, evil, evil, evil) }}",
    "{{ ui.select('a', evil, [(evil, evil)], evil) }}", "{{ ui.tabs([(evil, evil, true, 1)]) }}", "{{ ui.export(evil, evil) }}",
    "{{ ui.radios('a', evil, [(evil, evil)]) }}", "{{ ui.file('a', evil, evil) }}", "{{ ui.notice('info', evil, evil) }}",
    "{% call ui.card(evil, evil, evil) %}{{ evil }}{% endcall %}", "{% call ui.table(evil) %}{{ evil }}{% endcall %}",
])
def test_no_component_lets_markup_through(render: Render, source: str) -> None:
    assert "<script>" not in render(source, evil=EVIL)


@pytest.mark.parametrize("status", ["plain", "info", "success", "warning", "danger"])
def test_a_status_has_colour_icon_and_word(render: Render, status: str) -> None:
    html = render("{{ ui.badge(status, '说明') }}", status=status)
    assert f"bf-{status}" in html
    assert "icons.svg" in html
    assert "说明" in html


def test_an_unknown_status_is_shown_plainly(render: Render) -> None:
    assert "bf-plain" in render("{{ ui.badge('purple', '说明') }}")


def test_every_state_of_core_has_a_colour_that_exists(render: Render) -> None:
    for code, (word, colour) in STATES.items():
        html = render("{{ ui.state(code) }}", code=code)
        assert word in html
        assert f"bf-{colour}" in html


def test_money_and_days_read_as_in_a_ledger(render: Render) -> None:
    assert "1,234.50 元" in render("{{ ui.money(value) }}", value=Decimal("1234.5"))
    assert "2026-11-21" in render("{{ ui.date(value) }}", value=dt.date(2026, 11, 21))
    assert "—" in render("{{ ui.date(none) }}")


def test_an_open_period_says_so_in_words(render: Render) -> None:
    html = render("{{ ui.period(start) }}", start=dt.date(2016, 9, 1))
    assert "2016-09-01" in html
    assert "至今" in html


def test_a_field_ties_label_hint_and_error_to_its_input(render: Render) -> None:
    html = render("{{ ui.field('name', '名称', error='请填写', hint='全称', required=true) }}")
    assert 'for="f-name"' in html
    assert 'id="f-name"' in html
    assert 'aria-describedby="h-name e-name"' in html
    assert 'aria-invalid="true"' in html
    assert "required" in html


def test_a_summary_of_errors_leads_to_each_field(render: Render) -> None:
    html = render("{{ ui.errors({'code': '代码已被使用'}) }}")
    assert 'href="#f-code"' in html
    assert "1 处" in html
    assert render("{{ ui.errors([]) }}").strip() == ""


def test_a_day_fills_the_native_picker(render: Render) -> None:
    html = render("{{ ui.field('on', '日期', value, type='date') }}", value=dt.date(2026, 9, 1))
    assert 'type="date"' in html
    assert 'value="2026-09-01"' in html


def test_a_choice_keeps_what_was_chosen(render: Render) -> None:
    html = render("{{ ui.select('n', '数', [(1, '一'), (2, '二')], '2', blank='全部') }}")
    assert '<option value="2" selected>' in html
    assert '<option value="1">' in html
    many = render("{{ ui.select('n', '数', [('1', '一'), ('2', '二')], ['1', '2'], multiple=true) }}")
    assert many.count("selected") == 2


def test_a_question_comes_before_a_confirmed_post(render: Render) -> None:
    html = render("{{ ui.confirm('/x', '撤销', '撤销昌明镇？', values={'a': '1'}) }}")
    assert 'data-confirm="撤销昌明镇？"' in html
    assert 'name="csrf_token"' in html
    assert 'method="post"' in html


def test_sorting_goes_both_ways_and_keeps_the_filters(toolkit: Flask) -> None:
    browser = toolkit.test_client()
    fresh = sort_link(browser.get("/list?q=甲&after=7").text)
    assert "sort=name" in fresh
    assert "q=%E7%94%B2" in fresh
    assert "after=" not in fresh
    upward = browser.get("/list?sort=name").text
    assert "sort=-name" in sort_link(upward)
    assert 'aria-sort="ascending"' in upward
    downward = browser.get("/list?sort=-name").text
    assert "sort=name" in sort_link(downward)
    assert 'aria-sort="descending"' in downward


def sort_link(html: str) -> str:
    return html.split('class="bf-sort" href="')[1].split('"')[0]


def test_the_end_of_a_list_offers_no_more(render: Render) -> None:
    assert render("{{ ui.more('') }}").strip() == ""
    assert 'hx-target="#rows"' in render("{{ ui.more('/list?after=9', '#rows') }}")
    assert "hx-get" not in render("{{ ui.more('/list?after=9') }}")


def test_a_unit_shows_its_level_or_kind_by_icon_and_word(render: Render) -> None:
    school = SimpleNamespace(code="s1", name="昌明小学", kind="school", level="township")
    html = render("{{ ui.unit(unit, '/u/s1/', drawer=true) }}", unit=school)
    assert "#school" in html
    assert 'title="学校"' in html
    assert "data-drawer" in html


def test_a_diff_marks_only_what_changed(render: Render) -> None:
    html = render("{{ ui.diff([('天数', '5', '5'), ('金额', '1', '2'), ('奖励', '', '3')]) }}")
    assert html.count("bf-changed") == 2
    assert "<del>1</del>" in html
    assert "<ins>2</ins>" in html


def test_a_matrix_takes_plain_and_explained_headings(render: Render) -> None:
    html = render("{{ ui.matrix('单位', ['甲', ('乙', '说明')], [('贵定县', '/x', ['是', '否']), ('龙里县', none, ['1', '2'])]) }}")
    assert "bf-sticky" in html
    assert 'title="说明"' in html
    assert html.count('scope="row"') == 2


def test_a_missing_fact_is_a_dash_and_nought_is_nought(render: Render) -> None:
    html = render("{{ ui.facts([('甲', none), ('乙', 0), ('丙', missing)]) }}")
    assert html.count("—") == 2
    assert "<dd>0</dd>" in html


def test_lists_of_things_render_each_of_them(render: Render) -> None:
    entry = SimpleNamespace(on=dt.date(2016, 3, 1), sentence="改设为镇", url="")
    effect = SimpleNamespace(text="移动 20 个村", count=20, status="warning")
    card = SimpleNamespace(title="下级单位", value="128", hint="含学校", url="/x", status="success")
    assert "改设为镇" in render("{{ ui.timeline([entry]) }}", entry=entry)
    assert "移动 20 个村" in render("{{ ui.effects([effect]) }}", effect=effect)
    assert "128" in render("{{ ui.stats([card]) }}", card=card)
    assert "30 / 60" in render("{{ ui.progress(30, 60) }}")
    assert render("{{ ui.skeleton(4) }}").count("<span>") == 4


def test_actions_of_a_list_have_their_buttons(render: Render) -> None:
    assert "导出 Excel" in render("{{ ui.export('/x') }}")
    assert "data-print" in render("{{ ui.print_button() }}")
    assert 'data-column-chooser="units"' in render("{{ ui.columns_button('units') }}")
    assert "data-auto-submit" in render("{% call ui.filters() %}{% endcall %}")
    assert "btn-primary" in render("{{ ui.submit('保存', '/x') }}")
    assert "#plus" in render("{{ ui.button('新增', '/x', 'plus', 'primary') }}")


def test_every_sign_of_the_components_is_in_the_sprite() -> None:
    source = (ROOT / "core/web/templates/components.html").read_text(encoding="utf-8")
    names = {part.split("'")[0] for part in source.split("icon('")[1:]}
    assert names <= SPRITE
