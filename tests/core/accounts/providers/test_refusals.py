"""What a provider, a network or an attacker may get wrong: each has its page, its entry on the trail, and nothing
half done."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, jsonify, redirect, stream_with_context
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.accounts.models import AccountSession
from core.accounts.providers import entering, transport, waiting
from core.accounts.providers.models import Identity
from core.extensions import Database
from tests.conftest import ClientAs
from tests.core.accounts.providers.conftest import Trusted, leave, linked, sign_in_with, trailed, visit
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider, query_of, running

Refusal = Callable[[], tuple[str, str, str]]


@pytest.fixture
def way(trusted: Trusted, app_database: Database) -> uuid.UUID:
    """A provider with a person linked: whatever is refused would be let in without its fault."""
    provider_id = trusted()
    linked(app_database, provider_id)
    return provider_id


def check_refused(answer: TestResponse, refusal: Refusal, database: Database, message: str, reason: str, status: int = 400
                  ) -> None:
    """The page says something to do, the trail why; nobody is signed in."""
    assert answer.status_code == status, answer.text
    assert message in answer.text
    assert "回到登录页" in answer.text
    assert "Traceback" not in answer.text
    assert refusal()[1] == "用“测试省统一身份认证”登录被拒绝"
    assert reason in refusal()[2]
    with database.session() as session:
        assert session.scalars(select(AccountSession)).all() == []
        assert session.scalars(select(Identity.used_at)).all() in ([None], [])


# What is not a return of this browser

def test_a_code_planted_in_anothers_browser_is_refused(trusting: Flask, way: uuid.UUID, refusal: Refusal,
                                                       app_database: Database) -> None:
    """Login CSRF: the attacker stops on the way back and sends the address to a victim."""
    planted = visit(leave(trusting.test_client(), way))
    check_refused(trusting.test_client().get(planted), refusal, app_database, "不是从本浏览器开始的", "state 不对")


def test_a_return_counts_once(trusting: Flask, way: uuid.UUID, refusal: Refusal) -> None:
    client = trusting.test_client()
    address = visit(leave(client, way))
    assert client.get(address).status_code == 302
    assert client.get(address).status_code == 400
    assert "state 不对、用过或过期" in refusal()[2]


def test_a_code_counts_once_even_with_a_fresh_state(trusting: Flask, way: uuid.UUID, refusal: Refusal,
                                                    app_database: Database) -> None:
    used = query_of(visit(leave(trusting.test_client(), way)))["code"]
    client = trusting.test_client()
    state = query_of(leave(client, way))["state"]
    answer = client.get(f"/sign-in/with/{way}/back", query_string={"code": used, "state": state})
    check_refused(answer, refusal, app_database, "没有通过核验", "对方不接受授权码或客户端（invalid_grant）")


def test_a_way_out_does_not_wait_for_ever(trusting: Flask, way: uuid.UUID, refusal: Refusal, app_database: Database,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    client = trusting.test_client()
    address = visit(leave(client, way))
    now = time.time()
    monkeypatch.setattr(waiting.time, "time", lambda: now + waiting.SECONDS + 1)
    check_refused(client.get(address), refusal, app_database, "已经过期", "过期")


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"state": ""}, {"state": "ä\0", "code": "x"},
                                   {"code": "x" * 5000, "state": "y"}])
def test_a_return_without_its_parts_is_refused(trusting: Flask, way: uuid.UUID, refusal: Refusal, app_database: Database,
                                               query: dict[str, str]) -> None:
    answer = trusting.test_client().get(f"/sign-in/with/{way}/back", query_string=query)
    check_refused(answer, refusal, app_database, "请从登录页重新开始", "state")


def test_a_refusal_of_the_provider_is_told_in_our_own_words(trusting: Flask, way: uuid.UUID, refusal: Refusal,
                                                            app_database: Database) -> None:
    client = trusting.test_client()
    state = query_of(leave(client, way))["state"]
    assert "取消了登录" in client.get(f"/sign-in/with/{way}/back?error=access_denied").text, "without its state"
    answer = client.get(f"/sign-in/with/{way}/back", query_string={
        "state": state, "error": "access_denied", "error_description": "<b>请拨打 13800000000</b>"})
    check_refused(answer, refusal, app_database, "取消了登录", "本人取消或对方拒绝")
    assert "请拨打" not in answer.text + refusal()[2]


def test_an_answer_of_one_provider_is_not_taken_for_anothers(
        trusting: Flask, trusted: Trusted, way: uuid.UUID, refusal: Refusal, signing_keys: list[RSAKey],
        app_database: Database) -> None:
    """Mix-up: the code goes to nobody but the provider that gave it."""
    with running(signing_keys[1:]) as other:
        second = trusted("990102", other, name="乙县统一身份认证")
        client = trusting.test_client()
        back = visit(leave(client, way)).replace(str(way), str(second))
        answer = client.get(back)
        assert answer.status_code == 400
        assert refusal()[1:] == ("用“乙县统一身份认证”登录被拒绝", "state 属于另一个提供方")
        assert "/token" not in other.asked


@pytest.mark.parametrize(("said", "announced", "fine"), [("http://127.0.0.1:1", False, False), (None, True, False),
                                                         ("own", True, True), ("own", False, True)])
def test_an_answer_that_names_an_issuer_names_the_right_one(
        trusting: Flask, way: uuid.UUID, refusal: Refusal, identity: Provider, said: str | None, announced: bool, fine: bool
        ) -> None:
    identity.announce = {"authorization_response_iss_parameter_supported": announced}
    client = trusting.test_client()
    named = {"own": identity.url, None: None}.get(said, said)
    answer = client.get(visit(leave(client, way)) + (f"&iss={named}" if named else ""))
    assert answer.status_code == (302 if fine else 400)
    assert fine or refusal()[2] == "应答里的 iss 不是这个提供方"


# What is no proof

def _claims(**changed: Any) -> Callable[[dict[str, Any]], None]:
    def twist(claims: dict[str, Any]) -> None:
        for name, value in changed.items():
            if value is None:
                claims.pop(name)
            else:
                claims[name] = int(time.time()) + value if name in ("exp", "nbf", "iat") else value
    return twist


@pytest.mark.parametrize(("twist", "reason"), [
    (_claims(aud="another-client"), "invalid_claim"),
    (_claims(aud=[CLIENT_ID, "another"]), "missing_claim"),
    (_claims(aud=[CLIENT_ID, "another"], azp="another"), "invalid_claim"),
    (_claims(azp="another"), "invalid_claim"),
    (_claims(iss="http://127.0.0.1:1"), "invalid_claim"),
    (_claims(exp=-61), "expired_token"),
    (_claims(nbf=120), "invalid_claim"),
    (_claims(iat=120), "invalid_claim"),
    (_claims(nonce="another"), "invalid_claim"),
    (_claims(nonce=None), "missing_claim"),
    (_claims(exp=None), "missing_claim"),
    (_claims(sub=""), "sub"),
    (_claims(sub=["subject-0001"]), "invalid_claim"),
    (_claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "invalid_claim"),
])
def test_a_token_with_a_wrong_claim_is_no_proof(trusting: Flask, way: uuid.UUID, refusal: Refusal, identity: Provider,
                                                app_database: Database, twist: Callable[[dict[str, Any]], None],
                                                reason: str) -> None:
    identity.twist = twist
    check_refused(sign_in_with(trusting.test_client(), way), refusal, app_database, "没有通过核验", reason)


@pytest.mark.parametrize("twist", [_claims(exp=-30), _claims(nbf=30), _claims(iat=30),
                                   _claims(aud=[CLIENT_ID, "another"], azp=CLIENT_ID)])
def test_clocks_may_differ_by_a_little(trusting: Flask, way: uuid.UUID, identity: Provider,
                                       twist: Callable[[dict[str, Any]], None]) -> None:
    identity.twist = twist
    assert sign_in_with(trusting.test_client(), way).status_code == 302


def _by_hand(algorithm: str, claims: dict[str, Any], secret: bytes = b"") -> str:
    """A token as an attacker writes it; libraries refuse to."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm, "kid": "one"}, claims)]
    text = b".".join(map(_base64, parts))
    signed = hmac.digest(secret, text, "sha256") if secret else b""
    return b".".join((text, _base64(signed))).decode()


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _unsigned(claims: dict[str, Any]) -> str:
    return _by_hand("none", claims)


