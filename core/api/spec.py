"""The description of the API (OpenAPI 3.1): core's addresses, and at a unit those of the plugins on there."""

from __future__ import annotations

import http
import json
from collections.abc import Collection, Iterator
from decimal import Decimal
from threading import Lock
from typing import Any, cast

from flask import Flask, current_app
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from core.api.blueprint import PREFIX, ApiBlueprint
from core.api.schemas import ProblemSchema

KEY = "bangfu.api"
VERSION = "1"
PROBLEM = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")


class Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's own, with our one error shape. Errors are answered by the platform's handlers.

    Addresses are described when somebody first asks for the description: that is a quarter of what starting takes, and
    most processes are never asked.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self._waiting: list[ApiBlueprint] = []
        self._describing = Lock()

    def register_blueprint(self, blueprint: ApiBlueprint, **options: Any) -> None:
        """Put the addresses on the app."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._waiting.append(blueprint)

    def whole(self) -> dict[str, Any]:
        """Everything that is described."""
        with self._describing:
            for blueprint in self._waiting:
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
            self._waiting.clear()
            found: dict[str, Any] = self.spec.to_dict()
            return found

    def _register_error_handlers(self) -> None:
        """None: `core.desk.problems` answers for pages and API alike."""

    def _register_responses(self) -> None:
        for status in http.HTTPStatus:
            self._problem(status.name, status.phrase)
        self._problem("DEFAULT_ERROR", "被拒绝：哪里不对、为什么、怎么办")

    def _problem(self, name: str, description: str) -> None:
        response = {"description": description, "schema": ProblemSchema}
        prepare_response(response, self.spec, PROBLEM)
        self.spec.components.response(name, response, lazy=True)


def install(app: Flask) -> Description:
    """Make the description of an app that has no address yet."""
    app.config.update(API_TITLE="帮扶平台接口", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    made = Description(app, spec_kwargs={"info": {"description": INFO}, "servers": [{"url": "/"}],
                                         "security": [{"bearer": []}, {"session": []}]})
    schemes = made.spec.components.security_scheme
    schemes("bearer", {"type": "http", "scheme": "bearer", "description": "在“我的访问令牌”建立，以 Authorization: Bearer 送出"})
    schemes("session", {"type": "apiKey", "in": "cookie", "name": "session", "description": "登录后的浏览器；写入还须带 X-CSRFToken"})
    app.extensions[KEY] = made
    return made


INFO = """读取用 GET；列表逐页读，把答复中的 `next` 放进 `after`；`fields` 只取所需字段。
写入：改动现有记录带 `If-Match`，新建带 `Idempotency-Key`。
出错一律为 RFC 9457 的 problem+json，按 `Accept-Language` 用中文或英文说明。
范围之外与不存在一样答 404；在范围内而无此权限答 403；令牌无效答 401。"""


def described(plugins: Collection[str] = ()) -> dict[str, Any]:
    """The description with these plugins and no other, and with no schema that nothing speaks of."""
    whole: dict[str, Any] = json.loads(_whole())
    whole["paths"] = {path: item for path, item in whole["paths"].items() if _plugin(path) in ("", *plugins)}
    used = _tags(whole["paths"])
    whole["tags"] = [tag for tag in whole.get("tags", []) if tag["name"] in used]
    _prune(whole)
    return whole


def _whole() -> str:
    """Everything, put together once."""
    kept: dict[str, str] = current_app.extensions.setdefault(f"{KEY}.whole", {})
    if "text" not in kept:
        made = cast(Description, current_app.extensions[KEY])
        kept["text"] = json.dumps(made.whole(), default=_number)
    return kept["text"]


def _number(bound: object) -> float:
    """A bound given as an exact amount; JSON Schema has numbers alone."""
    if isinstance(bound, Decimal):
        return int(bound) if bound == bound.to_integral_value() else float(bound)
    raise TypeError(f"{bound!r} has no place in a description")


def _plugin(path: str) -> str:
    start = f"{PREFIX}/u/{{code}}/p/"
    return path.removeprefix(start).partition("/")[0] if path.startswith(start) else ""


def _tags(paths: dict[str, Any]) -> set[str]:
    return {tag for item in paths.values() for method in METHODS for tag in item.get(method, {}).get("tags", [])}


def _prune(whole: dict[str, Any]) -> None:
    """Take away the components that no address refers to, directly or through another."""
    components: dict[str, dict[str, Any]] = whole.get("components", {})
    wanted: set[str] = set()
    waiting = set(_references(whole["paths"]))
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        kind, _, key = name.removeprefix("#/components/").partition("/")
        waiting |= set(_references(components.get(kind, {}).get(key, {}))) - wanted
    for kind, items in components.items():
        if kind != "securitySchemes":
            components[kind] = {key: item for key, item in items.items() if f"#/components/{kind}/{key}" in wanted}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)
