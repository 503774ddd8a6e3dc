"""Databases with the whole schema are made once and lent from test to test, emptied in between: a fifth of making one.

A database is lent on only while it is what a new one would be: nobody is connected to it, no test has altered its
schema or gathered statistics, and its tables are so short that PostgreSQL plans for them as for new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from tests.support.postgres import Server, unique_name

#: so far the planner takes a table nobody has counted for ten pages long, whatever is in it
SHORT = 10 * 8192
#: what alters a table, a column or an index writes its row in the catalogue anew; the rest is counted
SHAPE = """
SELECT (SELECT sum(hashtext(oid || ' ' || xmin || ' ' || reltuples)::bigint) FROM pg_class WHERE oid >= 16384),
       (SELECT sum(hashtext(attnum || ' ' || xmin)::bigint) FROM pg_attribute WHERE attrelid >= 16384),
       (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc),
       (SELECT count(*) FROM pg_statistic), (SELECT count(*) FROM pg_db_role_setting)
"""
FILLED = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
OTHERS = "SELECT pg_sleep(0.01) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
#: how often to ask whether those who have said goodbye are gone
PATIENCE = 100


@dataclass(frozen=True)
class _Lent:
    """A database with the connection that empties it, and what its schema was when it was made."""

    name: str
    keeper: psycopg.Connection
    shape: object

    @classmethod
    def made(cls, server: Server, template: str) -> _Lent:
        name = unique_name()
        server.create(name, template=template)
        keeper = server.connect(name)
        keeper.execute("SET session_replication_role = replica")  # rows go in any order, unasked whether others name them
        return cls(name, keeper, keeper.execute(SHAPE).fetchone())

    def emptied(self) -> bool:
        """Take out what a test has put in; false where the database is no longer as a new one."""
        if all(self.keeper.execute(OTHERS).fetchone() for _ in range(PATIENCE)):
            return False
        if self.keeper.execute(SHAPE).fetchone() != self.shape:
            return False
        filled = self.keeper.execute(FILLED).fetchall()
        if any(size > SHORT for _, size in filled):
            return False
        for name, _ in filled:
            self.keeper.execute(f'DELETE FROM "{name}"')  # type: ignore[arg-type]
        return True


class Shelf:
    """The databases of one run that wait for a test."""

    def __init__(self, server: Server, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[_Lent] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of an empty database that is nobody else's meanwhile."""
        lent = self._free.pop() if self._free else _Lent.made(self._server, self._template)
        yield self._server.url(lent.name)
        if lent.emptied():
            self._free.append(lent)
        else:
            self._put_away(lent)

    def close(self) -> None:
        """Put away all that wait."""
        while self._free:
            self._put_away(self._free.pop())

    def _put_away(self, lent: _Lent) -> None:
        lent.keeper.close()
        self._server.drop(lent.name)
