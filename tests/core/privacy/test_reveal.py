"""Looking at an original: with a reason, counted, and on the trail."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound, NotPermitted
from core.extensions import Actor, new_id, tenant_scope
from core.privacy import vault_of
from core.privacy.columns import triple
from core.privacy.reveal import busiest, lookers, reveal
from core.registry.models import Person

JIA = "990101"
CLERK = Actor(uuid.UUID(int=5), "测试经办", role="aid_centre")


@pytest.fixture
def person(session: Session) -> Person:
    found = Person(tenant_id=JIA, id=new_id(), unit_id=new_id(), name="测试甲", name_key="测试甲")
    for column, value in triple(vault_of(session), Person, "phone", found.id, "13800001234").items():
        setattr(found, column, value)
    with tenant_scope(session, JIA):
        session.add(found)
    return found


def test_a_reveal_needs_a_reason_and_stands_on_the_trail(session: Session, person: Person) -> None:
    with tenant_scope(session, JIA):
        row = session.get_one(Person, (JIA, person.id))
        with pytest.raises(InvalidInput):
            reveal(session, CLERK, row, "core.persons", "phone", " 看 ")
        assert lookers(session, JIA, "core.persons", row.id) == []
        assert reveal(session, CLERK, row, "core.persons", "phone", "电话通知家长领款") == "13800001234"
        (entry,) = lookers(session, JIA, "core.persons", row.id)
        assert (entry.who, entry.reason, entry.action) == ("测试经办", "电话通知家长领款", "core:identity:read")
        assert entry.after == {"field": "phone", "shown_as": "138****1234", "today": 1}
        assert "13800001234" not in entry.sentence


def test_what_is_not_there_cannot_be_revealed(session: Session, person: Person) -> None:
    with tenant_scope(session, JIA):
        row = session.get_one(Person, (JIA, person.id))
        for field in ("bank_card", "name"):
            with pytest.raises(NotFound):
                reveal(session, CLERK, row, "core.persons", field, "核对发放账户")


def test_a_day_has_its_number_of_reveals(session: Session, person: Person) -> None:
    vault_of(session).reveals_per_day = 2
    with tenant_scope(session, JIA):
        row = session.get_one(Person, (JIA, person.id))
        for _ in range(2):
            reveal(session, CLERK, row, "core.persons", "phone", "电话通知家长领款")
        with pytest.raises(NotPermitted, match="2 次"):
            reveal(session, CLERK, row, "core.persons", "phone", "电话通知家长领款")
        other = Actor(uuid.UUID(int=6), "测试另一人")
        assert reveal(session, other, row, "core.persons", "phone", "电话通知家长领款")
        today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
        assert next(one.account_id for one in busiest(session, JIA, today)) == CLERK.account_id
