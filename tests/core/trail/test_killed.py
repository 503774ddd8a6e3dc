"""Killed between the write and its entry, or before the commit: neither is there, or both are."""

from __future__ import annotations

import signal

import pytest
from sqlalchemy import text

from core.extensions import Database
from tests.core.trail.conftest import COUNTY
from tests.support import forks

PROGRAM = """
import datetime, os, signal, sys
from core.extensions import Actor, Database
from core.tenancy.models import Tenant
from core.trail.services import record, record_batch
from core.units.models import Unit
from tests.factories.units import make_root
url, moment = sys.argv[1:]
def die(now):
    if now == moment:
        os.kill(os.getpid(), signal.SIGKILL)
database = Database(url)
with database.transaction() as session:
    make_root(session).name = "改名"
    session.flush()
    die("written")
    record(session, Actor.command_line(), "core:unit:write", "改名", subject="unit:1", tenant_id="990101")
    die("trailed")
    record_batch(session, Actor.command_line(), "core:unit:write", "批量", subject="unit:1", tenant_id="990101",
                 fields=["a"], rows=[("1", ["x"], ["y"])])
    die("batched")
die("committed")
"""


@pytest.mark.parametrize(("moment", "there"), [("written", 0), ("trailed", 0), ("batched", 0), ("committed", 1)])
def test_the_write_and_its_entry_stand_or_fall_together(database: Database, moment: str, there: int) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    done = forks.run(PROGRAM, url, moment)
    assert done.code == -signal.SIGKILL, done.output
    with database.engine.connect() as connection:
        units = connection.scalar(text("SELECT count(*) FROM units"))
        entries = connection.scalar(text("SELECT count(*) FROM trail_entries WHERE tenant_id = :t"), {"t": COUNTY})
        rows = connection.scalar(text("SELECT count(*) FROM trail_rows"))
    assert (units, entries, rows) == (there, 2 * there, there)
