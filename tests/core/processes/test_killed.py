"""Killed in the middle of a step: either nothing of it is there, or all of it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.extensions import Database, tenant_scope
from core.processes.models import ProcessDue, ProcessMark
from core.processes.services import take
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.core.processes.conftest import JIA, SCHOOL, SCHOOL_CLERK, make_certificate
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.processes import CERTIFICATE
from tests.support import forks

#: where the process is killed → whether the step is there
MOMENTS = {"moved": False, "trailed": False, "committed": True}
PROGRAM = """
import os, signal, sys, uuid
from dataclasses import replace
from core.extensions import Database, tenant_scope
from core.processes import services
from tests.core.processes.conftest import COUNTY_CLERK, JIA
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.processes import CERTIFICATE
url, record_id, moment = sys.argv[1:]
def die(now):
    if now == moment:
        os.kill(os.getpid(), signal.SIGKILL)
move, entry = services.move, services.leave_entry
def moving(*arguments, **named):
    mark = move(*arguments, **named)
    die("moved")  # state, mark and deadline are written, the trail is not
    return mark
def trailing(*arguments, **named):
    entry(*arguments, **named)
    die("trailed")
services.move, services.leave_entry = moving, trailing
with Database(url).transaction() as session, tenant_scope(session, JIA):
    services.take(session, None, CERTIFICATE, session.get_one(Certificate, (JIA, uuid.UUID(record_id))), "issue", COUNTY_CLERK)
die("committed")
"""


@pytest.mark.parametrize(("moment", "there"), MOMENTS.items())
def test_a_killed_step_is_there_wholly_or_not_at_all(database: Database, units: dict[str, Unit], moment: str, there: bool) -> None:
    with database.transaction() as session, tenant_scope(session, JIA):
        made = make_certificate(session, units[SCHOOL].id)
        take(session, None, CERTIFICATE, made, "submit", SCHOOL_CLERK)
    url = database.engine.url.render_as_string(hide_password=False)
    done = forks.run(PROGRAM, url, str(made.id), moment)
    assert done.code == -9, done.output
    with database.session() as session, tenant_scope(session, JIA):
        row = session.get_one(Certificate, (JIA, made.id))
        assert (row.state, row.number) == (("issued", 1) if there else ("submitted", None))
        assert session.scalar(select(func.count()).select_from(ProcessMark).where(ProcessMark.step == "issue")) == there
        assert session.scalar(select(func.count()).select_from(TrailEntry).where(TrailEntry.sentence.contains("颁发（"))) == there
        assert session.scalar(select(func.count()).select_from(ProcessDue)) == (not there)
