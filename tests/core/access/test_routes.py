"""The pages of access, as people of the small province see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import routes
from core.access.models import AccessCase, AccessRule, BreakGlass
from core.extensions import Database, all_tenants
from core.trail.models import TrailEntry

ClientAs = Callable[[str], FlaskClient]
RULE = {"role": "aid_centre", "unit": "990101100", "eft": "allow", "what": "core.access|read", "cond": "",
        "source": "（一）2", "note": "县教〔2026〕1号", "step": "save"}


@pytest.mark.parametrize("page", ["", "rules", "rules?version=1&role=auditor", "rules?obj=core.access", "rules/new",
                                  "versions/1", "roles", "cases", "break-glass"])
def test_every_page_opens_for_the_county_administrator(client_as: ClientAs, page: str) -> None:
    answer = client_as("jia-admin").get(f"/u/990101/access/{page}")
    assert answer.status_code == 200
    assert "这是什么" in answer.text or page == "versions/1"


@pytest.mark.parametrize(("page", "holds"), [
    ("rules?format=csv", "督查审计 可以 查看留痕（各处）"),
    ("roles?format=csv", "县级管理员"),
    ("cases?format=csv", "CO-042"),
    ("break-glass?format=csv", "理由"),
])
def test_every_list_is_given_as_a_file_that_opens_in_chinese(client_as: ClientAs, app_database: Database, page: str,
                                                             holds: str) -> None:
    answer = client_as("jia-admin").get(f"/u/990101/access/{page}")
    assert answer.mimetype == "text/csv"
    assert answer.text.startswith("\ufeff")
    assert holds in answer.text
    with app_database.session() as session, all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry).where(TrailEntry.action.startswith("export:"))).one()
    assert entry.tenant_id == "990101"
    assert f"{answer.text.count(chr(10)) - 1}行" in entry.sentence


def test_an_auditor_reads_the_rules_and_cannot_change_them(client_as: ClientAs) -> None:
    client = client_as("province-auditor")
    assert client.get("/u/990101/access/rules").status_code == 200
    assert "增加规则" not in client.get("/u/990101/access/").text
    assert client.get("/u/990101/access/rules/new").status_code == 403
    assert client.post("/u/990101/access/rules", data=RULE).status_code == 403


def test_a_county_adds_a_line_after_checking_it_and_ends_it(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    checked = client.post("/u/990101/access/rules", data={**RULE, "step": "check"})
    assert "全部用例通过" in checked.text
    assert "学生资助中心经办 可以 查看访问规则（甲一镇及以下）" in checked.text
    saved = client.post("/u/990101/access/rules", data=RULE)
    assert saved.location == "/u/990101/access/versions/2"
    assert "（甲一镇及以下）" in client.get(saved.location).text
    assert "本单位自定的规则" in client.get("/u/990101/access/").text
    with app_database.session() as session:
        row = session.scalars(select(AccessRule).where(AccessRule.owner != "")).one()
    assert "终止这条规则" in client.get("/u/990101/access/rules").text
    assert "终止这条规则" not in client.get("/u/990101/access/rules?version=1").text
    ended = client.post(f"/u/990101/access/rules/{row.id}/end", data={"note": "不再需要"})
    assert ended.location == "/u/990101/access/versions/3"
    assert client.post(f"/u/990101/access/rules/{row.id}/end", data={"note": "再来"}).status_code == 404


def test_a_neighbour_does_not_see_the_line(client_as: ClientAs) -> None:
    client_as("jia-admin").post("/u/990101/access/rules", data=RULE)
    for page in ("rules", "versions/2", "rules?format=csv"):
        assert "甲一镇" not in client_as("yi-admin").get(f"/u/990102/access/{page}").text
    assert "甲一镇" in client_as("province-admin").get("/u/99/access/versions/2").text


@pytest.mark.parametrize(("change", "status", "message"), [
    ({"unit": "990102"}, 422, "不在本单位之下"),
    ({"unit": "no-such"}, 422, "不在本单位之下"),
    ({"what": ""}, 422, "不能为空"),
    ({"eft": "Deny"}, 422, "效力只能是"),
    ({"note": ""}, 422, "理由"),
    ({"what": "core.plan|approve"}, 403, "您自己没有"),
    ({"role": "auditor", "what": "core.access|manage"}, 409, "没有通过用例"),
])
def test_a_refused_line_is_given_back_with_the_reason(client_as: ClientAs, change: dict[str, str], status: int,
                                                      message: str) -> None:
    answer = client_as("jia-admin").post("/u/990101/access/rules", data={**RULE, **change})
    assert answer.status_code == status
    assert message in answer.text
    assert 'name="source" value="（一）2"' in answer.text


def test_a_line_that_fails_a_case_says_so_before_it_is_saved(client_as: ClientAs) -> None:
    answer = client_as("jia-admin").post("/u/990101/access/rules", data={
        **RULE, "role": "auditor", "what": "core.access|manage", "step": "check"})
    assert "督查审计只看不改" in answer.text


def test_the_unit_of_a_line_is_ones_own_when_none_is_named(client_as: ClientAs) -> None:
    answer = client_as("jia-admin").post("/u/990101/access/rules", data={**RULE, "unit": ""})
    assert "（甲县及以下）" in client_as("jia-admin").get(answer.location).text


def test_inheritance_is_shown_in_the_version_that_brought_it(client_as: ClientAs, app_database: Database) -> None:
    with app_database.transaction() as session:
        session.add(AccessRule(kind="g", role="tenant_admin", obj="basic_education", since_version=1))
    assert "县级管理员 ⊇ 基教科" in client_as("jia-admin").get("/u/990101/access/versions/1").text


def test_a_version_that_is_not_there_is_not_found(client_as: ClientAs) -> None:
    assert client_as("jia-admin").get("/u/990101/access/versions/99").status_code == 404


def test_a_county_adds_a_case_of_its_own(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    row = {"role": "aid_centre", "action": "core:access:manage", "expect": "deny", "because": "（二）3", "unit": "",
           "facts": ["is_own", "is_wrong"]}
    assert client.post("/u/990101/access/cases", data=row).status_code == 302
    page = client.get("/u/990101/access/cases").text
    assert "（二）3" in page
    assert "属于本人负责的对象" in page
    assert "（二）3" not in client_as("yi-admin").get("/u/990102/access/cases").text
    with app_database.session() as session:
        assert session.scalars(select(AccessCase)).one().facts == ["is_own"]
    refused = client.post("/u/990101/access/cases", data={**row, "expect": "allow"})
    assert refused.status_code == 409
    assert "现行规则与这个用例不符" in refused.text
    assert client.post("/u/990101/access/cases", data={**row, "unit": "990102"}).status_code == 422


def test_break_glass_from_request_to_note(client_as: ClientAs, app_database: Database) -> None:
    asker = client_as("jia-discipline")
    assert asker.get("/u/990102/").status_code == 404
    form = {"unit": "990102", "hours": "2", "reason": "核对跨县就读学生的资助情况"}
    assert asker.post("/u/990101/access/break-glass", data=form).location == "/u/990102/"
    page = asker.get("/u/990102/")
    assert page.status_code == 200
    assert "越权查看" in page.text
    with app_database.session() as session:
        row = session.scalars(select(BreakGlass)).one()
    assert asker.post(f"/u/990101/access/break-glass/{row.id}/note").status_code == 404
    city = client_as("city-bureau")
    assert "登记知悉" in city.get("/u/9901/access/break-glass").text
    assert city.post(f"/u/9901/access/break-glass/{row.id}/note").status_code == 302
    assert "已知悉" in city.get("/u/9901/access/break-glass").text
    assert "正在进行的应急访问" in asker.get("/me").text
    assert asker.post(f"/u/990101/access/break-glass/{row.id}/close").status_code == 302
    assert asker.get("/u/990102/").status_code == 404


@pytest.mark.parametrize(("change", "status", "message"), [
    ({"unit": "no-such"}, 422, "没有这个编码的单位"),
    ({"reason": "短"}, 422, "至少 10 个字"),
    ({"hours": "many"}, 422, "1 至 8 小时"),
    ({"unit": "990101100"}, 409, "已在您的任职范围内"),
])
def test_a_refused_break_glass_says_why(client_as: ClientAs, change: dict[str, str], status: int,
                                        message: str) -> None:
    form = {"unit": "990102", "hours": "2", "reason": "核对跨县就读学生的资助情况", **change}
    answer = client_as("jia-discipline").post("/u/990101/access/break-glass", data=form)
    assert answer.status_code == status
    assert message in answer.text


def test_break_glass_at_a_unit_of_no_tenant_is_trailed_where_it_was_asked(client_as: ClientAs,
                                                                         app_database: Database) -> None:
    form = {"unit": "9902", "hours": "1", "reason": "核对跨县就读学生的资助情况"}
    assert client_as("jia-discipline").post("/u/990101/access/break-glass", data=form).status_code == 302


def test_many_rules_come_a_page_at_a_time(client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "PAGE", 3)
    client = client_as("jia-admin")
    first, last = client.get("/u/990101/access/rules").text, client.get("/u/990101/access/rules?from=100000").text
    assert first.count('data-label="规则"') == 3 and "from=3" in first
    assert "没有这样的规则" in last
    assert client.get("/u/990101/access/versions/1").text.count('<li class="list-group-item">') == 3
