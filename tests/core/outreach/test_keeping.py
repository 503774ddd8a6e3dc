"""What messages keep of a child whose record is merged or erased, and that nothing names a campaign that is not there."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from core.access.scope import Scope
from core.errors import RuleViolation
from core.ledgers.storing import create, remove
from core.outreach import persons
from core.outreach.ledgers import CAMPAIGNS, USES
from core.outreach.models import Campaign, Delivery
from core.outreach.services.guarding import judge_uses
from core.outreach.services.listing import make_list
from core.units.queries import get_unit_by_code
from tests.core.outreach.conftest import Desk
from tests.factories.registry import ACTOR, JIA


def test_a_message_follows_the_child_and_forgets_the_number_when_the_child_is_erased(desk: Desk) -> None:
    desk.families(1)

    def walk(session: Any) -> None:
        make_list(session, session.get(Campaign, (JIA, desk.campaign_id)), Scope(whole=(JIA,)), ACTOR)
        (row,) = session.scalars(select(Delivery))
        child, kept = row.person_id, uuid.uuid4()
        persons.follow(session, JIA, kept, child)
        session.refresh(row)
        assert row.person_id == kept and row.phone_mask.startswith("139")
        persons.take_back(session, JIA, kept, child)
        session.refresh(row)
        assert row.person_id == child
        persons.forget(session, JIA, child)
        assert row.phone_mask == "" and row.slot == row.id.hex

    desk.write(walk)


def test_a_record_names_a_campaign_that_is_there_and_keeps_it(desk: Desk) -> None:
    used = {"channel": "banner", "happened_on": dt.date(2019, 10, 8)}
    with pytest.raises(RuleViolation, match="没有对应的活动"):
        desk.write(lambda session: create(session, USES, JIA, get_unit_by_code(session, JIA).id, {
            "campaign": "none", "unit_id": str(get_unit_by_code(session, JIA).id), **used}, ACTOR))
    desk.write(lambda session: create(session, USES, JIA, get_unit_by_code(session, JIA).id, {
        "campaign": "c1", "unit_id": str(get_unit_by_code(session, JIA).id), **used}, ACTOR))

    def drop(session: Any) -> None:
        row = session.get(Campaign, (JIA, desk.campaign_id))
        remove(session, CAMPAIGNS, row, row.version, ACTOR)

    with pytest.raises(RuleViolation, match="有记录的活动不能删除"):
        desk.write(drop)
    proposed: list[Any] = [({"campaign": "c1"}, None), ({"campaign": "x"}, None)]
    assert desk.write(lambda session: [one.at for one in judge_uses(session, JIA, proposed)]) == [1]