def _with_secret(claims: dict[str, Any]) -> str:
    return _by_hand("HS256", claims, CLIENT_SECRET.encode())


def _with_another_key(claims: dict[str, Any]) -> str:
    key = RSAKey.generate_key(2048, {"kid": "one"})
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def _with_an_unknown_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "ec"}, claims, ECKey.generate_key("P-256", {"kid": "ec"}))


@pytest.mark.parametrize(("signer", "reason"), [
    (_unsigned, "签名算法“none”不被接受"), (_with_secret, "签名算法“HS256”不被接受"), (_with_another_key, "bad_signature"),
    (_with_an_unknown_key, "签名算法“ES256”不被接受"), (lambda claims: "not.a.token", "id_token 未通过核验"),
    (lambda claims: "", "id_token 未通过核验")])
def test_a_token_signed_by_somebody_else_is_no_proof(
        trusting: Flask, way: uuid.UUID, refusal: Refusal, identity: Provider, app_database: Database,
        signer: Callable[[dict[str, Any]], str], reason: str) -> None:
    identity.signer = signer
    check_refused(sign_in_with(trusting.test_client(), way), refusal, app_database, "没有通过核验", reason)


def test_the_public_key_is_no_shared_secret(trusting: Flask, way: uuid.UUID, refusal: Refusal, identity: Provider,
                                            app_database: Database) -> None:
    """HS256 over the provider's public key, announced as if it were allowed."""
    identity.announce = {"id_token_signing_alg_values_supported": ["HS256", "none", "RS256"]}
    public = identity.keys[0].as_pem(private=False)
    identity.signer = lambda claims: _by_hand("HS256", claims, public)
    check_refused(sign_in_with(trusting.test_client(), way), refusal, app_database, "没有通过核验", "HS256")


