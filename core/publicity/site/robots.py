"""What search engines may look at: the public sites alone, and there each page says whether it may be kept."""

from __future__ import annotations

from flask import Blueprint, Response

from core.web.markers import public

blueprint = Blueprint("robots", __name__)
#: pages of notices are not closed to them: they could not read there that a notice is over
TEXT = "User-agent: *\nAllow: /public/\nAllow: /static/css/\nDisallow: /\n"


@blueprint.get("/robots.txt")
@public("搜索引擎据此知道哪些页面不得收录")
def robots() -> Response:
    return Response(TEXT, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=86400"})
