"""Killed in the middle of approving thousands, or of reading a return file: before or after, never between."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, insert, select

from core.extensions import Database, new_id, utcnow
from core.funds.recounting import recount
from core.host.manager import PluginHost
from core.processes.bulk import take_many
from core.processes.services import begin_many, take
from plugins.education_aid.models import Application, Batch, Payment
from plugins.education_aid.models.applications import slot_of
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.processes.batches import BATCH
from plugins.education_aid.services import paying
from tests.plugins.education_aid.running.support import CENTRE, CHIEF, CLERK, JIA, SCHOOL, TERM, YEAR, County, returned

#: in another process: do the work, say when it is all but committed, and wait there to be killed
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
        for at in range(0, {count}, 2000):
            rows = session.scalars(select(Application).where(Application.state == "county").limit(2000)).all()
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
    program = textwrap.dedent(WORK.format(url=database.url, folder=str(folder), work=work.strip()))
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


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


def test_killed_while_5000_are_approved_none_is_and_none_is_paid(lone: County, sqlite_database: Database, tmp_path: Path) -> None:
    waiting(lone, 5_000)
    kill_in_the_middle(sqlite_database, tmp_path, APPROVE.format(count=5_000))
    assert counts(lone) == (0, 0)
    rows = lone.session.scalars(select(Application).where(Application.state == "county").limit(200)).all()
    assert take_many(lone.session, None, APPLICATION, rows, "approve", CHIEF).refused == ()
    lone.session.commit()
    assert counts(lone) == (200, 200)


def test_killed_while_a_return_file_is_read_nothing_of_it_counts(lone: County, sqlite_database: Database, tmp_path: Path,
                                                                host: PluginHost) -> None:
    lone.money()
    waiting(lone, 200)
    rows = lone.session.scalars(select(Application)).all()
    take_many(lone.session, None, APPLICATION, rows, "approve", CHIEF)
    batch, _ = paying.make_batch(lone.session, lone.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    take(lone.session, None, BATCH, batch, "approve", CHIEF)
    take(lone.session, None, BATCH, batch, "send", CENTRE)
    lone.session.commit()
    file = tmp_path / "return.csv"
    file.write_bytes(returned(batch, {line: "14" if line % 50 == 0 else "00" for line in range(1, 201)}))
    kill_in_the_middle(sqlite_database, tmp_path, RETURN.format(file=str(file)))
    lone.session.rollback()
    batch = lone.session.scalars(select(Batch)).one()
    assert (batch.state, batch.credited_count, {one.state for one in lone.payments()}) == ("sent", 0, {"sent"})
    assert recount(lone.session, JIA) == []
    paying.read_return(lone.session, None, batch, file.read_bytes(), batch.sent_on or batch.due_on, CENTRE)  # type: ignore[arg-type]
    lone.session.commit()
    assert (batch.credited_count, batch.returned_count) == (196, 4)
    assert recount(lone.session, JIA) == []

