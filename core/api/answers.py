"""How an answer is put together: envelope, fields, ETag, pages, and answers that may be asked for again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import orjson
from flask import Response, current_app, request
from marshmallow import Schema, fields
from sqlalchemy.exc import IntegrityError

from core.api import queries, services
from core.api.models import ApiAnswer
from core.api.rules import KEY, chosen, etag, only, request_digest
from core.api.schemas import Asked, Rows
from core.errors import N_, InvalidInput, PlatformError
from core.web.request import db, viewer

_KEPT_HEADERS = ("ETag", "Location")


class Untagged(PlatformError):
    """A write that does not say which state it is about."""

    status = 428
    title = N_("缺少 If-Match")


class Stale(PlatformError):
    """The state has changed since it was read."""

    status = 412
    title = N_("已经改动")


class Unkeyed(PlatformError):
    """A POST without a key of its own."""

    status = 400
    title = N_("缺少 Idempotency-Key")


@cache
def envelope(name: str, schema: type[Schema], *, many: bool) -> Schema:
    """The schema of an answer: `{"unit": {…}}`, or `{"units": […], "next": …}`. `fields` may leave any field
    out, so that none is required."""
    kept = schema(partial=True)
    if not many:
        return Schema.from_dict({name: fields.Nested(kept, required=True)}, name=f"{schema.__name__}One")()
    return Schema.from_dict({name: fields.List(fields.Nested(kept), required=True),
                             "next": fields.String(required=True, allow_none=True)},
                            name=f"{schema.__name__}Many")()


def reply(body: dict[str, Any], status: int = 200) -> Response:
    """A JSON answer; Chinese stays readable."""
    try:
        text = orjson.dumps(body)
    except orjson.JSONEncodeError:  # such as a number longer than 64 bits, which may stand in a plan
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return current_app.response_class(text, status, mimetype="application/json")


def single(name: str, row: dict[str, Any], asked: Asked, known: Iterable[str]) -> Response:
    """One thing with its tag; 304 to a caller who has this very state already."""
    answer = reply({name: only(row, chosen(asked.fields, known))})
    answer.set_etag(etag(row))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


def listed(name: str, page: Rows, asked: Asked, known: Iterable[str]) -> Response:
    """A page of a list and the cursor of the next."""
    wanted = chosen(asked.fields, known)
    rows = [only(row, wanted) for row in page.rows] if wanted else page.rows
    answer = reply({name: rows, "next": page.next or None})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def made(name: str, row: dict[str, Any], status: int) -> Response:
    """What a write has left, with its new tag."""
    answer = reply({name: row}, status)
    answer.set_etag(etag(row))
    return answer


def need_tag() -> None:
    """Refuse a write that names no state."""
    if not request.if_match:
        raise Untagged(N_("请在 If-Match 写明读取时得到的 ETag，以免盖掉别人的改动"))


def check_tag(row: dict[str, Any]) -> None:
    """Refuse a write about a state that is no longer."""
    if not request.if_match.contains(etag(row)):
        raise Stale(N_("读取之后已有人改动，请重新读取、核对后再写"))


def once(work: Callable[[], Response]) -> Response:
    """Do the work of a POST once for each account and key; a repeat is given the same answer."""
    key, account_id = request.headers.get("Idempotency-Key", ""), viewer().account_id
    if not KEY.fullmatch(key):
        raise Unkeyed(N_("请在 Idempotency-Key 写明这次写入的编号（8 至 120 个字符，如 UUID）"))
    digest = request_digest(request.method, request.full_path, request.get_data())
    kept = queries.find_answer(db(), account_id, key)
    if kept is None:
        try:
            with db().begin_nested():
                taken = services.begin_answer(db(), account_id, key, digest)
        except IntegrityError:
            kept = queries.find_answer(db(), account_id, key)
    if kept is not None:
        return _again(kept, digest)
    answer = work()
    taken.status, taken.body = answer.status_code, answer.get_data(as_text=True)
    taken.headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    return answer


def _again(kept: ApiAnswer, digest: str) -> Response:
    if kept.digest != digest:
        message = N_("这个 Idempotency-Key 已用于另一个请求，请换一个")
        raise InvalidInput(message, {"Idempotency-Key": message})
    answer = current_app.response_class(kept.body, kept.status, mimetype="application/json")
    answer.headers.extend(kept.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
