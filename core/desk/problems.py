"""Turns every error into a page or JSON; the one place that does."""

from __future__ import annotations

import json
import logging
import re
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from core.errors import N_, NotSignedIn, PlatformError
from core.extensions.wording import worded
from core.web.i18n import said, told
from core.web.request import wants_json

log = logging.getLogger("bangfu")

HTTP_MESSAGES = {
    400: N_("这个请求不完整，请返回上一页重试。"),
    404: N_("没有这个页面，或者它不在您的权限范围内。"),
    405: N_("这个地址不接受这样的操作，请从页面上的按钮进入。"),
    413: N_("文件太大了，请拆分后再上传。"),
    415: N_("请以 application/json 送出内容。"),
    422: N_("填写有误"),
    429: N_("操作太频繁，请稍等一分钟再试。"),
}


def install(app: Flask) -> None:
    """Register the handlers. Whatever was written in the request is rolled back first."""
    app.register_error_handler(PlatformError, _platform)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _operational)
    app.register_error_handler(Exception, _unknown)


def answer(status: int, message: str, *, title: str = "", fields: dict[str, str] | None = None, kind: str = "",
           **facts: Any) -> Response:
    """One shape for every refusal: a page for people, problem details (RFC 9457) for programs."""
    if wants_json():
        return _problem(status, message, title, fields or {}, kind, facts)
    page = f"errors/{status}.html" if status in PAGES else "errors/error.html"
    if request.path.startswith("/public/"):
        page = "public/error.html"
    return make_response(
        render_template(page, status=status, title=title, message=message, fields=fields or {}, **facts), status
    )


def _problem(status: int, message: str, title: str, fields: dict[str, str], kind: str,
             facts: dict[str, Any]) -> Response:
    errors = [{"field": field, "message": text} for field, text in fields.items()]
    body = {"type": f"urn:bangfu:problem:{kind}" if kind else "about:blank",
            "title": title or HTTPStatus(status).phrase, "status": status, "detail": message,
            "instance": request.path, **({"errors": errors} if errors else {}),
            **{name: value for name, value in facts.items() if value}}
    text = json.dumps(body, ensure_ascii=False)
    made = Response(text, status, content_type="application/problem+json")
    made.vary.update(["Accept-Language"])
    return made


PAGES = {400, 401, 403, 404, 409, 419, 422, 429, 500}


def rollback() -> None:
    """Forget what the request has written."""
    session = g.get("session")
    if session is not None:
        session.rollback()


def _platform(error: PlatformError) -> Any:
    rollback()
    if isinstance(error, NotSignedIn) and not wants_json():
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    if error.status >= 500:
        log.error("%s: %s", type(error).__name__, error, exc_info=error)
    message = said(error)
    fields = {name: told(text) if text else text for name, text in error.fields.items()}
    return answer(error.status, message, title=gettext(error.title), fields=fields, kind=_kind(error),
                  rule=getattr(error, "rule", ""), clause=getattr(error, "clause", ""))


def _kind(error: PlatformError) -> str:
    """NotPermitted → not-permitted: what a program may tell refusals apart by."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()


def _csrf(error: CSRFError) -> Response:
    rollback()
    return answer(419, gettext("页面打开太久，安全标记已失效。请刷新页面后重新提交。"), title=gettext("请刷新页面"))


def _http(error: HTTPException) -> Any:
    rollback()
    status = error.code or 500
    if status < 400:
        return error
    if status == 405 and request.method in ("GET", "HEAD") and not wants_json():
        return _page_above()
    made = answer(status, gettext(HTTP_MESSAGES.get(status, N_("这个请求没有办成，请返回上一页重试。"))),
                  fields=_faults(getattr(error, "data", None)))
    for name, value in error.get_headers():  # such as Allow, Retry-After
        if name not in ("Content-Type", "Content-Length"):
            made.headers.setdefault(name, value)
    return made


def _page_above() -> AnyResponse:
    """To the nearest page above an address that only takes what a form sends: it is opened again after a sign-in in
    between, or from the history of the browser."""
    addresses, path = current_app.create_url_adapter(request), request.path
    assert addresses is not None
    while "/" in path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0]
        try:
            addresses.match(path, method="GET")
        except RequestRedirect:  # it wants a stroke at its end
            break
        except HTTPException:
            continue
        break
    else:
        path = "/"
    if path.startswith("/u/"):  # a public page reads no cookie
        flash(gettext("这一步要从页面上的按钮办理；刚才若在这里填过内容，请核对是否已经保存。"), "info")
    return redirect("/" + path.lstrip("/"))  # never another host


def _faults(data: Any) -> dict[str, str]:
    """What a schema found wrong, by field: `{"json": {"name": ["…"]}}` as one line each."""
    found: dict[str, str] = {}
    messages = data.get("messages") if isinstance(data, dict) else None
    for part in (messages or {}).values():
        for field, texts in part.items() if isinstance(part, dict) else [("", part)]:
            lines = [worded(str(line)) for line in (texts if isinstance(texts, list) else [texts])]
            found[str(field)] = "；".join(gettext(message, **values) for message, values in lines)
    return found


def _integrity(error: IntegrityError) -> Response:
    rollback()
    log.warning("a constraint refused the write: %s", error.orig)
    return answer(409, gettext("有人刚刚改动了同一条记录，或记录已经存在。请刷新后核对再提交。"),
                  title=gettext("状态已变化"))


def _operational(error: OperationalError) -> Response:
    rollback()
    log.error("the database did not answer", exc_info=error)
    return answer(503, gettext("数据库正忙，您的改动没有保存。请稍等片刻再试。"), title=gettext("稍后再试"))


def _unknown(error: Exception) -> Response:
    rollback()
    log.error("unexpected error at %s %s", request.method, request.path, exc_info=error)
    return answer(500, gettext("平台出了意外，您的改动没有保存。请联系平台管理员并告知时间。"),
                  title=gettext("平台出错"))
