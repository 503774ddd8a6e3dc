"""One database filled with made-up people in a process of its own, for its memory; then the same rows by executemany.

    python -m tests.bench.synthetic_part <address of an empty database> <students> <folder> [<county>]
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from core import privacy
from core.config import ROOT
from core.extensions import Actor, Base, Database
from core.synthetic.services import Wish, fill, plan_run
from core.units.services import import_divisions
from tests.conftest import settings_for
from tests.support.schema import make_schema

TABLES = ("registry_households", "registry_persons", "registry_guardians", "registry_enrolments", "registry_staff",
          "registry_school_facts", "registry_statuses", "registry_household_incomes")
BATCH = 5_000


def main(url: str, students: int, folder: Path, county: str = "") -> dict[str, float]:
    """Seconds of both ways, rows, and megabytes the filling needed beyond what was there before."""
    make_schema(url)
    database = Database(url)
    privacy.install(database, settings_for(url, folder))
    with database.transaction() as session:
        import_divisions(session, ROOT / "tenants" / "guizhou" / "divisions.csv.gz", Actor.command_line(), on=dt.date(2010, 1, 1))
    wish = Wish()
    with database.session() as session:
        counties = plan_run(session, "52", students, wish, county)
    before, began = _peak(), time.perf_counter()
    outcome = fill(database, counties, wish)
    ours = time.perf_counter() - began
    grown = _peak() - before
    floor = sum(_again(database, Base.metadata.tables[name]) for name in reversed(TABLES))
    database.dispose()
    return {"ours": ours, "floor": floor, "rows": sum(outcome.rows.values()), "megabytes": grown, "counties": len(counties)}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _again(database: Database, table: Table) -> float:
    """Put a table's rows into a copy of it with the same indexes and keys, ready as they are; only that is timed."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    mark = "?" if database.engine.dialect.name == "sqlite" else "%s"
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        cursor.execute(f'SELECT {names} FROM "{table.name}"')
        rows = [tuple(_given(value) for value in row) for row in cursor.fetchall()]
        driver.rollback()
        _copy_of(cursor, table, database.engine.dialect.name)
        statement = f'INSERT INTO bench_copy ({names}) VALUES ({", ".join([mark] * len(table.columns))})'
        began = time.perf_counter()
        if mark == "?":
            cursor.execute("BEGIN IMMEDIATE")
        for at in range(0, len(rows), BATCH):
            cursor.executemany(statement, rows[at : at + BATCH])
        cursor.execute("COMMIT")
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copy")
        driver.commit()
    return took


def _given(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value


def _copy_of(cursor: Any, table: Table, dialect: str) -> None:
    if dialect == "postgresql":
        cursor.execute(f'CREATE TABLE bench_copy (LIKE "{table.name}" INCLUDING ALL)')
        return
    made = cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC",
                          (table.name,)).fetchall()
    for (statement,) in made:
        text = statement.replace(f"CREATE TABLE {table.name} ", "CREATE TABLE bench_copy ").replace(f" ON {table.name} ", " ON bench_copy ")
        for kind in ("CREATE INDEX ", "CREATE UNIQUE INDEX "):
            text = text.replace(kind, f"{kind}copy_")
        cursor.execute(text)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])))
