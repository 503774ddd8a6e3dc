"""Rendering pages of the public site without the shell: nobody is signed in, and no cookie is read."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, request

from core.extensions import today
from core.publicity.site.caching import UNLISTED
from core.web.i18n import chosen_locale, lang_tag


def render_public(template: str, *, robots: str = UNLISTED, status: int = 200, keeps: bool = True, **facts: Any) -> Response:
    """A page of the public site, for core and plugins: the template extends `public/layout.html`. It is kept and
    given to others, unless `keeps` is False."""
    g.keeps = keeps
    unit = g.unit
    # Past the context processors: those of the shell ask who is signed in, and would make the page a person's own.
    page = current_app.jinja_env.get_template(template).render(
        site=unit, code=unit.code, today=today(), lang=lang_tag(chosen_locale()), path=request.path, **facts)
    return Response(page, status, {"X-Robots-Tag": robots}, content_type="text/html; charset=utf-8")
