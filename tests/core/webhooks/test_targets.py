"""Which addresses may be told at."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.webhooks.targets import check_target, parse_place, parse_target


@pytest.mark.parametrize("url", [
    "", "ftp://a.example/", "//a.example/", "https:///x", "https://user:pass@a.example/", "https://user@a.example/",
    "https://a.example/#part", "https://a.example:0/", "https://a.example:70000/", "https://a.example\\@b.example/",
    "https://a.example/ x", "https://a.example/\r\nX: y", "https://例子.example/", "https://a.example/" + "x" * 500,
    "https://[fe80::1%25eth0]/", "https://.example/", "javascript:alert(1)"])
def test_an_address_that_readers_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_target(url)
    assert set(refused.value.fields) == {"url"}


@pytest.mark.parametrize("url", [
    "https://127.0.0.1/", "https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://017700000001/",
    "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://10.1.2.3/", "https://100.64.0.1/", "https://169.254.169.254/",
    "https://localhost/", "https://LOCALHOST/", "https://db.internal/", "https://printer.local/", "http://a.example/"])
def test_inner_addresses_and_http_need_an_allowance(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_target(parse_target(url), allowed=False)


@pytest.mark.parametrize(("url", "place", "header"), [
    ("https://A.example/x?y=1", "a.example:443", "a.example"),
    ("https://a.example:8443", "a.example:8443", "a.example:8443"),
    ("https://[2606:4700::1111]/", "[2606:4700::1111]:443", "[2606:4700::1111]")])
def test_a_public_address_is_taken(url: str, place: str, header: str) -> None:
    target = parse_target(url)
    check_target(target, allowed=False)
    assert (target.place, target.header) == (place, header)


def test_a_place_to_allow_names_its_port() -> None:
    assert parse_place(" Gate.example ") == ("gate.example", 443)
    assert parse_place("[::1]:8443") == ("::1", 8443)
    for text in ("", "https://a.example", "a.example:0", "a b", "a.example:8443/x"):
        with pytest.raises(InvalidInput):
            parse_place(text)
