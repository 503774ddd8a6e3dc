"""One database, two dialects: SQLite in WAL mode by default, PostgreSQL by its address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session

from core.extensions import scope

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMES)


class ScopedSession(Session):
    """A session behind the tenant fence."""


scope.install(ScopedSession)


class Database:
    """The engine and its sessions. `write=True` takes SQLite's write lock at once, so that two writers
    wait for each other instead of failing in the middle."""

    def __init__(self, url: str) -> None:
        self.url = url
        #: what every session of this database carries in its own `info`, such as the vault of sealed values
        self.info: dict[str, Any] = {}
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)

    def session(self, *, write: bool = False) -> Session:
        """A new session; the caller commits and closes."""
        session = ScopedSession(self.engine, expire_on_commit=False, info=self.info)
        if write and self.engine.dialect.name == "sqlite":
            session.connection(execution_options={"bangfu_write": True})
        return session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing session, committed at the end and rolled back on any error."""
        session = self.session(write=True)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()



def _sqlite(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000",
                       "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("bangfu_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgresql(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True, insertmanyvalues_page_size=100)
