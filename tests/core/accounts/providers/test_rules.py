"""Addresses, keys and values of a provider, without a provider."""

from __future__ import annotations

import pytest

from core.accounts.providers.rules import (
    address_fault,
    factor_done,
    first_value,
    hint_of,
    home_fault,
    usable_keys,
)


@pytest.mark.parametrize(("address", "fine"), [
    ("https://sso.example.gov.cn/realms/x", True), ("https://sso.example.gov.cn:8443", True), ("http://127.0.0.1:9", True),
    ("http://localhost", False), ("http://sso.example.gov.cn", False), ("http://10.0.0.1", False), ("ftp://x.cn", False),
    ("https://", False), ("https://a@x.cn", False), ("https://:p@x.cn", False), ("https://x.cn/#f", False),
    ("https://x.cn:port", False), ("https://x .cn", False), ("https://x.cn\\@y.cn", False), ("https://中文.cn", False),
    ("//x.cn", False), ("", False), ("https://[::1", False)])
def test_addresses_are_https_or_loopback_that_is_let(address: str, fine: bool) -> None:
    assert (address_fault(address, {"127.0.0.1", "10.0.0.1"}) is None) is fine


@pytest.mark.parametrize(("address", "fine"), [("https://x.gov.cn", True), ("http://localhost:8000", True),
                                               ("http://x.gov.cn", False), ("https://x.gov.cn/path", False)])
def test_the_platforms_own_address_ends_at_its_host(address: str, fine: bool) -> None:
    assert (home_fault(address) is None) is fine


@pytest.mark.parametrize(("claims", "done"), [
    ({"amr": ["pwd", "mfa"]}, True), ({"acr": "mfa"}, True), ({"amr": "mfa"}, False), ({"amr": ["mf"]}, False),
    ({"acr": None}, False), ({}, False)])
def test_a_factor_counts_by_its_exact_value(claims: dict[str, object], done: bool) -> None:
    assert factor_done(claims, "otp mfa") is done
    assert not factor_done(claims, "")


@pytest.mark.parametrize(("claim", "claims", "value"), [
    ("employee_number", {"employee_number": " 00 42 "}, "0042"), ("employee_number", {"employee_number": 42}, "42"),
    ("phone_number", {"phone_number": "+86 138-0000-0000"}, "13800000000"), ("x", {"x": True}, ""), ("x", {"x": ["1"]}, ""),
    ("x", {}, ""), ("phone_number", {"phone_number": "1", "phone_number_verified": False}, "")])
def test_the_linking_value_is_plain_or_none(claim: str, claims: dict[str, object], value: str) -> None:
    assert first_value(claim, claims) == value


def test_keys_that_do_not_fit_are_not_tried() -> None:
    good: dict[str, object] = {"kty": "RSA", "n": "x" * 342, "kid": "a"}
    assert usable_keys([good], {"alg": "RS256"}) == [good]
    for key in ({**good, "n": "x" * 171}, {**good, "use": "enc"}, {**good, "alg": "RS512"}, {**good, "kty": "oct"},
                {**good, "kid": "b"}, "rubbish"):
        assert usable_keys([key], {"alg": "RS256", "kid": "a"}) == []
    assert usable_keys([good], {"alg": "HS256"}) == usable_keys([good], {"alg": "none"}) == usable_keys("x", {"alg": "RS256"}) == []


@pytest.mark.parametrize(("value", "hint"), [("520102199001010011", "52…11"), ("abc", "a…"), ("", "…")])
def test_a_hint_tells_apart_and_gives_nothing_away(value: str, hint: str) -> None:
    assert hint_of(value) == hint
