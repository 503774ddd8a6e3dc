"""Tokens, cursors, field lists and tags."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.rules import (
    KEY,
    TOKEN,
    chosen,
    etag,
    new_token,
    only,
    read_cursor,
    request_digest,
    token_digest,
    write_cursor,
)
from core.errors import InvalidInput


def test_a_token_is_long_random_and_known_by_its_prefix() -> None:
    (first, prefix), (second, _) = new_token(), new_token()
    assert TOKEN.fullmatch(first) and first.startswith(prefix) and first != second
    assert len(token_digest(first)) == 64 and first not in token_digest(first)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_a_cursor_comes_back_as_it_was(parts: list[str]) -> None:
    assert read_cursor(write_cursor(*parts), len(parts)) == parts


@given(st.text(max_size=40))
def test_whatever_else_is_sent_as_a_cursor_is_refused(text: str) -> None:
    try:
        parts = read_cursor(text)
    except InvalidInput as error:
        assert "after" in error.fields
    else:
        assert len(parts) == 1


@pytest.mark.parametrize("value", ["[1]", '["a", "b"]', '"a"', '["\\u0000"]', '["\\ud800"]', "[" * 5000])
def test_a_cursor_of_another_make_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput):
        read_cursor(base64.urlsafe_b64encode(value.encode()).decode())


def test_fields_are_taken_in_the_order_asked_and_unknown_ones_named() -> None:
    assert chosen("name, code", ["code", "name"]) == ["name", "code"]
    assert chosen("", ["code"]) == []
    with pytest.raises(InvalidInput, match="secret"):
        chosen("code,secret", ["code", "name"])
    assert only({"code": 1, "name": 2}, ["name"]) == {"name": 2}


def test_a_tag_follows_the_state_and_not_the_order_of_its_keys() -> None:
    assert etag({"a": 1, "b": 2}) == etag({"b": 2, "a": 1}) != etag({"a": 1, "b": 3})


def test_two_requests_differ_by_method_address_or_body() -> None:
    digests = {request_digest("POST", "/a", b"x"), request_digest("POST", "/a", b"y"),
               request_digest("POST", "/b", b"x"), request_digest("PUT", "/a", b"x")}
    assert len(digests) == 4


@pytest.mark.parametrize(("key", "good"), [("12345678", True), ("short", False), ("with space", False), ("钥匙钥匙钥匙钥匙", False)])
def test_a_key_is_printable_and_long_enough(key: str, good: bool) -> None:
    assert bool(KEY.fullmatch(key)) is good
