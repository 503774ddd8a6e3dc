"""应享未享 over a million children: what is due against what the bank has credited, against SQL written by hand.

The SQL gives the same lists over the same tables: who was missed, given too little, too much or wrongly, who cannot be
decided, who had it the term before, who is unlike their register, the two sums and the number of children. A first look
also keeps every case, and is held against the SQL with one bulk insert of the same rows; a second finds them all again.
`BANGFU_BENCH_PUPILS` sets how many children there are.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, delete, func, select, text
from sqlalchemy.orm import Session

from core.extensions import Actor, Database, new_id, tenant_scope
from core.ledgers.writing import insert_rows
from core.registry.models import Enrolment, Person, Status
from core.tenancy.models import Tenant
from core.units.models import Unit
from plugins.education_aid.models.awards import AidRun, Award, Undecided
from plugins.education_aid.models.cases import AidCase
from plugins.education_aid.models.payments import Payment
from plugins.education_aid.services import cases
from tests.bench.clocks import Clock, spent
from tests.support import postgres
from tests.support.schema import make_schema

CHILDREN = int(os.environ.get("BANGFU_BENCH_PUPILS", "1000000"))
TENANT, YEAR, TERM, TURNS, PART = "522723", 2019, 1, 2, 50_000
ACTOR, DAY, BOARDING = Actor(new_id(), "测试甲"), dt.date(2019, 9, 1), ("boarding", "寄宿生生活补助")
DUE, SHORT = Decimal("625.00"), Decimal("500.00")
#: a child of every so many is …
OUTSIDE, MISSED, SHORTENED, UNDUE, OPEN, BROKEN, DEAD, TWICE, POOR = 50, 100, 200, 300, 400, 500, 2_000, 1_000, 5

_CHILD = """SELECT 1 FROM registry_persons c JOIN registry_enrolments e ON e.tenant_id = c.tenant_id AND e.person_id = c.id
    WHERE c.tenant_id = :tenant AND c.id = {person} AND c.removed_at IS NULL AND c.state = 'active' AND c.home_code IN ('', :tenant)
    AND e.removed_at IS NULL AND e.school_year = :year AND e.term = :term AND e.ended_on IS NULL"""
_DUE = ("a.tenant_id = :tenant AND a.school_year = :year AND a.term = :term AND a.state = 'entitled' AND a.amount > 0"
        " AND a.kind IN ('cash', 'reimbursement', 'discretionary')")
_PAID = "p.tenant_id = :tenant AND p.school_year = :{year} AND p.term = :{term} AND p.state = 'credited'"
_NOT_OPEN = ("({row}.person_id, {row}.item) NOT IN (SELECT u.person_id, u.item FROM education_aid_undecided u"
             " WHERE u.tenant_id = :tenant AND u.school_year = :year AND u.term = :term)")
_SAME = "{other}.tenant_id = {row}.tenant_id AND {other}.person_id = {row}.person_id AND {other}.item = {row}.item"
_NOW, _THEN = _PAID.format(year="year", term="term"), _PAID.format(year="before_year", term="before_term")
#: whatever few rows are left first, and only then whether they are children's and decided: kept apart by the limit
_LEFT = ("SELECT g.* FROM ({rows} LIMIT 100000000) AS g"
         f" WHERE {_NOT_OPEN.format(row='g')} AND EXISTS ({_CHILD.format(person='g.person_id')})")
_UNDUE = (f"SELECT p.person_id, p.item, p.amount FROM education_aid_payments p LEFT JOIN education_aid_awards a"
          f" ON {_SAME.format(row='p', other='a')} AND {_DUE} WHERE {{term}} AND a.id IS NULL")
#: by hand: the cases of each kind, and the sums
BY_HAND = (
    _LEFT.format(rows="SELECT a.person_id, a.item, a.amount, p.amount AS paid FROM education_aid_awards a"
                      f" LEFT JOIN education_aid_payments p ON {_SAME.format(row='a', other='p')} AND {_NOW}"
                      f" WHERE {_DUE} AND (p.id IS NULL OR p.amount <> a.amount)"),
    _LEFT.format(rows=_UNDUE.format(term=_NOW)),
    f"SELECT u.person_id, u.item, u.missing FROM education_aid_undecided u WHERE u.tenant_id = :tenant AND u.school_year = :year"
    f" AND u.term = :term AND EXISTS ({_CHILD.format(person='u.person_id')})",
    _LEFT.format(rows=_UNDUE.format(term=_THEN)),
    "SELECT c.id, count(*), max(c.died_on), max(e.elsewhere_school) FROM registry_enrolments e JOIN registry_persons c"
    " ON c.tenant_id = e.tenant_id AND c.id = e.person_id WHERE e.tenant_id = :tenant AND e.school_year = :year AND e.term = :term"
    " AND e.ended_on IS NULL AND e.removed_at IS NULL AND c.removed_at IS NULL AND c.state = 'active' AND c.home_code IN ('', :tenant)"
    " GROUP BY c.id HAVING count(*) > 1 OR max(c.died_on) IS NOT NULL",
    f"SELECT count(*), sum(a.amount) FROM education_aid_awards a WHERE {_DUE} AND EXISTS ({_CHILD.format(person='a.person_id')})",
    f"SELECT count(*), sum(p.amount) FROM education_aid_payments p WHERE {_NOW}",
    "SELECT count(DISTINCT c.id) FROM registry_enrolments e JOIN registry_persons c ON c.tenant_id = e.tenant_id AND c.id = e.person_id"
    " WHERE e.tenant_id = :tenant AND e.school_year = :year AND e.term = :term AND e.ended_on IS NULL AND e.removed_at IS NULL"
    " AND c.removed_at IS NULL AND c.state = 'active' AND c.home_code IN ('', :tenant)",
)


def load(session: Session) -> None:
    """A county whose children are mostly in order. Payments stand without the applications they came from."""
    unit, run_id = Unit(id=new_id(), code=TENANT, name="测试县", kind="division", level="county", path=f"00/{TENANT}/", depth=1,
                        since=DAY, pinyin="", initials=""), new_id()
    session.add(unit)
    session.flush()
    session.add(Tenant(id=TENANT, unit_id=unit.id, founded_on=DAY))
    session.add(AidRun(tenant_id=TENANT, id=run_id, unit_id=unit.id, school_year=YEAR, term=TERM, as_on=DAY))
    session.flush()
    for start in range(0, CHILDREN, PART):
        for model, rows in part_of(unit.id, run_id, range(start, min(start + PART, CHILDREN))).items():
            table = cast(Table, model.__table__)
            names = {name for row in rows for name in row}
            insert_rows(session, table, {"tenant_id": [TENANT] * len(rows), **{name: [row.get(name) for row in rows] for name in names}})


def part_of(unit_id: uuid.UUID, run_id: uuid.UUID, numbers: range) -> dict[Any, list[dict[str, Any]]]:
    """The rows of some children, by model."""
    rows: dict[Any, list[dict[str, Any]]] = {model: [] for model in (Person, Enrolment, Status, Award, Payment, Undecided)}
    last = (YEAR - 1, 2)
    for at in numbers:
        person = new_id()
        own = {"unit_id": unit_id, "person_id": person, "item": BOARDING[0], "item_name": BOARDING[1]}
        rows[Person].append({"id": person, "unit_id": unit_id, "name": f"测试{at}", "name_key": f"测试{at}", "id_number_key": f"{at:064x}",
                             "died_on": DAY if at % DEAD == 7 else None})
        for _ in range(2 if at % TWICE == 9 else 1):
            rows[Enrolment].append({"id": new_id(), "unit_id": unit_id, "person_id": person, "school_year": YEAR, "term": TERM,
                                    "stage": "primary", "elsewhere_school": "外县测试小学" if at % OUTSIDE == 3 else ""})
        if at % POOR == 3:
            rows[Status].append({"id": new_id(), "unit_id": unit_id, "subject_kind": "person", "subject_id": person, "kind": "orphan",
                                 "since": DAY - dt.timedelta(days=900)})
        if at % OPEN == 11:
            rows[Undecided].append({**own, "id": new_id(), "run_id": run_id, "school_year": YEAR, "term": TERM, "missing": ["是否寄宿"]})
            continue
        due = at % UNDUE != 13 and at % BROKEN != 17 and at % OUTSIDE != 3
        if due:
            rows[Award].append({**own, "id": new_id(), "run_id": run_id, "school_year": YEAR, "term": TERM, "kind": "cash", "amount": DUE})
        now = (due and at % MISSED != 1) or at % UNDUE == 13
        amount = SHORT if at % SHORTENED == 2 else DUE
        for (year, term), paid in (((YEAR, TERM), now), (last, at % UNDUE != 13 and at % OUTSIDE != 3)):
            if paid:
                rows[Payment].append({**own, "id": new_id(), "application_id": person, "school_year": year, "term": term,
                                      "state": "credited", "amount": amount, "slot": f"{person.hex}:{year}:{term}"})
    return {model: found for model, found in rows.items() if found}


def by_hand(session: Session, kinds: Counter[str]) -> None:
    """Every list and sum by SQL, read to the last row."""
    given = {"tenant": TENANT, "year": YEAR, "term": TERM, "before_year": YEAR - 1, "before_term": 2}
    gaps, undue, undecided, breaks, odd, *_ = [session.connection().execute(text(one), given).all() for one in BY_HAND]
    kinds.clear()
    kinds.update("missed" if row[3] is None else "short" if row[3] < row[2] else "over" for row in gaps)
    kinds.update({"undue": len(undue), "undecided": len(undecided), "break": len(breaks), "conflict": len(odd)})


def _told(database: Database, statement: str) -> None:
    """Say something to the one connection of the pool, outside a transaction."""
    with closing(database.engine.raw_connection()) as connection:
        connection.cursor().execute(statement)
        connection.commit()


@contextmanager
def county(url: str) -> Iterator[Database]:
    """The county on an empty database."""
    make_schema(url)
    database = Database(url)
    off, on = (("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON") if url.startswith("sqlite") else
               ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT"))
    _told(database, off)
    with database.transaction() as session, tenant_scope(session, TENANT):
        load(session)
    _told(database, on)
    _told(database, "ANALYZE")
    yield database
    database.dispose()


def kept(session: Session) -> Counter[str]:
    """The cases of each kind that a look has kept, less those of children elsewhere whom no list here speaks of."""
    statement = select(AidCase.kind, func.count()).group_by(AidCase.kind)
    return Counter(dict(session.execute(statement.where((AidCase.item != "") | (AidCase.kind == "conflict"))).tuples().all()))


def measured(url: str, where: str) -> list[dict[str, Any]]:
    """A first look and a second, against the SQL with and without an insert of the cases."""
    floors, firsts, seconds, inserts, kinds = [], [], [], [], Counter[str]()
    with county(url) as database:
        clock = Clock(database.engine)

        def look() -> None:
            with database.transaction() as session, tenant_scope(session, TENANT):
                cases.look(session, TENANT, YEAR, TERM, ACTOR)

        def hand() -> None:
            with database.session() as session, tenant_scope(session, TENANT):
                by_hand(session, kinds)

        for _ in range(TURNS):
            floors.append(spent(clock, hand))
            firsts.append(spent(clock, look))
            seconds.append(spent(clock, look))
            with database.transaction() as session, tenant_scope(session, TENANT):
                assert kept(session) == kinds, (kept(session), kinds)
                rows = [dict(row) for row in session.connection().execute(select(AidCase.__table__)).mappings()]
                session.execute(delete(AidCase).where(AidCase.tenant_id == TENANT))
            columns = {name: [row[name] for row in rows] for name in rows[0]}

            def put(columns: dict[str, list[Any]] = columns) -> None:
                with database.transaction() as session, tenant_scope(session, TENANT):
                    insert_rows(session, cast(Table, AidCase.__table__), columns)

            inserts.append(spent(clock, put))
            with database.transaction() as session, tenant_scope(session, TENANT):
                session.execute(delete(AidCase).where(AidCase.tenant_id == TENANT))
    found = []
    for at, kind in ((0, "by the clock"), (1, "processor time")):
        floor, first, second, put_in = (min(one[at] for one in column) for column in (floors, firsts, seconds, inserts))
        name = f"{CHILDREN:,} children, {sum(kinds.values()):,} cases, {where}, {kind}"
        for title, ours, least in (("first look", first, floor + put_in), ("second look", second, floor)):
            found.append({"name": f"{title}, {name}", "ours": ours, "floor": least, "ratio": ours / least, "target": "≤ 1.5", "unit": "s"})
    return found


def run() -> list[dict[str, Any]]:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(f"sqlite:///{Path(folder) / 'cases.sqlite3'}", "SQLite")
    if postgres.binaries() is not None:
        with postgres.server() as server:
            rows += measured(server.create("cases"), "PostgreSQL")
    return rows
