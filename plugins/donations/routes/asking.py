"""What the forms of the plugin share: days, names of places and people, and whether one may."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import g, request

from core.access.scoping import Page
from core.errors import N_, InvalidInput, NotPermitted
from core.extensions import today
from core.ledgers.finding import finders_for
from core.units.queries import find_unit
from core.web.request import db, viewer
from plugins.donations.routes.blueprint import scope_for

T = TypeVar("T")
_KINDS = {"place": "unit", "household": "household", "person": "person"}
_ACTIONS = {"unit": "donations:spending:read", "household": "core:household:read", "person": "core:person:read"}


def day_of(name: str, default: dt.date | None = None) -> dt.date:
    """A day of the form, today unless given; raises InvalidInput at its field."""
    text = request.form.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else default or today()
    except ValueError as error:
        raise InvalidInput(N_("填写有误"), {name: N_("日期须写作 2026-11-21")}) from error


def day_asked(name: str) -> dt.date | None:
    """A day of the address, or None; raises InvalidInput for what is none."""
    text = request.args.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(N_("地址里的日期不对，须写作 2026-11-21")) from error


def named(form: dict[str, Any]) -> dict[str, uuid.UUID | None]:
    """The place, household and person that a form names by code, number or name; raises InvalidInput at the field."""
    found: dict[str, uuid.UUID | None] = {}
    for name, kind in _KINDS.items():
        text = str(form.pop(name, "") or "").strip()
        found[f"{name}_id"] = _found(name, kind, text) if text else None
    return found


def _found(name: str, kind: str, text: str) -> uuid.UUID:
    hit = finders_for(db(), g.tenant_id, scope_for(_ACTIONS[kind]))[kind]([text]).get(text)
    if isinstance(hit, uuid.UUID):
        return hit
    raise InvalidInput(N_("填写有误"), {name: hit or N_("没有找到，或者它不在您的范围内")})


def may(action: str, unit_id: uuid.UUID) -> bool:
    """Whether the viewer may do this at a record's own unit."""
    home = find_unit(db(), unit_id)
    return home is not None and bool(viewer().allowed(action, home))


def need(action: str, unit_id: uuid.UUID) -> None:
    """Raise NotPermitted where the viewer may not do this at a record's own unit."""
    if not may(action, unit_id):
        raise NotPermitted(N_("您在这个单位没有这项权限"))


def every(page_of: Callable[[uuid.UUID | None], Page[T]]) -> Iterator[T]:
    """The records of all pages, one page in memory at a time."""
    before = None
    while page := page_of(before):
        yield from page
        before = page.next
        if before is None:
            return
