"""Every answer carries the headers that keep a page to itself."""

from __future__ import annotations

from flask import Flask

from core.web.headers import content_security, security_headers


def test_nothing_inline_and_nothing_foreign_is_allowed() -> None:
    value = content_security().header_value
    assert "unsafe" not in value
    assert "http" not in value
    assert "default-src 'self'" in value
    assert "script-src 'self'" in value
    assert "object-src 'none'" in value
    assert "frame-ancestors 'none'" in value


def test_a_page_carries_them_and_stays_out_of_caches(toolkit: Flask) -> None:
    answer = toolkit.test_client().get("/list")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"HX-Request", "HX-Target"} <= set(answer.vary)


def test_a_static_file_may_be_cached(toolkit: Flask) -> None:
    with toolkit.test_client().get("/static/css/tokens.css") as answer:
        assert answer.headers.get("Cache-Control") != "no-store"
        assert "Content-Security-Policy" in answer.headers


def test_https_is_demanded_only_where_cookies_demand_it() -> None:
    assert "Strict-Transport-Security" in security_headers(https_only=True)
    assert "Strict-Transport-Security" not in security_headers(https_only=False)
