"""Two people at one record: what the other has changed since this one opened the form, beside what this one typed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request
from flask_babel import gettext
from markupsafe import escape
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import utcnow
from core.host.ledgers import NUMBERS, Field, Ledger
from core.ledgers import queries, trailing
from core.ledgers.pages import common
from core.ledgers.values import stored
from core.trail.models import TrailEntry
from core.web.i18n import words

LEFT = N_("%(who)s已改为“%(value)s”；您没有改这一项，保存后就是这个值")
AGREED = N_("%(who)s已改为“%(value)s”，和您填的一样")
CROSSED = N_("%(who)s已改为“%(value)s”；这里仍是您填的，保存后以您填的为准")


@dataclass(frozen=True)
class Opened:
    """What a form was filled with, and when: it goes with the form and comes back with what was typed."""

    at: dt.datetime
    values: Mapping[str, str]

    def text(self) -> str:
        """As a hidden input holds it."""
        return json.dumps({"at": self.at.isoformat(), "values": dict(self.values)}, ensure_ascii=False)


@dataclass
class Meanwhile:
    """What the form shows again, and by field what became of it meanwhile."""

    entered: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)
    #: whose value was taken over from the record, because nobody had typed another
    taken: set[str] = field(default_factory=set)


def opened_with(row: Any, fields: Sequence[Field]) -> Opened:
    """A record as its form shows it now; of a sealed value the mask."""
    masks = {one.name: stored(row, one) or "" for one in fields if one.sealed}
    return Opened(utcnow(), common.entered_of(row, fields) | masks)


def sent_back() -> Opened | None:
    """What came back with the form; None where nothing did, or nothing that can be read."""
    try:
        found = json.loads(request.form.get("as-opened", ""))
        at = dt.datetime.fromisoformat(found["at"]).replace(tzinfo=None)
        return Opened(at, {str(name): str(text) for name, text in found["values"].items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def compare(session: Session, ledger: Ledger, row: Any, fields: Sequence[Field]) -> Meanwhile:
    """What was typed against the record as it is now. A value that nobody has typed follows the record; one that both
    have changed stays as it was typed."""
    opened, now, found = sent_back(), opened_with(row, fields).values, Meanwhile(request.form.to_dict())
    entries = _since(session, ledger, row, opened)
    names = common.names_of([row], fields)
    for one in fields:
        typed = _typed(one)
        was = opened.values.get(one.name) if opened else None
        if typed is None or _same(one, was if was is not None else typed, now[one.name]):
            continue
        touched = bool(typed) if one.sealed else was is None or not _same(one, typed, was)
        if not touched and not one.sealed:
            found.entered[one.name] = now[one.name]
            found.taken.add(one.name)
        message = LEFT if not touched else AGREED if _same(one, typed, now[one.name]) else CROSSED
        who = _who(entries, one, row) or gettext("别人")
        found.said[one.name] = words(message, who=who, value=escape(common.cell(row, one, names)).striptags())
    return found


def _typed(one: Field) -> str | None:
    """What the form says of a field, as `entered_of` writes it; None where it has no such field."""
    if one.name not in request.form:
        return None
    if one.kind != "choices":
        return request.form[one.name].strip()
    chosen = request.form.getlist(one.name)
    return "、".join(label for value, label in one.choices if value in chosen)


def _same(one: Field, this: str, other: str) -> bool:
    if one.kind == "choices":
        return sorted(this.split("、")) == sorted(other.split("、"))
    if one.kind in NUMBERS and this and other:
        try:
            return Decimal(this) == Decimal(other)
        except InvalidOperation:
            return False
    return this.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _since(session: Session, ledger: Ledger, row: Any, opened: Opened | None) -> list[TrailEntry]:
    """What the trail says of the record since the form was opened, newest first."""
    if opened is None:
        return []
    return [entry for entry in queries.timeline(session, ledger, row) if entry.at >= opened.at]


def _who(entries: Sequence[TrailEntry], one: Field, row: Any) -> str:
    """Who gave a field its value: whoever's own entry names it, else whoever changed many records at once."""
    now = trailing.told(stored(row, one), one)
    own = (entry.who for entry in entries if (entry.after or {}).get(one.label) == now)
    return next(own, "") or next((entry.who for entry in entries if entry.row_count is not None), "")
