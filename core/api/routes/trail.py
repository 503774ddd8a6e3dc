"""The trail within the caller's scope."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from functools import cache
from typing import Any

from flask import g
from sqlalchemy import bindparam

from core.access.scoping import Page, get_scoped, scoped_page
from core.access.statements import Kept
from core.api.blueprint import core_api
from core.api.permissions import Action
from core.api.plain import plain_rows
from core.api.routes.plans import moment
from core.api.rules import write_cursor
from core.api.schemas import Asked, Rows, TrailOut, TrailQuery
from core.trail.models import TrailEntry
from core.web.request import db

api = core_api("trail", __name__, "留痕")
#: days begin in China's time; the trail keeps UTC
AHEAD = dt.timedelta(hours=8)


ENTRIES = TrailEntry.__table__.c
#: what a list says of an entry
LISTED = tuple(TrailOut().fields)


@api.read("/units/<code>/trail", Action.TRAIL_READ, many=("entries", TrailOut), query=TrailQuery, title="留痕")
def entries(code: str, asked: Asked) -> Rows:
    """What happened at the unit and below it, newest first."""
    given = _given(asked)
    page: Page[Any] = scoped_page(db(), TrailEntry, g.scope, before=asked.before(), limit=asked.limit, where=_where(*given),
                                  given=given, fetch=plain_rows)
    return Rows(page.rows, write_cursor(str(page.next)) if page.next else "")


@api.read("/units/<code>/trail/<uuid:entry_id>", Action.TRAIL_READ, one=("entry", TrailOut), title="一条留痕")
def entry(code: str, entry_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """One entry."""
    return _row(get_scoped(db(), TrailEntry, entry_id, g.scope))


def _given(asked: Asked) -> dict[str, Any]:
    """The values of the filters that are set, by the name of their condition."""
    found = {name: asked[name] for name in ("action", "account") if asked[name]}
    if asked["since"]:
        found["since"] = _start(asked["since"])
    if asked["until"] and asked["until"] < dt.date.max:
        found["until"] = _start(asked["until"] + dt.timedelta(days=1))
    return found


@cache
def _where(*names: str) -> Kept:
    """The conditions of these filters, with the columns of the list."""
    conditions = {"action": ENTRIES.action == bindparam("action"), "account": ENTRIES.account_id == bindparam("account"),
                  "since": ENTRIES.at >= bindparam("since"), "until": ENTRIES.at < bindparam("until")}
    return Kept.of(names, [conditions[name] for name in names], LISTED)


def _start(on: dt.date) -> dt.datetime:
    start = dt.datetime(on.year, on.month, on.day)  # noqa: DTZ001 - stored without zone
    return start - AHEAD if on > dt.date.min else start


def _row(one: TrailEntry) -> dict[str, Any]:
    return {"id": str(one.id), "at": moment(one.at), "account_id": _id(one.account_id), "who": one.who,
            "role": one.role, "action": one.action, "unit_id": _id(one.unit_id), "subject": one.subject,
            "sentence": one.sentence, "before": _state(one.before), "after": _state(one.after), "reason": one.reason,
            "source": one.source}


def _state(value: Any) -> Any:
    """A state before or after; it may be kept as the text that was sealed."""
    return json.loads(value) if isinstance(value, str) else value


def _id(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None
