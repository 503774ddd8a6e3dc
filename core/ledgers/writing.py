"""Rows on their way into the database: as columns, by the fastest way each database has.

This module writes tenant rows past the ORM, and so checks by itself that their tenant is open.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import polars as pl
from sqlalchemy import LargeBinary, Table, Uuid, bindparam, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.errors import N_, Conflict, TenantScopeError
from core.extensions import current_scope
from core.host.ledgers import Field, Ledger
from core.ledgers.repeats import Repeated, repeats
from core.ledgers.values import blank, plain_extra
from core.privacy.columns import triples
from core.privacy.vault import vault_of

CHUNK = 5_000
ASKED = 500
#: a statement with many rows takes a sixth less than one for each; SQLite binds up to 32,766 values in one
MOST_BOUND = 32_000
Columns = dict[str, Sequence[Any]]


def check_open(session: Session, tenant_id: str) -> None:
    """Refuse to write into a tenant that is not open on this session."""
    opened = current_scope(session)
    if opened is None or not opened.holds(tenant_id):
        raise TenantScopeError(N_("写入的数据不属于已打开的租户范围"))


def settle(session: Session) -> None:
    """Write what the caller has added or changed: a row may refer to it, and statements past the ORM must see it."""
    try:
        session.flush()
    except StaleDataError as error:
        raise Conflict(N_("这条记录在您读取之后已被别人改动，请重新核对后再保存")) from error


def table_of(ledger: Ledger) -> Table:
    """The table behind a ledger."""
    found: Table = ledger.model.__table__
    return found


def columns_of(session: Session, ledger: Ledger, frame: pl.DataFrame, fields: Sequence[Field],
               ids: Sequence[uuid.UUID]) -> Columns:
    """The values of the model's columns for these rows: sealed where the field is, blank where nothing is given.
    Columns `prepare` derived go along; of extra columns only what is here, under `extra`."""
    table, found = table_of(ledger), Columns()
    known = {field.name: field for field in fields}
    for name in frame.columns:
        field, column = known.get(name), table.columns.get(name)
        if field is not None and field.sealed:
            found.update(triples(vault_of(session), ledger.model, name, ids, frame[name].to_list()))
        elif field is not None and field.extra:
            continue
        elif column is not None and name not in ("id", "tenant_id", "version"):
            few = repeats(frame[name])
            found[name] = _stored(column, frame[name]) if few is None else Repeated(_stored(column, few[0]), few[1].to_list())
    added = [field for field in fields if field.extra and field.name in frame.columns]
    if added:
        parts = {field.name: frame[field.name].to_list() for field in added}
        found["extra"] = [{name: plain_extra(values[at]) for name, values in parts.items() if values[at] is not None}
                          for at in range(frame.height)]
    return found


def _stored(column: Any, given: pl.Series) -> list[Any]:
    """Values as their column keeps them."""
    values, empty = given.to_list(), blank(column)
    if isinstance(column.type, Uuid):
        values = as_ids(values)
    return [empty if value is None else value for value in values] if empty is not None else values


def as_ids(values: Sequence[Any]) -> list[Any]:
    """Ids from their text; few units stand in many rows."""
    known = {value: uuid.UUID(value) for value in set(values) if isinstance(value, str)}
    return [known.get(value, value) for value in values] if known else list(values)


def insert_rows(session: Session, table: Table, columns: Columns) -> None:
    """Put new rows into a table; every column that may not be empty and is not given gets its default."""
    count = len(columns["id"])
    for column in table.columns:
        if column.name not in columns and not column.nullable:
            columns[column.name] = [blank(column) for _ in range(count)]
    dialect = session.connection().dialect
    ways = [_way(table.c[name].type, dialect, values) for name, values in columns.items()]
    for at in range(0, count, CHUNK):
        _put(session, table, list(columns), list(zip(*(way(slice(at, at + CHUNK)) for way in ways), strict=True)))


def _way(kind: Any, dialect: Dialect, values: Sequence[Any]) -> Callable[[slice], Sequence[Any]]:
    """How some rows of a column become what its driver takes."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None or isinstance(kind, LargeBinary):  # both drivers take bytes as they are
        return values.__getitem__
    if isinstance(values, Repeated):
        return Repeated([process(value) for value in values.said], values.places).__getitem__
    return lambda some: [process(value) for value in values[some]]


def _put(session: Session, table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    connection = session.connection()
    quoted = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        begin, marks = f'INSERT INTO "{table.name}" ({quoted}) VALUES ', f"({', '.join('?' * len(names))})"  # noqa: S608
        each = MOST_BOUND // len(names)
        whole = len(rows) - len(rows) % each
        statement = begin + ", ".join([marks] * each) if whole else ""
        for at in range(0, whole, each):
            connection.exec_driver_sql(statement, tuple(chain.from_iterable(rows[at : at + each])))
        if whole < len(rows):
            connection.exec_driver_sql(begin + marks, rows[whole:])
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(session: Session, table: Table, tenant_id: str, columns: Mapping[str, Sequence[Any]], versions: Sequence[int]) -> None:
    """Change rows that are still at these versions; every version goes up by one. Raises Conflict when one is not."""
    names = [name for name in columns if name != "id"]
    statement = (table.update()
                 .where(table.c.tenant_id == bindparam("_tenant"), table.c.id == bindparam("_id"),
                        table.c.version == bindparam("_version"))
                 .values({name: bindparam(f"v_{name}", type_=table.c[name].type) for name in names}
                         | {"version": table.c.version + 1}))
    count = len(versions)
    for at in range(0, count, CHUNK):
        part = {name: values[at : at + CHUNK] for name, values in columns.items()}
        rows = [{"_tenant": tenant_id, "_id": part["id"][n], "_version": version,
                 **{f"v_{name}": part[name][n] for name in names}} for n, version in enumerate(versions[at : at + CHUNK])]
        changed = session.connection().execute(statement, rows).rowcount
        if changed != len(rows):
            raise Conflict(N_("有 %(count)s 条记录在您读取之后被改动，请重新核对"), count=len(rows) - changed)


def read_rows(session: Session, table: Table, tenant_id: str, name: str, values: Iterable[Any],
              wanted: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Rows of a tenant whose column is one of the values, a few hundred at a time."""
    asked = list(dict.fromkeys(values))
    statement = select(*(table.c[column] for column in wanted)).where(
        table.c.tenant_id == tenant_id, table.c[name].in_(bindparam("asked", expanding=True)))
    for at in range(0, len(asked), ASKED):
        for row in session.connection().execute(statement, {"asked": asked[at : at + ASKED]}).mappings():
            yield dict(row)
