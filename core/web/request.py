"""What one request carries: its session, its working unit and the person behind it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol, TypeVar, cast

from flask import current_app, g, has_request_context, request
from flask.ctx import _AppCtxGlobals
from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, InvalidInput
from core.extensions import Actor, Database


class Viewer(Protocol):
    """The signed-in person as the shell needs to know them; `core.access` provides the real one."""

    account_id: uuid.UUID
    name: str

    def allowed(self, action: str, unit: Any = None) -> bool:
        """Whether the person may do this at the unit (the working unit unless given)."""


class Carried(_AppCtxGlobals):
    """`g` of a request. Its working unit becomes an object of the session when it is first asked for: many answers
    need no more than its id."""

    #: set by `core.access` once the unit is known to be in the caller's scope
    make_unit: Callable[[], Any] | None = None

    @cached_property
    def unit(self) -> Any:
        """The working unit, or None."""
        return self.make_unit() if self.make_unit is not None else None


Thing = TypeVar("Thing")


def behind(proxy: Thing) -> Thing:
    """What stands behind `g`, `request` or `current_app` now: whoever looks at it several times saves the way there."""
    return cast(Thing, cast(Any, proxy)._get_current_object())


def database() -> Database:
    """The database of the running app."""
    found: Database = current_app.extensions["bangfu.database"]
    return found


def settings() -> Settings:
    """The settings of the running app."""
    found: Settings = current_app.config["BANGFU_SETTINGS"]
    return found


def id_of(text: str | None) -> uuid.UUID | None:
    """An id of the address, or None where there is none. Raises InvalidInput for what is no id."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise InvalidInput(N_("地址里的编号不对，请从列表重新打开")) from error


def id_argument(name: str) -> uuid.UUID | None:
    """The same of a value in the address: where a page of a list begins (`before`)."""
    return id_of(request.args.get(name))


def db() -> Session:
    """The session of this request, opened at first use. It is committed by the app after a good answer and
    rolled back after an error: views and services never commit."""
    session: Session | None = g.get("session")
    if session is None:
        write = has_request_context() and request.method not in ("GET", "HEAD", "OPTIONS")
        session = g.session = database().session(write=write)
    return session


def viewer() -> Any:
    """The signed-in person, or None."""
    return g.get("viewer")


def unit() -> Any:
    """The working unit named in the address; `core.access` has checked that it is in the caller's scope."""
    return g.unit


def place() -> Any:
    """The same as it was read along with the person: its columns without an object of the session."""
    return g.viewer.place


def actor() -> Actor:
    """The person behind this request, for services and the trail."""
    person = viewer()
    source = "api" if request.path.startswith("/api/") else "web"
    if person is None:
        return Actor(None, "未登录", source=source, address=request.remote_addr or "")
    return Actor(person.account_id, person.name, role=g.get("role", ""), source=source,
                 address=request.remote_addr or "")


def wants_json() -> bool:
    """Whether the answer should be JSON rather than a page."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def is_fragment() -> bool:
    """Whether htmx asked for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
