"""The public site shows what is public today, to everybody, in few bytes, and not a day longer."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.extensions import Database
from core.host.manager import PluginHost
from core.host.notices import PublicPart
from core.host.services import set_switch
from core.publicity.models import Notice, Objection
from core.publicity.services import withdraw
from core.publicity.site.caching import KEY
from tests.core.publicity.conftest import ACTOR, DAY, JIA, MoveTo, county_session, publish
from tests.factories.registry import made_up_id
from tests.sample_plugin import notices as sample

ClientAs = Callable[[str], FlaskClient]
HOME = f"/public/{JIA}/"


@pytest.fixture
def outside(client_as: ClientAs) -> FlaskClient:
    return client_as("")


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def address(notice: Notice) -> str:
    return f"{HOME}notices/{notice.id}"


def test_a_notice_is_seen_without_signing_in(shown: Notice, outside: FlaskClient) -> None:
    home = page(outside, HOME)
    assert "冬衣捐赠公示" in home and "2026-11-23 至 2026-11-30" in home and "还有 7 天" in home
    text = page(outside, address(shown))
    assert "测**" in text and "欧阳**" in text and "12,300.50" in text
    assert "测试甲" not in text and "从不读取" not in text


def test_how_long_it_is_shown_stands_on_the_page_with_its_flag(shown: Notice, outside: FlaskClient) -> None:
    text = page(outside, address(shown))
    assert "（5 工作日）" in text and "甲县的方案没有写明公示天数，按" in text


def test_it_withdraws_itself_at_midnight_with_no_job_running(shown: Notice, outside: FlaskClient, move_to: MoveTo) -> None:
    move_to(dt.date(2026, 11, 30), dt.time(23, 59, 59))
    assert "今天最后一天" in page(outside, address(shown))
    move_to(dt.date(2026, 12, 1), dt.time(0, 0, 0))
    answer = outside.get(address(shown))
    assert answer.status_code == 410 and "测**" not in answer.get_data(as_text=True)
    assert "noindex" in answer.headers["X-Robots-Tag"] and answer.headers["Cache-Control"] == "no-store"
    assert "冬衣捐赠公示" not in page(outside, HOME)
    assert outside.get(f"{address(shown)}/objection").status_code == 410


def test_a_kept_page_ends_no_later_than_midnight(shown: Notice, outside: FlaskClient, move_to: MoveTo,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    from core.publicity.site import keeping

    assert outside.get(address(shown)).headers["Cache-Control"].startswith("public, max-age=")
    late = dt.datetime(2026, 11, 30, 15, 59, 50, tzinfo=dt.UTC)  # ten seconds before midnight in China
    monkeypatch.setattr(keeping, "utcnow", lambda: late)
    assert keeping.seconds_left() == 10


def test_a_withdrawn_notice_is_gone_at_once(shown: Notice, planned: Database, host: PluginHost, outside: FlaskClient) -> None:
    page(outside, address(shown)), page(outside, HOME)
    with county_session(planned) as session:
        withdraw(session, host, session.get_one(Notice, (JIA, shown.id)), ACTOR, "名单有误，重新核对")
    later(outside)
    assert outside.get(address(shown)).status_code == 410
    assert "冬衣捐赠公示" not in page(outside, HOME)


def later(client: FlaskClient) -> None:
    """As if two seconds had passed: kept pages are asked whether they are still true."""
    for kept in client.application.extensions[KEY]._pages.values():
        kept.checked_at -= 3


def test_a_page_is_made_once_and_given_again(shown: Notice, outside: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = outside.get(address(shown))
    monkeypatch.setattr("core.publicity.site.routes.notice", None)
    monkeypatch.setitem(outside.application.view_functions, "public.notice", lambda **_: pytest.fail("made again"))
    again = outside.get(address(shown))
    assert again.data == first.data and again.headers["ETag"] == first.headers["ETag"]
    assert outside.get(address(shown), headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_new_notice_makes_the_kept_front_page_old(shown: Notice, planned: Database, host: PluginHost,
                                                   outside: FlaskClient) -> None:
    page(outside, HOME)
    with county_session(planned) as session:
        publish(session, host, title="第二件公示", subject="sample.gift:2")
    later(outside)
    assert "第二件公示" in page(outside, HOME)


def test_a_plugin_switched_off_is_gone_from_kept_pages(shown: Notice, planned: Database, host: PluginHost,
                                                      outside: FlaskClient) -> None:
    assert page(outside, f"{HOME}sample/") == "<p>甲县走访 0 次</p>"
    with planned.transaction() as session:
        set_switch(session, host, JIA, "sample", False, ACTOR, reason="试点结束", planned=False)
    later(outside)
    assert outside.get(f"{HOME}sample/").status_code == 404


def test_the_first_page_takes_less_than_60_kb_with_all_it_loads(planned: Database, host: PluginHost, outside: FlaskClient) -> None:
    with county_session(planned) as session:
        for number in range(200):
            publish(session, host, title=f"第{number}件公示：义务教育家庭经济困难寄宿生生活补助名单", subject=f"sample.gift:{number}")
    answer = outside.get(HOME, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and "第199件" in gzip.decompress(answer.data).decode()
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', gzip.decompress(answer.data).decode())
    assert len(loaded) == 3
    sizes = []
    for found in loaded:
        with outside.get(found) as asset:
            sizes.append(len(asset.data))
    assert len(answer.data) + sum(sizes) < 60 * 1024


def test_a_long_list_is_turned_page_by_page_and_never_searched(planned: Database, host: PluginHost, outside: FlaskClient) -> None:
    rows = [{"donor": "测试甲", "amount": 1, "note": f"第{number}份"} for number in range(1, 121)]
    with county_session(planned) as session:
        notice = publish(session, host, rows=rows)
    last = page(outside, f"{address(notice)}?page=3")
    assert "第120份" in last and "第100份" not in last and "第 3 页，共 3 页" in last and "<td>101</td>" in last
    assert outside.get(f"{address(notice)}?page=4").status_code == 404
    assert "第7份" in page(outside, f"{address(notice)}?q=第7份") and "第8份" in page(outside, f"{address(notice)}?q=第7份")
    assert 'type="search"' not in page(outside, HOME)


def test_no_cookie_is_set_or_read(shown: Notice, outside: FlaskClient, client_as: ClientAs) -> None:
    for client in (outside, client_as("jia-admin")):
        answer = client.get(address(shown))
        assert "Set-Cookie" not in answer.headers and answer.headers["Vary"] == "Accept-Encoding"
        assert "退出" not in answer.get_data(as_text=True)


def test_pages_of_notices_are_kept_from_search_engines_and_the_front_page_is_not(shown: Notice, outside: FlaskClient) -> None:
    assert outside.get(HOME).headers["X-Robots-Tag"] == "index, follow, noarchive"
    assert outside.get(address(shown)).headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    robots = outside.get("/robots.txt").get_data(as_text=True)
    assert "Allow: /public/" in robots and robots.endswith("Disallow: /\n")


def test_the_public_site_keeps_the_security_headers(shown: Notice, outside: FlaskClient) -> None:
    for _ in range(2):  # made, and kept
        headers = outside.get(address(shown)).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"] and headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("code", ["990101100", "990101-S01", "000000", "990109", "%00"])
def test_only_tenants_have_a_public_site(outside: FlaskClient, planned: Database, code: str) -> None:
    assert outside.get(f"/public/{code}/").status_code == 404


def test_a_neighbour_does_not_show_the_notice(shown: Notice, outside: FlaskClient) -> None:
    assert outside.get(f"/public/990102/notices/{shown.id}").status_code == 404
    assert "冬衣捐赠公示" not in page(outside, "/public/990102/")


def test_a_part_that_reads_like_somebodys_number_is_left_out(shown: Notice, outside: FlaskClient, monkeypatch: pytest.MonkeyPatch,
                                                            caplog: pytest.LogCaptureFixture) -> None:
    parts = [PublicPart("资金概况", facts=(("总额", "12,300.00 元"),)), PublicPart("漏了", rows=(("测试甲", made_up_id()),))]
    monkeypatch.setattr(sample, "parts", lambda session, tenant_id: parts)
    text = page(outside, HOME)
    assert "12,300.00 元" in text and "漏了" not in text and made_up_id() not in text
    assert "is left out" in caplog.text and made_up_id() not in caplog.text


def test_an_objection_needs_no_account_and_gives_a_code(shown: Notice, planned: Database, outside: FlaskClient) -> None:
    answer = outside.post(f"{address(shown)}/objection", data={"text": "第 2 行的金额与收据不符。", "contact": "19900000001"})
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    code = re.findall(r"<code>([^<]+)</code>", answer.get_data(as_text=True))[0]
    followed = outside.post(f"{HOME}objections", data={"code": code.lower()}).get_data(as_text=True)
    assert "第 2 行的金额与收据不符。" in followed and "正在核实" in followed and "19900000001" not in followed
    with county_session(planned) as session:
        kept = session.scalars(select(Objection)).one()
        assert kept.contact_sealed is not None and b"19900000001" not in kept.contact_sealed
        assert code.replace("-", "") not in str(kept.code_key)


def test_a_wrong_code_is_told_nothing(shown: Notice, outside: FlaskClient) -> None:
    answer = outside.post(f"{HOME}objections", data={"code": "AAAA-AAAA-AAAA"})
    assert answer.status_code == 404 and "没有这个查询码" in answer.get_data(as_text=True)


def test_a_code_of_one_county_opens_nothing_in_another(shown: Notice, outside: FlaskClient) -> None:
    answer = outside.post(f"{address(shown)}/objection", data={"text": "金额与收据不符。"})
    code = re.findall(r"<code>([^<]+)</code>", answer.get_data(as_text=True))[0]
    assert outside.post("/public/990102/objections", data={"code": code}).status_code == 404


@pytest.mark.parametrize(("entered", "fault"), [
    ({"text": "短"}, "须有 5 到 1000 字"), ({"text": ""}, "须有 5 到 1000 字"),
    ({"text": "够长的内容", "contact": "九" * 101}, "最多 100 字"),
])
def test_a_faulty_objection_is_told_at_its_field_and_nothing_is_kept(shown: Notice, planned: Database, outside: FlaskClient,
                                                                    entered: dict[str, str], fault: str) -> None:
    answer = outside.post(f"{address(shown)}/objection", data=entered)
    assert answer.status_code == 422 and fault in answer.get_data(as_text=True)
    with county_session(planned) as session:
        assert session.scalars(select(Objection)).all() == []


def test_many_objections_from_one_address_are_told_to_wait(app: Flask, shown: Notice) -> None:
    from core.accounts import sign_in as signing

    app.config["RATELIMIT_ENABLED"] = True
    signing.limiter.init_app(app)
    signing.limiter.reset()
    try:
        answers = [app.test_client().post(f"{address(shown)}/objection", data={"text": "金额与收据不符。"}).status_code for _ in range(6)]
    finally:
        signing.limiter.enabled = False
    assert answers == [200] * 5 + [429]


def test_a_page_of_the_future_is_not_shown_before_its_day(planned: Database, host: PluginHost, outside: FlaskClient,
                                                         move_to: MoveTo) -> None:
    with county_session(planned) as session:
        notice = publish(session, host, on=DAY + dt.timedelta(days=1))
    assert outside.get(address(notice)).status_code == 404
    move_to(DAY + dt.timedelta(days=1))
    assert "测**" in page(outside, address(notice))


def test_english_is_asked_for_in_the_address(shown: Notice, outside: FlaskClient) -> None:
    assert '<html lang="en">' in page(outside, f"{HOME}?lang=en") and '<html lang="zh-CN">' in page(outside, HOME)
