"""A list of divisions leaves one entry, with the name and place of every unit it has changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import all_tenants
from core.trail.models import PLATFORM, TrailEntry
from core.trail.queries import list_rows
from core.units.queries import get_unit_by_code
from core.units.services import import_divisions
from tests.core.units.conftest import ACTOR
from tests.core.units.test_importing import SMALL


def entries(session: Session) -> list[TrailEntry]:
    with all_tenants(session, "核对"):
        return list(session.scalars(select(TrailEntry).where(TrailEntry.subject.startswith("operation:"))
                                    .order_by(TrailEntry.id)))


def test_each_unit_changed_by_a_list_stands_on_the_trail(session: Session) -> None:
    import_divisions(session, SMALL.encode(), ACTOR)
    newer = SMALL.replace("甲一东村", "甲一新村") + "990102,乙县,county,9901\n"
    import_divisions(session, newer.encode(), ACTOR, on=dt.date(2026, 9, 1))
    first, second = entries(session)
    assert (first.row_count, first.after) == (None, {"added": 5})
    assert second.row_count == 1 and "新增 1，更名 1" in second.sentence
    (row,) = list_rows(session, PLATFORM, second.id)
    village, above = get_unit_by_code(session, "990101100001"), get_unit_by_code(session, "990101100")
    assert row.id == village.id.hex
    assert row.before == {"code": "990101100001", "name": "甲一东村", "parent": str(above.id)}
    assert row.after == {"code": "990101100001", "name": "甲一新村", "parent": str(above.id)}
