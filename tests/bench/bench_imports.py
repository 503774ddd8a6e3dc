"""A roster of 100,000 rows and twenty columns with 2 % bad cells, from the .xlsx to stored rows, every step counted.

Ours is the whole way: guards, reading, staging under seal, checks of every cell, comparing with what is stored, sealing
ID and phone numbers, storing with the trail. The floor reads the same file with the same library, seals, indexes and
masks the same numbers by the same calls, which no import of such rows can do without, and inserts the very rows that we
store by COPY or executemany; beside it stands what it were if sealing cost nothing. All is processor time, the database server's
with it, each step's least of several turns of ours and the floor in one process: others only ever make it slower.
Memory is the most that a process held which imports the workbook and does nothing else. The peers do the same job on a
smaller file, scaled to the same number of rows: openpyxl with a marshmallow schema for each row and the ORM, and
django-import-export with validators on its model.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastexcel

from core.access.scope import Part, Scope
from core.config import ROOT
from core.extensions import Actor, Database, new_id, tenant_scope
from core.ledgers.imports import confirming, queries, services, uploading
from core.ledgers.imports.desk import Desk
from core.ledgers.imports.staging import Staging
from core.privacy.columns import SEALED, triples
from core.privacy.vault import KEY, Vault
from core.tenancy.models import Tenant
from core.units.models import Kind, Level, Unit
from core.units.rules.levels import subtree
from tests.bench.clocks import Clock
from tests.bench.rosters import PUPILS, Pupil, id_number, write_workbook
from tests.support import postgres
from tests.support.schema import make_schema

ROWS, BAD, PEER_ROWS = 100_000, 0.02, 4_000
TENANT, ACTOR = "990101", Actor(new_id(), "测试甲")
MOST_MEMORY, TURNS = 600, 5


class Office:
    """A county on an empty database."""

    def __init__(self, url: str, folder: Path) -> None:
        make_schema(url)
        self.database = Database(url)
        self.database.info[KEY] = self.vault = Vault.at(folder)
        self.folder = folder
        self.unit = Unit(id=new_id(), code=TENANT, name="测试县", kind=Kind.DIVISION, level=Level.COUNTY, parent_id=None,
                         path=f"{TENANT}/", depth=0, since=dt.date(2015, 1, 1), pinyin="ceshixian", initials="csx")
        with self.database.transaction() as session:
            session.add(self.unit)
            session.flush()  # the tenant refers to it
            session.add(Tenant(id=TENANT, unit_id=self.unit.id, founded_on=dt.date(2015, 1, 1)))

    def step(self, what: Any, *arguments: Any) -> Any:
        """One step of an import in its transaction."""
        with self.database.transaction() as session, tenant_scope(session, TENANT):
            desk = Desk(PUPILS, TENANT, self.unit, ACTOR, Scope(part=(Part(TENANT, (subtree(self.unit.path),)),)),
                        Staging(self.folder, self.vault, TENANT))
            return what(session, desk, *arguments)

    def run(self, content: bytes, clock: Callable[[], float]) -> dict[str, float]:
        """The whole import; seconds of each step, and what came of it."""
        seconds, start = {}, clock()

        def lap(name: str) -> None:
            nonlocal start
            seconds[name] = clock() - start
            start = clock()

        found = self.step(uploading.take_in, "名册.xlsx", content).found
        lap("read and staged")
        self.step(services.map_columns, found, found.mapping)
        self.step(services.check, found)
        lap("checked")
        with self.database.session() as session, tenant_scope(session, TENANT):
            now = queries.get_import(session, PUPILS, found.id, Scope((TENANT,)))
        stored = self.step(confirming.confirm, now, confirming.GOOD, now.turn)
        lap("stored")
        return {**seconds, "rows": stored.created, "errors": now.counts["errors"]}

    def floor(self, content: bytes, ready: list[dict[str, Any]], clock: Callable[[], float]) -> dict[str, float]:
        """Reading the file, and inserting rows that need no more work."""
        ids = [new_id() for _ in ready]
        numbers = {"id_number": [id_number(at) for at in range(len(ready))], "phone": [f"138{at:08}" for at in range(len(ready))]}
        start = clock()
        fastexcel.read_excel(content).load_sheet(0, header_row=0, dtypes="string").to_polars()
        read = clock()
        names = list(ready[0])
        quoted = ", ".join(names)
        with self.database.transaction() as session:
            connection = session.connection()
            if connection.dialect.name == "sqlite":
                marks = ", ".join("?" * len(names))
                connection.exec_driver_sql(f"INSERT INTO bench_pupils ({quoted}) VALUES ({marks})",
                                           [tuple(row.values()) for row in ready])
            else:
                driver: Any = connection.connection.driver_connection
                with driver.cursor() as cursor, cursor.copy(f"COPY bench_pupils ({quoted}) FROM STDIN") as copy:
                    for row in ready:
                        copy.write_row(tuple(row.values()))
        inserted = clock()
        for name, texts in numbers.items():
            list(triples(self.vault, Pupil, name, ids, texts)[name + SEALED])
        return {"read": read - start, "inserted": inserted - read, "sealed": clock() - inserted}

    def taken_away(self) -> list[dict[str, Any]]:
        """The stored rows as the driver gives and takes them; the table is empty afterwards."""
        with self.database.transaction() as session:
            connection = session.connection()
            rows = [dict(row) for row in connection.exec_driver_sql("SELECT * FROM bench_pupils").mappings()]
            connection.exec_driver_sql("DELETE FROM bench_pupils")
        if self.database.engine.dialect.name == "postgresql":
            for row in rows:
                row["causes"] = json.dumps(row["causes"])
        return rows


def measured(url: str, folder: Path, content: bytes) -> tuple[dict[str, float], dict[str, float]]:
    """Ours and the floor on one database, in turns: the least of each step."""
    office = Office(url, folder)
    clock, ours, floors = Clock(office.database.engine), list[dict[str, float]](), list[dict[str, float]]()
    for _ in range(TURNS):
        ours.append(office.run(content, clock))
        ready = office.taken_away()
        floors.append(office.floor(content, ready, clock))
        office.taken_away()
        with office.database.transaction() as session:
            session.connection().exec_driver_sql("DELETE FROM ledger_imports")
    office.database.dispose()
    return least(ours), least(floors)


def least(turns: list[dict[str, float]]) -> dict[str, float]:
    """Of each step the shortest."""
    return {step: min(turn[step] for turn in turns) for step in turns[0]}


def total(laps: dict[str, float]) -> float:
    """Seconds of all steps."""
    return sum(value for name, value in laps.items() if name not in ("rows", "errors", "sealed"))


def in_process(*arguments: str) -> dict[str, Any]:
    """Run a part in a process of its own, for its memory or its other framework."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.import_peers", *arguments], cwd=ROOT, capture_output=True,
                          text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        folder = Path(name)
        large, small = folder / "large.xlsx", folder / "small.xlsx"
        write_workbook(large, ROWS, BAD)
        write_workbook(small, PEER_ROWS, BAD)
        content = large.read_bytes()
        lines, first = [], None
        for title, url in (("SQLite", f"sqlite:///{folder / 'bench.sqlite3'}"), ("PostgreSQL", server.create("bench_imports"))):
            ours, floor = measured(url, folder / title, content)
            first = first or ours
            steps = ", ".join(f"{step} {value:.1f} s" for step, value in ours.items() if step not in ("rows", "errors"))
            plain = total(floor) + floor["sealed"]
            lines.append({"name": f"{title}: {ROWS:,} × 20, {int(ours['errors']):,} bad cells, {int(ours['rows']):,} rows stored "
                                  f"({steps}), against reading ({floor['read']:.1f} s), sealing ({floor['sealed']:.1f} s) and inserting "
                                  "them", "ours": total(ours), "floor": plain, "ratio": total(ours) / plain,
                          "target": "≤ 1.5 ×", "unit": "s"})
            lines.append({"name": f"{title}: the same, were the two numbers of a row sealed for nothing", "ours": total(ours),
                          "floor": total(floor), "ratio": total(ours) / total(floor), "target": "", "unit": "s"})
        memory = in_process("memory", str(large), str(folder / "memory"))["megabytes"]
        lines.append({"name": "peak memory of the process that imports it", "ours": memory, "floor": float(MOST_MEMORY),
                      "ratio": memory / MOST_MEMORY, "target": "< 600 MB", "unit": "MB"})
        assert first is not None
        for title, part in (("openpyxl + marshmallow + ORM", "orm"), ("django-import-export", "django")):
            found = in_process(part, str(small), str(folder / part))
            peer = found["seconds"] * ROWS / PEER_ROWS
            lines.append({"name": f"{title} on SQLite, {PEER_ROWS:,} rows scaled to {ROWS:,} "
                                  f"({found['rows']:,} stored, {found['errors']:,} rows refused)",
                          "ours": total(first), "floor": peer, "ratio": total(first) / peer, "target": "< 1 ×", "unit": "s"})
        return lines
