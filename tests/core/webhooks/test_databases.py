"""The same on SQLite and PostgreSQL: an event from its transaction to its server, and what the pages read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.access.scope import Scope
from core.extensions import Database, tenant_scope, utcnow
from core.jobs.running import Parts
from core.jobs.worker import begin_periodic, run_due
from core.units.queries import get_unit_by_code
from core.webhooks import queries, recipe, services
from core.webhooks.hosts import allow_host, end_host
from core.webhooks.queries import Filters
from core.webhooks.services import Wanted
from tests.conftest import SAMPLE, settings_for
from tests.core.webhooks.conftest import ACTOR, JIA, Receiver, answer, emit_sample
from tests.factories.world import make_world
from tests.support.hosts import loaded


def test_an_event_travels_on_both_databases(database: Database, tmp_path: Path, receiver: Receiver) -> None:
    settings = settings_for(database.url, tmp_path, SAMPLE)
    parts = Parts(settings, database, loaded(SAMPLE))
    scope = Scope(whole=(JIA,))
    with database.transaction() as session:
        make_world(session, parts.host)
        unit = get_unit_by_code(session, JIA)
        allowed = allow_host(session, unit, receiver.place, "测试", ACTOR, tenant_id=JIA)
        with tenant_scope(session, JIA):
            made, secret = services.make_endpoint(session, settings, unit, Wanted(receiver.url, ["*"]), ACTOR,
                                                  tenant_id=JIA, known=())
            services.make_endpoint(session, settings, unit, Wanted("https://told.example/", ["core.plan.applied"]), ACTOR,
                                   tenant_id=JIA, known=["core.plan.applied"])
    with database.transaction() as session:  # no scope is open, as on the command line
        for code in ("990101-S01", "990101100"):
            emit_sample(session, parts.host, unit_id=get_unit_by_code(session, code).id)
    receiver.answers = [answer(500)]
    run_due(parts)
    run_due(parts, early=True)
    begin_periodic(parts)
    run_due(parts)
    assert len(receiver.got) == 3 and recipe.verify(secret, *receiver.got[-1])
    with database.transaction() as session, tenant_scope(session, JIA):
        page = queries.page_of_deliveries(session, scope, Filters(made.id, "delivered", "sample.visit.noted"), limit=1)
        assert len(page) == 1 and page.next is not None and page[0].tries in (1, 2)
        assert len(queries.page_of_deliveries(session, scope, Filters(), before=page.next)) == 1
        assert queries.last_deliveries(session, [made.id])[made.id].state == "delivered"
        assert queries.count_endpoints(session, JIA) == 2 and queries.count_halted(session, scope) == 0
        found = queries.get_endpoint(session, scope, made.id, lock=True)
        delivery = queries.get_delivery(session, scope, page[0].id)
        services.replay(session, found, delivery, ACTOR)
        assert services.replay_lost(session, found, utcnow() - dt.timedelta(days=1), ACTOR) == 0
        assert [place.code for _, place in queries.list_hosts(session, unit.path)] == [JIA]
        end_host(session, unit, allowed.id, ACTOR, tenant_id=JIA)
    run_due(parts)
    with database.transaction() as session, tenant_scope(session, JIA):
        assert queries.get_delivery(session, scope, page[0].id).reason == "host"
