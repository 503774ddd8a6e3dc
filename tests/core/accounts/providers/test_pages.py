"""The administrator's pages: setting a provider up, testing it, and linking accounts."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts.providers.models import Identity, Provider
from core.accounts.queries import find_by_login
from core.extensions import Database
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.accounts.providers.conftest import Trusted, linked, placed_in, setup_of, sign_in_with, trailed
from tests.factories.access import give
from tests.support.identity_provider import Provider as Loopback

MANAGE = "core:provider:manage"


@pytest.fixture
def administrator(trusting: Flask, client_as: ClientAs) -> FlaskClient:
    return client_as("province-admin")


def form_of(identity: Loopback, **more: str) -> dict[str, str]:
    return {**vars(setup_of(identity)), **more}


def added(administrator: FlaskClient, identity: Loopback, **more: str) -> uuid.UUID:
    answer = administrator.post("/u/99/providers", data=form_of(identity, **more))
    assert answer.status_code == 302, answer.text
    return uuid.UUID(answer.location.rpartition("/")[2])


def test_a_provider_is_added_tested_and_switched_on(administrator: FlaskClient, identity: Loopback, app_database: Database
                                                    ) -> None:
    provider_id = added(administrator, identity, unit="9901")
    address = f"/u/99/providers/{provider_id}"
    assert "用测试省统一身份认证登录" not in administrator.get("/sign-in").text
    page = administrator.get(address).text
    assert f"http://localhost/sign-in/with/{provider_id}/back" in page
    assert "a-secret" not in page
    found = administrator.post(f"{address}/test")
    assert found.status_code == 200
    assert "连接正常" in found.text
    assert f"{identity.url}/authorize" in found.text
    assert administrator.post(f"{address}/switch", data={"on": "yes"}).status_code == 302
    assert "用测试省统一身份认证登录" in administrator.get("/sign-in").text
    assert "测试省统一身份认证" in administrator.get("/u/99/providers").text
    assert [entry[1] for entry in trailed(app_database, MANAGE)] == [
        "为测试市增加身份提供方“测试省统一身份认证”", "测试与“测试省统一身份认证”的连接", "启用身份提供方“测试省统一身份认证”"]
    assert {entry[0] for entry in trailed(app_database, MANAGE)} == {"99"}


def test_a_connection_that_fails_says_why_and_is_not_switched_on(administrator: FlaskClient, identity: Loopback,
                                                                 app_database: Database) -> None:
    provider_id = added(administrator, identity)
    identity.announce = {"issuer": "https://another.example.org"}
    answer = administrator.post(f"/u/99/providers/{provider_id}/test")
    assert answer.status_code == 422
    assert "对方公布的 issuer 是“https://another.example.org”，与所填的不同" in answer.text
    assert administrator.post(f"/u/99/providers/{provider_id}/switch", data={"on": "yes"}).status_code == 422
    assert not placed_in(app_database, provider_id).provider.active
    identity.announce, identity.keys = {}, []
    assert "没有可用的签名公钥" in administrator.post(f"/u/99/providers/{provider_id}/test").text


@pytest.mark.parametrize(("change", "message"), [
    ({"name": ""}, "请填写名称"), ({"issuer": "http://sso.example.org"}, "地址必须以 https:// 开头"),
    ({"issuer": "https://sso.example.org/?x=1"}, "地址里不能有 ? 后的部分"), ({"client_id": ""}, "请填写提供方分配的客户端编号"),
    ({"scopes": "profile"}, "范围里必须有 openid"), ({"link_claim": "a b"}, "只写一个字段名"), ({"link_claim": "sub"}, "sub 不用写"),
    ({"factor_values": "多因素"}, "只能用字母"), ({"home": "http://bangfu.example.org"}, "地址必须以 https:// 开头"),
    ({"home": "https://bangfu.example.org/path"}, "只写到主机名为止"), ({"unit": "00"}, "没有这个单位"),
    ({"contact": "长" * 201}, "太长")])
def test_what_cannot_be_a_provider_is_told_by_field(administrator: FlaskClient, identity: Loopback, app_database: Database,
                                                    change: dict[str, str], message: str) -> None:
    answer = administrator.post("/u/99/providers", data=form_of(identity, **change))
    assert answer.status_code == 422
    assert message in answer.text
    with app_database.session() as session:
        assert session.scalars(select(Provider)).all() == []


def test_two_administrators_do_not_overwrite_each_other_and_an_empty_secret_stays(
        administrator: FlaskClient, identity: Loopback, app_database: Database) -> None:
    provider_id = added(administrator, identity)
    address, sealed = f"/u/99/providers/{provider_id}", placed_in(app_database, provider_id).provider.client_secret
    assert administrator.post(address, data=form_of(identity, name="改名", client_secret="", version="1")).status_code == 302
    assert administrator.post(address, data=form_of(identity, name="又改", version="1")).status_code == 409
    found = placed_in(app_database, provider_id).provider
    assert (found.name, found.client_secret) == ("改名", sealed)


def test_the_issuer_stays_while_somebody_is_linked(administrator: FlaskClient, identity: Loopback, app_database: Database
                                                   ) -> None:
    provider_id = added(administrator, identity)
    linked(app_database, provider_id)
    answer = administrator.post(f"/u/99/providers/{provider_id}",
                                data=form_of(identity, issuer="https://other.example.org", version="1"))
    assert answer.status_code == 422
    assert "发行者地址不能改" in answer.text


@pytest.mark.parametrize("login", ["jia-admin", "province-auditor", "city-bureau"])
def test_only_the_platforms_and_the_system_administrator_manage_providers(
        client_as: ClientAs, trusting: Flask, trusted: Trusted, app_database: Database, login: str) -> None:
    provider_id, code = trusted("990101"), {"jia-admin": "990101", "city-bureau": "9901"}.get(login, "99")
    client = client_as(login)
    assert client.get(f"/u/{code}/providers").status_code == 403
    assert client.post(f"/u/{code}/providers/{provider_id}/switch", data={"on": "no"}).status_code == 403
    with app_database.transaction() as session:
        account = find_by_login(session, login)
        assert account is not None
        give(session, account, "system_admin", get_unit_by_code(session, "99"))
    assert client.get("/u/99/providers").status_code == 200


def test_a_provider_elsewhere_does_not_exist(administrator: FlaskClient, trusted: Trusted) -> None:
    provider_id = trusted("9902")
    for address in (f"/u/9901/providers/{provider_id}", f"/u/99/providers/{uuid.uuid4()}"):
        assert administrator.get(address).status_code == 404
        assert administrator.post(f"{address}/test").status_code == 404


def test_the_administrator_links_and_unlinks(administrator: FlaskClient, trusting: Flask, trusted: Trusted,
                                             app_database: Database) -> None:
    provider_id = trusted(link_claim="employee_number")
    address = f"/u/99/providers/{provider_id}"
    links = f"{address}/links"
    assert administrator.post(links, data={"login": "jia-aid", "kind": "sub", "value": "subject-0001"}).status_code == 302
    assert administrator.post(links, data={"login": "jia-admin", "kind": "first", "value": "0042"}).status_code == 302
    page = administrator.get(address).text
    assert "subject-0001" not in page
    assert "su…01" in page
    assert "等待首次登录" in page
    assert "jia-admin" not in administrator.get(f"{address}?q=jia-ai").text
    client = trusting.test_client()
    assert sign_in_with(client, provider_id).status_code == 302
    with app_database.session() as session:
        account = find_by_login(session, "jia-aid")
    assert account is not None
    assert administrator.post(f"{links}/{account.id}/end").status_code == 302
    assert client.get("/me").status_code == 302
    answer = administrator.post(address, data={**vars(placed_form(app_database, provider_id)), "link_claim": "phone_number"})
    assert answer.status_code == 422
    assert "还有账号等待按这个字段关联" in answer.text


def placed_form(database: Database, provider_id: uuid.UUID) -> Provider:
    return placed_in(database, provider_id).provider


@pytest.mark.parametrize(("login", "kind", "value", "status", "message"), [
    ("nobody", "sub", "x", 422, "没有这个登录名"), ("jia-aid", "sub", "", 422, "请填写对方系统里的标识"),
    ("jia-aid", "first", "1", 422, "没有设置首次关联的字段"), ("jia-admin", "sub", "subject-0001", 409, "已经关联了别的账号"),
    ("jia-aid", "sub", "another", 409, "请先解除"), ("yi-aid", "sub", "another", 422, "没有任职"),
    ("province-admin", "sub", "another", 403, "自己")])
def test_whom_the_administrator_may_not_link(administrator: FlaskClient, trusted: Trusted, app_database: Database, login: str,
                                             kind: str, value: str, status: int, message: str) -> None:
    provider_id = trusted("990101")
    linked(app_database, provider_id)
    answer = administrator.post(f"/u/99/providers/{provider_id}/links", data={"login": login, "kind": kind, "value": value})
    assert answer.status_code == status
    assert message in answer.text
    with app_database.session() as session:
        assert len(session.scalars(select(Identity)).all()) == 1
