"""Break-glass: for hours, with a reason, known to a second body."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import glass
from core.access.models import BreakGlass
from core.access.viewer import Viewer, load_viewer
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.extensions import Actor, all_tenants, new_id, utcnow
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.access import make_viewer

REASON = "核对跨县就读学生的资助情况"


def actor(viewer: Viewer) -> Actor:
    return Actor(viewer.account_id, viewer.name)


@pytest.fixture
def asker(session: Session, units: dict[str, Unit]) -> Viewer:
    return make_viewer(session, ("discipline", units["990101"]))


def opened(session: Session, asker: Viewer, unit: Unit, hours: int = 2) -> BreakGlass:
    return glass.open_glass(session, actor(asker), asker, unit, reason=REASON, hours=hours, tenant_id="990102")


def test_it_opens_reading_at_once_and_tells_the_unit_above(session: Session, asker: Viewer,
                                                           units: dict[str, Unit]) -> None:
    made = opened(session, asker, units["990102"])
    again = load_viewer(session, asker.account_id, asker.name)
    assert again.allowed("aid:award:read", units["990102-S01"])
    assert not again.allowed("aid:award:write", units["990102-S01"])
    assert not again.allowed("core:plan:write", units["990102"])
    assert made.notified_unit_id == units["9901"].id
    with all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry).where(TrailEntry.tenant_id == "990102")).one()
    assert entry.reason == REASON
    assert entry.after is not None
    assert entry.after["notified"] == "9901"


def test_it_ends_by_itself_or_when_its_owner_ends_it(session: Session, asker: Viewer, units: dict[str, Unit]) -> None:
    made = opened(session, asker, units["990102"])
    made.until = utcnow() - dt.timedelta(seconds=1)
    session.flush()
    assert not load_viewer(session, asker.account_id, "").allowed("aid:award:read", units["990102"])
    glass.close_glass(session, actor(asker), asker, made.id, tenant_id="990102")
    assert made.closed_at is None, "what has run out needs no closing"
    second = opened(session, asker, units["990102"])
    glass.close_glass(session, actor(asker), asker, second.id, tenant_id="990102")
    session.flush()
    assert not load_viewer(session, asker.account_id, "").allowed("aid:award:read", units["990102"])
    first_end = second.closed_at
    glass.close_glass(session, actor(asker), asker, second.id, tenant_id="990102")
    assert second.closed_at == first_end
    with pytest.raises(NotFound):
        glass.close_glass(session, actor(asker), make_viewer(session), second.id, tenant_id="990102")


@pytest.mark.parametrize(("reason", "hours", "field"), [("核对", 1, "reason"), (REASON, 0, "hours"), (REASON, 9, "hours")])
def test_reason_and_hours_are_checked(session: Session, asker: Viewer, units: dict[str, Unit], reason: str,
                                      hours: int, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        glass.open_glass(session, actor(asker), asker, units["990102"], reason=reason, hours=hours, tenant_id="00")
    assert list(refused.value.fields) == [field]


def test_ones_own_scope_and_the_whole_country_cannot_be_opened(session: Session, asker: Viewer,
                                                               units: dict[str, Unit]) -> None:
    with pytest.raises(Conflict, match="已在您的任职范围内"):
        opened(session, asker, units["990101100"])
    with pytest.raises(NotPermitted, match="全国"):
        opened(session, asker, units["00"])


def test_a_person_of_the_notified_body_takes_note_and_the_asker_cannot(session: Session, asker: Viewer,
                                                                       units: dict[str, Unit]) -> None:
    made = opened(session, asker, units["990102"])
    city = make_viewer(session, ("city_bureau", units["9901"]))

    def note(viewer: Viewer, unit: Unit) -> None:
        glass.take_note(session, Actor(viewer.account_id, "测试丙"), viewer, made.id, unit, tenant_id="99")

    with pytest.raises(NotFound, match="没有告知本单位"):
        note(city, units["9902"])
    with pytest.raises(NotPermitted, match="自己的应急访问"):
        note(asker, units["9901"])
    note(city, units["9901"])
    assert made.noted_by == "测试丙"
    with pytest.raises(Conflict, match="已登记知悉"):
        note(city, units["99"])
    with pytest.raises(NotFound):
        glass.get_glass(session, new_id())


def test_the_list_shows_ones_own_and_those_the_unit_was_told_of(session: Session, asker: Viewer,
                                                                units: dict[str, Unit]) -> None:
    made = opened(session, asker, units["990102"])
    city = make_viewer(session, ("city_bureau", units["9901"]))

    def listed(viewer: Viewer, code: str) -> list[object]:
        return [(row.id, unit.code, told.code) for row, unit, told in glass.list_glasses(session, viewer, units[code])]

    expected = [(made.id, "990102", "9901")]
    assert listed(asker, "990101") == expected
    assert listed(city, "9901") == expected
    assert listed(make_viewer(session), "99") == expected
    assert listed(make_viewer(session), "9902") == []
