"""How an address of the API is declared: its action, what it takes, what it gives, how it may be repeated.

A plugin's addresses are declared the same way on `plugin_api(slug, __name__)`:

    @api.read("/visits", Action.VISIT_READ, many=("visits", VisitOut))
    def visits(code: str, page: Asked) -> Rows: ...

Views give plain values ready for JSON; the schemas describe them and are not run over every row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from core.api import answers, limits
from core.api.parsing import Parser
from core.api.schemas import Asked, FieldsQuery, PageQuery
from core.web.markers import require, signed_in

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/api/v1"
IF_MATCH = {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"},
            "description": "读取时得到的 ETag；缺少答 428，已经改动答 412"}
IDEMPOTENCY = {"in": "header", "name": "Idempotency-Key", "required": True,
               "schema": {"type": "string", "pattern": "^[!-~]{8,120}$"},
               "description": "每次写入自取一个（如 UUID）；重发同一请求得到同一答复，换了内容答 422"}
#: the writes that name the state they are about, and those that are new each time
TAGGED, REPEATABLE = ("PATCH", "PUT", "DELETE"), ("POST",)


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """Addresses of the API that belong together; each must be declared with `read` or `write`."""

    ARGUMENTS_PARSER = Parser()

    def read(self, rule: str, action: str | None, *, one: tuple[str, type[Schema]] | None = None,
             many: tuple[str, type[Schema]] | None = None, query: type[Schema] | None = None,
             title: str = "") -> Callable[[View], View]:
        """A GET: `one` names a single thing (with an ETag), `many` a list read page by page. Without an action
        any signed-in account may ask."""
        name, schema = one or many or ("", Schema)
        query = query or (PageQuery if many else FieldsQuery)
        envelope = answers.envelope(name, schema, many=many is not None)
        known = tuple(schema().fields)

        def run(view: Callable[..., Any], asked: Asked, values: dict[str, Any]) -> Response:
            if many:
                return answers.listed(name, view(**values, asked=asked), asked, known)
            return answers.single(name, view(**values, asked=asked), asked, known)
        return self._declare("GET", rule, action, run, query=query, envelope=envelope, status=200, title=title)

    def write(self, method: str, rule: str, action: str, *, body: type[Schema], one: tuple[str, type[Schema]],
              status: int = 200, title: str = "", tagged: bool = False) -> Callable[[View], View]:
        """A PATCH, PUT or DELETE that names the state it is about (If-Match), or a POST that may be repeated
        (Idempotency-Key), `tagged` when it names a state as well. The view gets what was sent as `sent`."""
        name, schema = one

        def run(view: Callable[..., Any], sent: dict[str, Any], values: dict[str, Any]) -> Response:
            if tagged or method in TAGGED:
                answers.need_tag()
            if method in REPEATABLE:
                return answers.once(lambda: answers.made(name, view(**values, sent=sent), status))
            return answers.made(name, view(**values, sent=sent), status)
        return self._declare(method, rule, action, run, body=body, status=status, title=title, tagged=tagged,
                             envelope=answers.envelope(name, schema, many=False))

    def _declare(self, method: str, rule: str, action: str | None, run: Callable[..., Response], *,
                 envelope: Schema, status: int, query: type[Schema] | None = None,
                 body: type[Schema] | None = None, title: str = "", tagged: bool = False) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            @wraps(view)
            def plain(taken: dict[str, Any], **values: Any) -> Response:
                limits.check()
                return run(view, Asked(taken) if query else taken, values)
            guarded: Callable[..., Any] = (require(action) if action else signed_in)(plain)
            documented = self.response(status, envelope)(guarded)
            given: type[Schema] = query or body or Schema
            if query is not None:
                documented = self.arguments(given, location="query")(documented)
            else:
                documented = self.arguments(given, location="json")(documented)
            extra = [IF_MATCH] if tagged or method in TAGGED else []
            extra += [IDEMPOTENCY] if method in REPEATABLE else []
            documented = self.doc(parameters=extra, operationId=f"{self.name}.{view.__name__}",
                                  **({"summary": title} if title else {}),
                                  **({} if action is None else {"x-action": str(action)}))(documented)
            self.route(rule, methods=[method])(documented)
            return view
        return decorate


def core_api(name: str, import_name: str, description: str) -> ApiBlueprint:
    """Addresses of core at `/api/v1/…`."""
    return ApiBlueprint(f"api-{name}", import_name, url_prefix=PREFIX, description=description)


def plugin_api(slug: str, import_name: str, description: str = "") -> ApiBlueprint:
    """A plugin's addresses at `/api/v1/u/<code>/p/<slug>/…`; they exist where the plugin is on."""
    made = ApiBlueprint(f"{slug}-api", import_name, url_prefix=f"{PREFIX}/u/<code>/p/{slug}",
                        description=description)
    made.plugin = slug
    return made
