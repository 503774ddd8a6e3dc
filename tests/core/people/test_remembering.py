"""What changes through a ledger stays to be seen as it was, and leaves nobody's name on the trail."""

from __future__ import annotations

import datetime as dt
import zlib

import polars as pl
from sqlalchemy import select

from core.access.scope import Scope
from core.extensions import Database, tenant_scope, today
from core.ledgers.asking import Asked
from core.ledgers.changing import Choice, change, judged
from core.ledgers.context import Context
from core.ledgers.queries import chosen_records
from core.ledgers.storing import store
from core.people.ledgers import HOUSEHOLDS, PERSONS
from core.registry.history import as_of
from core.registry.models import Household, Person
from core.trail.models import TrailEntry, TrailRows
from tests.conftest import ClientAs
from tests.core.people.conftest import BORN, Family
from tests.factories.registry import ACTOR, JIA, made_up_id

NUMBER = made_up_id(1, BORN)


def test_what_a_file_or_a_bulk_edit_changes_stays_to_be_seen_as_it_was(app_database: Database, family: Family) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        store(session, PERSONS, JIA, pl.DataFrame([{"id_number": NUMBER, "name": "测试小改", "ethnicity": "苗族"}]), ACTOR)
        scope = Scope((JIA,))
        (home,) = chosen_records(session, HOUSEHOLDS, scope, [family.household])
        choice = Choice(Asked(), (home.id,))
        value = judged(HOUSEHOLDS, HOUSEHOLDS.field("helper_name"), "测试帮", HOUSEHOLDS.fields, Context())
        assert change(session, HOUSEHOLDS, scope, choice, HOUSEHOLDS.field("helper_name"), value, ACTOR, fields=HOUSEHOLDS.fields,
                      expected=1) == 1
    with app_database.session() as session, tenant_scope(session, JIA):
        before, after = (as_of(session, Person, JIA, family.pupil, today() - dt.timedelta(days=ago)) for ago in (1, 0))
        assert before is not None and after is not None
        assert (before.name, before.changed_by, after.name, after.ethnicity) == ("测试小", ACTOR.name, "测试小改", "苗族")
        homes = [as_of(session, Household, JIA, family.household, today() - dt.timedelta(days=ago)) for ago in (1, 0)]
        assert [home and home.helper_name for home in homes] == ["", "测试帮"]
        (rows,) = session.scalars(select(TrailRows).join(TrailEntry, TrailEntry.id == TrailRows.entry_id).where(
            TrailEntry.subject == "ledger:core.persons"))
        assert "测试小" not in (kept := zlib.decompress(rows.data).decode()) and "测**" in kept and NUMBER not in kept
        (said,) = session.scalars(select(TrailEntry.sentence).where(TrailEntry.subject == "ledger:core.households"))
        assert "测试帮" not in said and "测**" in said


def test_the_trail_of_one_record_keeps_no_name_address_or_birthday(client_as: ClientAs, family: Family, app_database: Database) -> None:
    aid = client_as("jia-aid")
    sent = {"version": "1", "name": "测试小改", "address": "测试县测试村三组", "ethnicity": "苗族"}
    assert aid.post(f"/u/{JIA}/ledgers/persons/{family.pupil}/edit", data=sent).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        entry = session.scalars(select(TrailEntry).where(TrailEntry.subject == f"core.persons:{family.pupil}")
                                .order_by(TrailEntry.id.desc())).first()
    assert entry is not None
    assert (entry.before, entry.after) == ({"姓名": "测**", "住址": "", "民族": ""},
                                           {"姓名": "测***", "住址": "测试县测试村****", "民族": "苗族"})
