"""Killed in the middle of approving thousands, or of reading a return file: before or after, never between."""

from __future__ import annotations

import datetime as dt
import textwrap
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, insert, select

from core.extensions import Database, new_id, utcnow
from core.funds.recounting import recount
from core.processes.bulk import take_many
from core.processes.services import begin_many, take
from plugins.education_aid.models import Application, Batch, Payment
from plugins.education_aid.models.applications import slot_of
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.processes.batches import BATCH
from plugins.education_aid.services import paying
from tests.plugins.education_aid.running.support import CENTRE, CHIEF, CLERK, JIA, SCHOOL, TERM, YEAR, County, returned
from tests.support import forks

#: in another process: do so much of the work, say that it is written and not committed, and wait there to be killed
WORK = """
    import sys, time, datetime as dt, uuid
    from pathlib import Path
    from core import privacy
    from core.app import BUILTINS
    from core.extensions import Actor, CHINA, Database, clock, tenant_scope
    from tests.conftest import settings_for
    clock._now = lambda: dt.datetime(2019, 10, 15, 9, tzinfo=CHINA)
    database = Database({url!r})
    privacy.install(database, settings_for({url!r}, Path({folder!r})))
    from core.host.manager import load
    load(settings_for({url!r}, Path({folder!r})), BUILTINS)
    session = database.session(write=True)
    with tenant_scope(session, "990101"):
        {work}
        session.flush()
        print("ready", flush=True)
        time.sleep(600)
"""
APPROVE = """
        from sqlalchemy import select
        from core.processes.bulk import take_many
        from plugins.education_aid.models import Application
        from plugins.education_aid.processes.applications import APPLICATION
        rows = session.scalars(select(Application).where(Application.state == "county").limit({part})).all()
        take_many(session, None, APPLICATION, rows, "approve", Actor(uuid.UUID(int=5), "测试主任"))
"""
RETURN = """
        from sqlalchemy import select
        from plugins.education_aid.models import Batch
        from plugins.education_aid.services import paying
        batch = session.scalars(select(Batch)).one()
        paying.read_return(session, None, batch, Path({file!r}).read_bytes(), dt.date(2019, 10, 15),
                           Actor(uuid.UUID(int=4), "测试资助中心"))
"""


def kill_in_the_middle(database: Database, folder: Path, work: str) -> None:
    """Run the work in a process of its own and kill it just before its commit."""
    url = database.engine.url.render_as_string(hide_password=False)
    forks.kill_when_ready(textwrap.dedent(WORK.format(url=url, folder=str(folder), work=work.strip())))


def waiting(county: County, count: int) -> None:
    """So many applications that wait for the county."""
    person = county.child()
    rows = [{"tenant_id": JIA, "id": new_id(), "unit_id": county.units[SCHOOL].id, "version": 1, "made_at": utcnow(), "removed_at": None,
             "person_id": person.id, "school_year": YEAR, "term": TERM, "item": f"item-{number}", "item_name": "测试项目",
             "kind": "entitled",
             "form": "cash", "amount": Decimal("625.00"), "fund": "", "clause": "", "reason": "", "stage": "junior", "class_name": "",
             "award_id": None, "notice_subject": "", "state": "county", "slot": slot_of(person.id, f"item-{number}", YEAR, TERM)}
            for number in range(count)]
    county.session.execute(insert(Application), rows)
    begin_many(county.session, APPLICATION, JIA, [row["id"] for row in rows], CLERK)
    county.session.commit()


def counts(county: County) -> tuple[int, int]:
    county.session.rollback()
    approved = county.session.scalar(select(func.count()).select_from(Application).where(Application.state == "approved")) or 0
    return approved, county.session.scalar(select(func.count()).select_from(Payment)) or 0


def test_killed_while_5000_are_approved_none_is_and_none_is_paid(county: County, database: Database, tmp_path: Path) -> None:
    waiting(county, 5_000)
    kill_in_the_middle(database, tmp_path, APPROVE.format(part=300))
    assert counts(county) == (0, 0)
    rows = county.session.scalars(select(Application).where(Application.state == "county").limit(20)).all()
    assert take_many(county.session, None, APPLICATION, rows, "approve", CHIEF).refused == ()
    county.session.commit()
    assert counts(county) == (20, 20)


def test_killed_while_a_return_file_is_read_nothing_of_it_counts(county: County, database: Database, tmp_path: Path) -> None:
    county.money()
    waiting(county, 100)
    rows = county.session.scalars(select(Application)).all()
    take_many(county.session, None, APPLICATION, rows, "approve", CHIEF)
    batch, _ = paying.make_batch(county.session, county.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    take(county.session, None, BATCH, batch, "approve", CHIEF)
    take(county.session, None, BATCH, batch, "send", CENTRE)
    county.session.commit()
    file = tmp_path / "return.csv"
    file.write_bytes(returned(batch, {line: "14" if line % 50 == 0 else "00" for line in range(1, 101)}))
    kill_in_the_middle(database, tmp_path, RETURN.format(file=str(file)))
    county.session.rollback()
    batch = county.session.scalars(select(Batch)).one()
    assert (batch.state, batch.credited_count, {one.state for one in county.payments()}) == ("sent", 0, {"sent"})
    assert recount(county.session, JIA) == []
    paying.read_return(county.session, None, batch, file.read_bytes(), dt.date(2019, 10, 8), CENTRE)
    county.session.commit()
    assert (batch.credited_count, batch.returned_count) == (98, 2)
    assert recount(county.session, JIA) == []
