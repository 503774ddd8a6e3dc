"""The security headers of every answer: nothing is loaded from, sent to or framed by another host."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, session
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    CustomHeader,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Headers = list[tuple[str, str]]
#: a year, as browsers ask for before they remember
HSTS_SECONDS = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Put the headers on every answer. Plain http must stay possible on a school's own network, so HSTS is
    sent only where cookies are kept to https as well."""
    fixed = [(name, name.lower(), value) for name, value in
             security_headers(https_only=bool(app.config.get("SESSION_COOKIE_SECURE"))).items()]
    inner = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Behind Flask: put one by one into its own headers they would be checked again with every answer.
        def start(status: str, headers: Headers, error: Any = None) -> Any:
            own = {name.lower() for name, _ in headers}
            return start_response(status, headers + [(name, value) for name, lower, value in fixed if lower not in own], error)
        return inner(environ, start)

    app.wsgi_app = answer  # type: ignore[method-assign]  # as Flask would have it wrapped
    app.after_request(_caching)


def security_headers(*, https_only: bool) -> dict[str, str]:
    """Every fixed header by name."""
    return dict(
        Secure(
            csp=content_security(),
            hsts=StrictTransportSecurity().max_age(HSTS_SECONDS).include_subdomains() if https_only else None,
            permissions=PermissionsPolicy().camera().microphone().geolocation().payment(),
            referrer=ReferrerPolicy().same_origin(),
            coop=CrossOriginOpenerPolicy().same_origin(),
            corp=CrossOriginResourcePolicy().same_origin(),
            xcto=XContentTypeOptions().nosniff(),
            xfo=XFrameOptions().deny(),
            custom=[CustomHeader(header="X-Robots-Tag", value="noindex, nofollow")],
        ).headers
    )


def content_security() -> ContentSecurityPolicy:
    """Own files only; no inline script and no inline style anywhere."""
    return (
        ContentSecurityPolicy()
        .default_src("'self'")
        .script_src("'self'")
        .style_src("'self'")
        .img_src("'self'", "data:")
        .font_src("'self'")
        .connect_src("'self'")
        .object_src("'none'")
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors("'none'")
    )


def _caching(response: Response) -> Response:
    """Pages hold people's data and must not stay in a shared computer's cache; a fragment and the whole
    page at the same address must not be taken for each other. The public site says otherwise of its own pages."""
    if response.headers.get("Cache-Control", "").startswith("public"):
        session.accessed = False  # the sign-in looks into every request's cookie; nothing of it is in such a page
    elif response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(["HX-Request", "HX-Target", "Cookie"])
    return response
