"""Killed in the middle of working a term out, on both databases: before or after, never between."""

from __future__ import annotations

import textwrap
import uuid

from sqlalchemy import func, select

from core.extensions import Database, tenant_scope
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.services.entitling import begin_run, run_term
from tests.plugins.education_aid.conftest import ACTOR, AUTUMN_2016, GUIDING, found_guiding, open_guiding
from tests.support import forks

#: each has the county's and the country's living subsidy, meals, and two benefits in kind
CHILDREN, ITEMS = 60, 5
#: in another process: store the awards, say that all but the commit is done, and wait there to be killed
WORK = """
    import time, uuid
    from core.extensions import Database, tenant_scope
    from plugins.education_aid.queries.runs import get_run
    from plugins.education_aid.services.entitling import run_term
    from tests.plugins.education_aid.conftest import ACTOR, plugins
    plugins()
    session = Database({url!r}).session(write=True)
    with tenant_scope(session, {tenant!r}):
        run_term(session, get_run(session, {tenant!r}, uuid.UUID({run!r})), ACTOR)
        session.flush()
        print("ready", flush=True)
        time.sleep(600)
"""


def kill_in_the_middle(database: Database, run_id: uuid.UUID) -> None:
    program = textwrap.dedent(WORK.format(url=database.engine.url.render_as_string(hide_password=False), tenant=GUIDING, run=str(run_id)))
    forks.kill_when_ready(program)


def waiting_run(database: Database) -> uuid.UUID:
    """A county with children, and a run that somebody asked for."""
    with database.transaction() as session:
        found_guiding(session)
        with tenant_scope(session, GUIDING):
            county = open_guiding(session)
            for _ in range(CHILDREN):
                county.child("primary", "filing_card", boarding=True)
            return begin_run(session, GUIDING, county.tenant.unit.id, 2016, 1, AUTUMN_2016, ACTOR).id


def awards_of(database: Database, run_id: uuid.UUID) -> tuple[str, int]:
    with database.session() as session, tenant_scope(session, GUIDING):
        run = session.get_one(AidRun, (GUIDING, run_id))
        return run.state, session.scalar(select(func.count()).select_from(Award)) or 0


def test_killed_while_a_term_is_worked_out_nothing_of_it_stands(database: Database) -> None:
    run_id = waiting_run(database)
    kill_in_the_middle(database, run_id)
    assert awards_of(database, run_id) == ("waiting", 0)
    counts = []
    for _ in range(2):
        with database.transaction() as session, tenant_scope(session, GUIDING):
            run_term(session, session.get_one(AidRun, (GUIDING, run_id)), ACTOR)
        counts.append(awards_of(database, run_id))
    assert counts == [("done", ITEMS * CHILDREN)] * 2
