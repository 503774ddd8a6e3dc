"""The security headers of every answer: nothing is loaded from, sent to or framed by another host."""

from __future__ import annotations

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

#: a year, as browsers ask for before they remember
HSTS_SECONDS = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Put the headers on every answer. Plain http must stay possible on a school's own network, so HSTS is
    sent only where cookies are kept to https as well."""
    fixed = [(name, name.lower(), value) for name, value in
             security_headers(https_only=bool(app.config.get("SESSION_COOKIE_SECURE"))).items()]

    @app.after_request
    def _headers(response: Response) -> Response:
        own = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - iterating gives pairs
        response.headers.extend([(name, value) for name, lower, value in fixed if lower not in own])
        _caching(response)
        return response


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


def _caching(response: Response) -> None:
    """Pages hold people's data and must not stay in a shared computer's cache; a fragment and the whole
    page at the same address must not be taken for each other. The public site says otherwise of its own pages."""
    if response.headers.get("Cache-Control", "").startswith("public"):
        session.accessed = False  # the sign-in looks into every request's cookie; nothing of it is in such a page
    elif response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(["HX-Request", "HX-Target", "Cookie"])