def test_keys_may_be_changed_at_any_time(trusting: Flask, way: uuid.UUID, identity: Provider, signing_keys: list[RSAKey],
                                         refusal: Refusal) -> None:
    assert sign_in_with(trusting.test_client(), way).status_code == 302
    identity.keys = [*signing_keys]
    assert sign_in_with(trusting.test_client(), way).status_code == 302, "signed with the second"
    asked = identity.asked.count("/keys")
    assert sign_in_with(trusting.test_client(), way).status_code == 302
    assert identity.asked.count("/keys") == asked, "known keys are not asked for again"


def test_keys_without_a_name_are_tried(trusting: Flask, way: uuid.UUID, identity: Provider, signing_keys: list[RSAKey]
                                       ) -> None:
    identity.keys = [*signing_keys]
    identity.instead = {"/keys": lambda: jsonify({"keys": [
        {"kty": "SM2", "x": "1"}, "rubbish",
        *({name: value for name, value in key.as_dict(private=False).items() if name != "kid"} for key in signing_keys)]})}
    identity.signer = lambda claims: jwt.encode({"alg": "RS256"}, claims, signing_keys[1])
    assert sign_in_with(trusting.test_client(), way).status_code == 302


def test_another_persons_userinfo_is_not_taken(trusting: Flask, trusted: Trusted, identity: Provider, refusal: Refusal) -> None:
    provider_id = trusted(link_claim="employee_number")
    identity.userinfo = {"sub": "another", "employee_number": "7"}
    assert sign_in_with(trusting.test_client(), provider_id).status_code == 400
    assert refusal()[2] == "userinfo 说的是另一个人"


