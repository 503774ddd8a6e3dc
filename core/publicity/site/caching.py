"""Answering requests for the public site from kept pages, and keeping what was made."""

from __future__ import annotations

import time
from typing import cast

from flask import Blueprint, Response, current_app, g, request

from core.access.publicly import place_asked
from core.extensions import tenant_scope, today
from core.publicity.services.stamping import stamp_of
from core.publicity.site.keeping import BELIEVED, Kept, Shelf, keep, seconds_left
from core.web.markers import is_public_site
from core.web.request import database, db

KEY = "bangfu.public_pages"
#: what no search engine keeps, and what it may
UNLISTED, LISTED = "noindex, nofollow, noarchive", "index, follow, noarchive"
HTML = "text/html"


def install(blueprint: Blueprint) -> None:
    """Look for kept pages before anything else is asked, and keep pages as they go out."""
    blueprint.record_once(lambda state: state.app.extensions.setdefault(KEY, Shelf()))
    blueprint.before_app_request(_from_shelf)
    blueprint.after_app_request(_to_shelf)


def _shelf() -> Shelf:
    return cast(Shelf, current_app.extensions[KEY])


def _from_shelf() -> Response | None:
    if request.method not in ("GET", "HEAD") or not request.endpoint or not is_public_site(current_app, request.endpoint):
        return None
    shelf, key = _shelf(), request.full_path
    page = shelf.find(key, today())
    if page is not None and _is_true(page):
        return _answer(page)
    shelf.drop(key)
    place = place_asked()
    with tenant_scope(db(), place.id):  # before anything that is shown is read
        g.public_stamp = stamp_of(db(), place.id)
    return None


def _is_true(page: Kept) -> bool:
    now = time.monotonic()
    if now - page.checked_at < BELIEVED:
        return True
    with database().session() as own, tenant_scope(own, page.tenant_id):
        stamp = stamp_of(own, page.tenant_id)
    page.checked_at = now
    return stamp == page.stamp


def _to_shelf(response: Response) -> Response:
    stamp: int | None = g.pop("public_stamp", None)
    if stamp is None or request.method != "GET":
        return response
    if response.status_code != 200 or response.mimetype != HTML or response.headers.get("Set-Cookie") or not g.get("keeps", True):
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    page = keep(response.get_data(), response.headers["Content-Type"], response.headers.get("X-Robots-Tag", UNLISTED),
                g.tenant_id, stamp, today())
    _shelf().put(request.full_path, page)
    return _answer(page)


def _answer(page: Kept) -> Response:
    """The page as it is kept: packed where the browser takes it, or only "as you have it"."""
    packed = bool(page.packed) and "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{page.etag}-gz"' if packed else f'"{page.etag}"'
    headers = [("ETag", etag), ("Cache-Control", f"public, max-age={seconds_left()}"), ("Vary", "Accept-Encoding"),
               ("X-Robots-Tag", page.robots)]
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    return Response(page.packed if packed else page.body, headers=headers, content_type=page.content_type)
