"""Two clerks issue at once: one number each, and one certificate once, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.extensions import Database, tenant_scope
from core.processes.services import take
from plugins.donations.models import Certificate
from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.services.certificates import list_due, propose
from tests.plugins.donations.giving import JIA, TOWN, County, give, make_county

READ = "donations:certificate:read"


def submitted(database: Database, county: County, count: int) -> list[Certificate]:
    with database.transaction() as session, tenant_scope(session, JIA):
        for number in range(count):
            give(session, county.units[TOWN], "60000", donor=f"测试公司{number}")
        scope = county.viewer(session, "town-clerk").scope(session, READ)
        keys = [each.key for each in list_due(session, JIA, scope)]
        return propose(session, county.host, JIA, scope, keys, county.people["town-clerk"])


def at_once(database: Database, tasks: list[Callable[[Session], None]]) -> list[BaseException]:
    """Do all of it at the same moment, each in a transaction of its own."""
    gate, raised = threading.Barrier(len(tasks)), []

    def work(task: Callable[[Session], None]) -> None:
        gate.wait()
        try:
            with database.transaction() as session, tenant_scope(session, JIA):
                task(session)
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def issuing(county: County, certificate: Certificate, login: str) -> Callable[[Session], None]:
    def task(session: Session) -> None:
        found = session.get_one(Certificate, (JIA, certificate.id))
        take(session, county.host, CERTIFICATE, found, "issue", county.people[login], viewer=county.viewer(session, login))
    return task


@pytest.mark.clause("DN-002")
def test_two_clerks_at_one_certificate_give_one_number_and_one_is_told(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        county = make_county(session, tmp_path)
    (certificate,) = submitted(database, county, 1)
    raised = at_once(database, [issuing(county, certificate, login) for login in ("county-one", "county-two")])
    assert [type(error) for error in raised] == [Conflict]
    assert "已颁发" in str(raised[0])
    with database.session() as session, tenant_scope(session, JIA):
        assert [(row.state, row.serial) for row in session.scalars(select(Certificate))] == [("issued", 1)]


def test_many_certificates_at_once_have_numbers_without_gap_or_double(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        county = make_county(session, tmp_path)
    waiting = submitted(database, county, 8)
    tasks = [issuing(county, each, ("county-one", "county-two")[at % 2]) for at, each in enumerate(waiting)]
    assert at_once(database, tasks) == []
    with database.session() as session, tenant_scope(session, JIA):
        assert sorted(session.scalars(select(Certificate.serial))) == list(range(1, 9))


def test_two_clerks_asking_for_one_gift_make_one_certificate(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        county = make_county(session, tmp_path)
        with tenant_scope(session, JIA):
            give(session, county.units[TOWN], "60000")

    def asking(login: str) -> Callable[[Session], None]:
        def task(session: Session) -> None:
            scope = county.viewer(session, login).scope(session, READ)
            keys = [each.key for each in list_due(session, JIA, scope)]
            propose(session, county.host, JIA, scope, keys or ["gone:0"], county.people[login])
        return task

    raised = at_once(database, [asking("town-clerk"), asking("town-manager")])
    assert [type(error) for error in raised] == [Conflict]
    with database.session() as session, tenant_scope(session, JIA):
        assert len(session.scalars(select(Certificate)).all()) == 1
