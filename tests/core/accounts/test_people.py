"""The pages that name accounts name only those within the asker's scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from core.accounts.queries import find_by_login, list_posts
from core.extensions import Database

ClientAs = Callable[[str], FlaskClient]
POST = {"login": "jia-new", "name": "测试新", "role": "school_clerk", "unit": "990101-S01",
        "since": "2026-09-01", "until": "2036-09-01"}


def test_the_list_holds_the_posts_at_and_below_the_unit(client_as: ClientAs) -> None:
    page = client_as("jia-admin").get("/u/990101/accounts").text
    assert "jia-central" in page
    assert "yi-admin" not in page
    assert "city-bureau" not in page
    lines = client_as("jia-admin").get("/u/990101100/accounts?format=csv").text.splitlines()
    assert lines[0].endswith("登录名,姓名,角色,单位编码,单位,起,止")
    assert [line.split(",")[0] for line in lines[1:]] == ["jia-central"]


def test_an_account_is_opened_with_its_first_post_and_the_post_is_ended(client_as: ClientAs,
                                                                       app_database: Database) -> None:
    client = client_as("jia-admin")
    page = client.post("/u/990101/accounts", data=POST)
    assert page.status_code == 200
    assert "只显示这一次" in page.text
    again = {**POST, "role": "class_teacher", "name": "", "since": "", "until": ""}
    assert client.post("/u/990101/accounts", data=again).status_code == 302
    with app_database.session() as session:
        account = find_by_login(session, "jia-new")
        assert account is not None
        posts = list_posts(session, account.id)
    assert [post.role for post in posts] == ["class_teacher", "school_clerk"]
    assert client.post(f"/u/990101/accounts/posts/{posts[0].id}/end", data={}).status_code == 302
    assert client.post(f"/u/990101/accounts/posts/{posts[0].id}/end", data={}).status_code == 409
    wrong = client.post(f"/u/990101/accounts/posts/{posts[1].id}/end", data={"on": "tomorrow"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(("change", "status", "message"), [
    ({"name": ""}, 422, "没有这个登录名"),
    ({"unit": "990102-S01"}, 422, "不在本单位之下"),
    ({"role": "city_bureau"}, 422, "这一级没有这个角色"),
    ({"role": "platform_admin"}, 403, "高于您自己的职权"),
    ({"since": "1.9.2026"}, 422, "日期应写作"),
    ({"login": "jia-aid"}, 409, "已被使用"),
])
def test_a_refused_post_says_why_and_opens_no_account(client_as: ClientAs, app_database: Database,
                                                      change: dict[str, str], status: int, message: str) -> None:
    answer = client_as("jia-admin").post("/u/990101/accounts", data={**POST, **change})
    assert answer.status_code == status
    assert message in answer.text
    with app_database.session() as session:
        assert find_by_login(session, "jia-new") is None


def test_no_post_is_given_where_managing_accounts_is_denied(client_as: ClientAs) -> None:
    client_as("province-admin").post("/u/99/access/rules", data={
        "role": "tenant_admin", "unit": "990101-S01", "eft": "deny", "what": "core.account|manage", "cond": "",
        "source": "省教〔2026〕1号", "note": "文", "step": "save"})
    answer = client_as("jia-admin").post("/u/990101/accounts", data=POST)
    assert answer.status_code == 403
    assert "您不能管理“甲县第一中学”的账号" in answer.text


def why(client: FlaskClient, code: str = "990101", **asked: str) -> str:
    return client.get(f"/u/{code}/access/why", query_string={"login": "jia-school", "unit": "990101-S01",
                                                             "action": "sample:payment:approve", **asked}).text


def test_why_names_the_missing_rule_the_line_and_the_posts(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert "没有任何规则允许这些角色做这件事" in why(client)
    assert "示例方案（二）" in why(client, action="sample:visit:write")
    denied = why(client, login="jia-aid", facts="is_submitter")
    assert "p, *, *, sample.payment, approve, is_submitter, deny" in denied
    assert "学生资助中心经办" in denied
    assert "都没有任职" in why(client, login="jia-school", unit="990101100")


def test_why_answers_about_accounts_in_scope_only(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    for login in ("yi-admin", "province-admin", "nobody"):
        assert "或者它不在您的范围内" in why(client, login=login)
    assert "不在本单位之下" in why(client, unit="990102")
    assert "没有这个权限动作" in why(client, action="sample:visit:burn")
    assert client.get("/u/990101/access/why").status_code == 200


def test_the_unit_asked_about_is_the_working_unit_when_none_is_named(client_as: ClientAs) -> None:
    assert "甲县 · 查看走访" in why(client_as("jia-admin"), login="jia-aid", unit="", action="sample:visit:read")


def test_who_names_those_in_scope_and_counts_the_others(client_as: ClientAs) -> None:
    address = "/u/990101/access/who?action=sample:visit:read&unit=990101-S01"
    page = client_as("jia-admin").get(address).text
    assert "jia-school" in page
    assert "jia-aid" in page
    assert "province-auditor" not in page
    assert "另有 4 个上级账号也可以" in page
    assert "province-auditor" in client_as("province-admin").get(address.replace("/u/990101/", "/u/99/")).text
    lines = client_as("jia-admin").get(address + "&format=csv").text
    assert "jia-school" in lines
    assert "province" not in lines


def test_who_without_a_question_or_with_a_wrong_one(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.get("/u/990101/access/who").status_code == 200
    assert "不在本单位之下" in client.get("/u/990101/access/who?action=sample:visit:read&unit=990102").text
    assert "您的范围内没有人能做" in client.get("/u/990101/access/who?action=no:such:thing").text


def test_what_an_account_can_do_is_told_by_unit(client_as: ClientAs) -> None:
    page = client_as("jia-admin").get("/u/990101/access/what?login=jia-school").text
    assert "登记走访" in page
    assert "甲县第一中学" in page
    lines = client_as("jia-admin").get("/u/990101/access/what?login=jia-school&format=csv").text
    assert "登记走访,甲县第一中学," in lines
    assert "或者它不在您的范围内" in client_as("jia-admin").get("/u/990101/access/what?login=yi-admin").text
    assert client_as("jia-admin").get("/u/990101/access/what").status_code == 200


def test_what_shows_where_a_line_takes_something_out(client_as: ClientAs) -> None:
    client_as("jia-admin").post("/u/990101/access/rules", data={
        "role": "aid_centre", "unit": "990101100", "eft": "deny", "what": "sample.visit|read", "cond": "",
        "source": "（一）2", "note": "文", "step": "save"})
    lines = client_as("jia-admin").get("/u/990101/access/what?login=jia-aid&format=csv").text
    assert "查看走访,甲县,甲一镇" in lines


def test_a_person_in_scope_with_posts_elsewhere_is_shown_for_the_scope_alone(
        client_as: ClientAs, app_database: Database) -> None:
    client_as("province-admin").post("/u/99/accounts", data={
        **POST, "login": "jia-aid", "name": "", "role": "aid_centre", "unit": "990102", "since": "2015-01-01"})
    lines = client_as("jia-admin").get("/u/990101/access/what?login=jia-aid&format=csv").text
    assert "甲县" in lines
    assert "乙县" not in lines
