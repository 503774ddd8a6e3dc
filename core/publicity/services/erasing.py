"""Erasing a person from what was published: the names go, sums and days stay, and so does the proof."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

from core.extensions import today
from core.host.contract import Retained
from core.publicity import queries
from core.publicity.models import OPEN, Notice, NoticePage
from core.publicity.rules.periods import is_shown
from core.publicity.rules.snapshots import line_hash
from core.publicity.services.stamping import touch_public

GONE = "（已抹去）"
#: kinds of columns that tell nobody's name
_STAY = ("yuan", "integer", "date")


def retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    """A list that is being shown is not changed: until its end the person stays on it."""
    ends: dict[uuid.UUID, list[dt.date | None]] = {}
    for row, notice in queries.rows_about(session, tenant_id, person_ids):
        if notice.state == OPEN and is_shown(notice.opens_on, notice.closes_on, today()):
            ends.setdefault(row.person_id, []).append(notice.closes_on)
    return [Retained(person_id, "正在公示的名单", "公示期内不改动名单", identity=True, count=len(days),
                     until=None if None in days else max(day for day in days if day is not None))
            for person_id, days in ends.items()]


def erase(session: Session, tenant_id: str, person_id: uuid.UUID) -> int:
    """Take a person's words off every row about them; gives how many rows."""
    found = queries.rows_about(session, tenant_id, [person_id])
    for row, notice in found:
        number, at = divmod(row.place - 1, queries.PAGE)
        page = session.get_one(NoticePage, (tenant_id, notice.id, number + 1))
        page.erased = {**page.erased, str(at): page.erased.get(str(at)) or line_hash(page.rows[at])}
        page.rows = [*page.rows[:at], _bare(notice, page.rows[at]), *page.rows[at + 1 :]]
        session.delete(row)
    if found:
        session.flush()  # the next hook may read them
        touch_public(session, tenant_id)
    return len(found)


def _bare(notice: Notice, cells: list[str]) -> list[str]:
    return [cell if column[3] in _STAY else GONE for cell, column in zip(cells, notice.columns, strict=True)]
