"""Chinese is the source; English is complete; the language changes only when the person changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask_babel import gettext

from core.web import catalogue
from core.web.i18n import own_address
from scripts import assets
from tests.core.web.conftest import Render

PLACES = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: names and examples that stand in Chinese on the English page as well
QUOTED = {"例如：贵定县、522723、gdx", "登录页的按钮写作“用……登录”，例如 贵州省统一身份认证", "1 至 4；全年填 0 或“全年”",
          "帮扶人和农户一起核算的收入，按季度和来源逐笔登记；全年数填“全年”，不与季度数并存。",
          "不知道“%(unit)s”怎么计算，请写工作日、自然日或教学日", "用顿号分开；不填则不限", "物资由捐赠人直接交给受赠人的填“是”",
          "方案里写明的每一项资助：给谁、多少、谁出钱、依据哪一条。标着“全国”的是国家口径，本县没有另定。",
          "选项直接写中文，如“长期慢性病”；户写户编号；留空表示没有"}


@pytest.fixture(scope="module")
def sources() -> Catalog:
    return catalogue.gather()


@pytest.fixture(scope="module")
def english() -> Catalog:
    return catalogue.english()


@pytest.fixture(scope="module", autouse=True)
def compiled() -> Iterator[None]:
    assets.compile_catalogues()
    yield


def test_every_message_of_the_sources_has_english(sources: Catalog, english: Catalog) -> None:
    assert [message.id for message in catalogue.missing(sources, english)] == [], "run make messages and fill them in"


def test_the_catalogue_holds_nothing_the_sources_lack(sources: Catalog, english: Catalog) -> None:
    assert [message.id for message in english if message.id and sources.get(message.id) is None] == []


def test_a_translation_keeps_every_place_to_fill_in(english: Catalog) -> None:
    for message in english:
        if message.id and isinstance(message.id, str):
            assert set(PLACES.findall(message.id)) == set(PLACES.findall(str(message.string))), message.id


def test_english_is_english(english: Catalog) -> None:
    left = [message.id for message in english
            if message.id and message.id not in QUOTED and CHINESE.search(str(message.string))]
    assert left == []


def test_messages_of_errors_and_declared_titles_are_gathered(sources: Catalog) -> None:
    for message in ("没有权限", "工作台", "查看单位与区划", "县级管理员"):
        assert sources.get(message) is not None


def test_an_update_keeps_what_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: Catalog) -> None:
    monkeypatch.setattr(catalogue, "gather", lambda: sources)
    copy = tmp_path / "messages.po"
    copy.write_bytes(catalogue.ENGLISH.read_bytes())
    monkeypatch.setattr(catalogue, "ENGLISH", copy)
    assert catalogue.main() == 0
    assert copy.read_bytes() == (catalogue.ROOT / "core/translations/en/LC_MESSAGES/messages.po").read_bytes()


def test_a_message_without_english_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: Catalog,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(catalogue, "gather", lambda: sources)
    monkeypatch.setattr(catalogue, "ENGLISH", tmp_path / "messages.po")
    assert catalogue.main() == 1
    assert "没有权限" in capsys.readouterr().out


def test_a_browser_does_not_choose_the_language(toolkit: Flask) -> None:
    answer = toolkit.test_client().get("/list", headers={"Accept-Language": "en"})
    assert "这是什么" in answer.text


def test_a_person_chooses_english_and_stays_on_the_page(toolkit: Flask) -> None:
    toolkit.config["WTF_CSRF_ENABLED"] = False
    browser = toolkit.test_client()
    answer = browser.post("/language", data={"locale": "en", "next": "/list?q=1"})
    assert answer.headers["Location"] == "/list?q=1"
    html = browser.get("/list").text
    assert "What this is" in html
    assert 'lang="en"' in html
    assert "Workbench" in html


def test_a_language_we_do_not_have_is_refused(toolkit: Flask) -> None:
    toolkit.config["WTF_CSRF_ENABLED"] = False
    toolkit.config["PROPAGATE_EXCEPTIONS"] = False
    assert toolkit.test_client().post("/language", data={"locale": "xx"}).status_code == 500


def test_changing_the_language_needs_the_mark_of_the_form(toolkit: Flask) -> None:
    assert toolkit.test_client().post("/language", data={"locale": "en"}).status_code == 400


@pytest.mark.parametrize("target", [
    "//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nSet-Cookie: x", "\\\\evil",
])
def test_nobody_is_sent_to_another_host(target: str) -> None:
    assert own_address(target) == "/"


def test_our_own_addresses_are_kept() -> None:
    assert own_address("/u/522723/plan?q=甲") == "/u/522723/plan?q=甲"


def test_a_text_somebody_typed_stays_text(render: Render) -> None:
    assert "<b>" not in render("{{ _(typed) }}", typed="<b>改</b>")
    assert "涨了 50%" in render("{{ _(typed) }}", typed="涨了 50%")
    assert render("{{ _(typed) }}", typed="") == ""
    assert "&lt;b&gt;" in render("{{ _('没有找到“%(words)s”', words=typed) }}", typed="<b>")


def test_one_and_many_are_told_apart(render: Render) -> None:
    source = "{{ ngettext('%(num)s row of %(name)s', '%(num)s rows of %(name)s', number, name='<i>') }}"
    assert render(source, number=1) == "1 row of &lt;i&gt;"
    assert render(source, number=2) == "2 rows of &lt;i&gt;"


def test_words_follow_the_chosen_language(toolkit: Flask) -> None:
    with toolkit.test_request_context("/"):
        assert gettext("待办") == "待办"