def test_pkce_is_proven_to_the_provider(trusting: Flask, way: uuid.UUID, refusal: Refusal, app_database: Database) -> None:
    """A code that was caught on its way is worth nothing without the verifier in the browser's cookie."""
    client = trusting.test_client()
    address = visit(leave(client, way))
    with client.session_transaction() as cookie:
        cookie[waiting.KEY] = [{**cookie[waiting.KEY][0], "v": "another-verifier" * 4}]
    check_refused(client.get(address), refusal, app_database, "没有通过核验", "invalid_grant")


# Where it may lead

@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limits of a test."""
    monkeypatch.setattr(transport, "WHOLE", 0.5)


def _slow() -> Response:
    time.sleep(1)
    return jsonify({})


def _trickle() -> Response:
    def pieces() -> Any:
        for _ in range(20):
            time.sleep(0.1)
            yield " "
    return Response(stream_with_context(pieces()), content_type="application/json")


@pytest.mark.parametrize(("path", "answer", "reason"), [
    ("/.well-known/openid-configuration", _slow, "超时"), ("/.well-known/openid-configuration", _trickle, "超时"),
    ("/.well-known/openid-configuration", lambda: Response("<html>"), "不是 JSON"),
    ("/.well-known/openid-configuration", lambda: Response("[]", content_type="application/json"), "应答不对"),
    ("/.well-known/openid-configuration", lambda: redirect("http://127.0.0.1:1/"), "应答不对（HTTP 302）"),
    ("/.well-known/openid-configuration", lambda: Response(b"x" * 600_000), "应答太大"),
    ("/keys", _slow, "超时"), ("/keys", lambda: jsonify({}), "公钥文档里没有 keys"),
    ("/token", _slow, "换取凭证超时"), ("/token", lambda: Response("oops", 500), "换取凭证失败"),
    ("/token", lambda: redirect("http://127.0.0.1:1/"), "换取凭证失败"),
    ("/token", lambda: jsonify({"access_token": "x", "token_type": "Bearer"}), "没有给出 id_token"),
])
def test_a_provider_out_of_order_keeps_nobody_waiting(
        trusting: Flask, way: uuid.UUID, identity: Provider, refusal: Refusal, app_database: Database, hurried: None,
        path: str, answer: Callable[[], Response], reason: str) -> None:
    identity.instead = {path: answer}
    client = trusting.test_client()
    first = client.get(f"/sign-in/with/{way}")
    last = first if path.startswith("/.well") else client.get(visit(first.location))
    check_refused(last, refusal, app_database, "登录没有完成", reason, 400 if "id_token" in reason else 502)


def test_a_provider_that_is_down_is_told_and_passwords_go_on(trusting: Flask, way: uuid.UUID, identity: Provider,
                                                             refusal: Refusal, client_as: ClientAs) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        identity.announce = {"token_endpoint": f"http://127.0.0.1:{closed.getsockname()[1]}/token"}
        answer = sign_in_with(trusting.test_client(), way)
    assert answer.status_code == 502
    assert "或用密码登录" in answer.text
    assert refusal()[2] == "换取凭证失败（ConnectionError）"
    assert client_as("jia-aid").get("/me").status_code == 200


def test_waiting_for_a_provider_holds_up_nobody_else(trusting: Flask, way: uuid.UUID, identity: Provider,
                                                     client_as: ClientAs) -> None:
    """SQLite has one writer: no transaction stays open while the provider takes its time."""
    asked, go = threading.Event(), threading.Event()

    def answer() -> Response:
        asked.set()
        go.wait(10)
        return jsonify({})
    identity.instead = {"/token": answer}
    client = trusting.test_client()
    address = visit(leave(client, way))
    waits = threading.Thread(target=client.get, args=(address,))
    waits.start()
    assert asked.wait(10)
    assert client_as("jia-admin").get("/me").status_code == 200, "a sign-in writes"
    go.set()
    waits.join(10)


@pytest.mark.parametrize(("announce", "reason"), [
    ({"issuer": "https://example.org"}, "与所填的不同"),
    ({"jwks_uri": "http://169.254.169.254/latest"}, "地址必须以 https:// 开头"),
    ({"token_endpoint": "file:///etc/passwd"}, "对方的 token_endpoint 不可用"),
    ({"token_endpoint": None}, "没有公布"), ({"authorization_endpoint": "javascript:alert(1)"}, "不可用"),
    ({"userinfo_endpoint": "https://user:pass@example.org/"}, "不能有用户名"),
    ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "签名算法不受支持"),
])
def test_an_announcement_that_leads_astray_is_refused(trusting: Flask, way: uuid.UUID, identity: Provider, refusal: Refusal,
                                                      app_database: Database, announce: dict[str, Any], reason: str) -> None:
    identity.announce = announce
    check_refused(trusting.test_client().get(f"/sign-in/with/{way}"), refusal, app_database, "设置有误", reason, 502)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.8", "[::ffff:10.0.0.8]", "169.254.169.254"])
def test_the_platforms_own_network_is_not_asked_unless_the_deployment_says_so(
        trusting: Flask, way: uuid.UUID, identity: Provider, refusal: Refusal, app_database: Database, host: str) -> None:
    identity.announce = {"jwks_uri": f"https://{host}:8443/keys"}
    trusting.extensions.pop(entering.KEY, None)
    if host == "127.0.0.1":
        return  # allowed here; every other test goes there
    answer = sign_in_with(trusting.test_client(), way)
    check_refused(answer, refusal, app_database, "设置有误", "在内部网络，部署没有放行", 502)


def test_at_another_host_than_the_providers_own_nobody_is_sent_out(
        trusting: Flask, trusted: Trusted, refusal: Refusal, app_database: Database) -> None:
    provider_id = trusted(home="https://bangfu.example.gov.cn")
    answer = trusting.test_client().get(f"/sign-in/with/{provider_id}")
    check_refused(answer, refusal, app_database, "设置有误", "而提供方只认 https://bangfu.example.gov.cn")
    answer = trusting.test_client().get(f"/sign-in/with/{provider_id}", base_url="https://bangfu.example.gov.cn")
    assert query_of(str(answer.location))["redirect_uri"] == f"https://bangfu.example.gov.cn/sign-in/with/{provider_id}/back"


def test_over_plain_http_nobody_is_sent_out_but_from_loopback(trusting: Flask, trusted: Trusted, refusal: Refusal) -> None:
    answer = trusting.test_client().get(f"/sign-in/with/{trusted()}", base_url="http://bangfu.example.gov.cn")
    assert answer.status_code == 400
    assert "不是 https" in refusal()[2]


def test_a_provider_that_is_unknown_or_off_does_not_exist(trusting: Flask, trusted: Trusted) -> None:
    client = trusting.test_client()
    for address in (f"/sign-in/with/{uuid.uuid4()}", f"/sign-in/with/{uuid.uuid4()}/back?code=x&state=y"):
        assert client.get(address).status_code == 404


def test_refused_sign_ins_with_a_password_stand_where_the_account_is_at_home(app: Flask, app_database: Database) -> None:
    app.test_client().post("/sign-in", data={"login": "jia-aid", "password": "wrong"})
    app.test_client().post("/sign-in", data={"login": "nobody", "password": "wrong"})
    assert [entry[:2] for entry in trailed(app_database)] == [("990101", "登录被拒绝：jia…"), ("00", "登录被拒绝：nob…")]
