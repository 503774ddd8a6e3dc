"""Rows on their way into the database: as columns, by the fastest way each database has.

This module writes tenant rows past the ORM, and so checks by itself that their tenant is open.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import JSON, LargeBinary, Table, Uuid, bindparam, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.errors import N_, Conflict, TenantScopeError
from core.extensions import current_scope
from core.host.ledgers import Field, Ledger
from core.ledgers.values import blank, plain_extra
from core.privacy.columns import triples
from core.privacy.vault import vault_of

CHUNK = 5_000
ASKED = 500
Columns = dict[str, list[Any]]


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
        values = frame[name].to_list()
        if field is not None and field.sealed:
            found.update(triples(vault_of(session), ledger.model, name, ids, values))
        elif field is not None and field.extra:
            continue
        elif column is not None and name not in ("id", "tenant_id", "version"):
            if isinstance(column.type, Uuid):
                values = as_ids(values)
            empty = blank(column)
            found[name] = [empty if value is None else value for value in values] if empty is not None else values
    added = [field for field in fields if field.extra and field.name in frame.columns]
    if added:
        parts = {field.name: frame[field.name].to_list() for field in added}
        found["extra"] = [{name: plain_extra(values[at]) for name, values in parts.items() if values[at] is not None}
                          for at in range(frame.height)]
    return found


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
    names, dialect = list(columns), session.connection().dialect
    encoders = [_encoder(table.c[name].type, dialect) for name in names]
    for at in range(0, count, CHUNK):
        whole = at == 0 and count <= CHUNK
        ready = [encode(columns[name] if whole else columns[name][at : at + CHUNK])
                 for name, encode in zip(names, encoders, strict=True)]
        _put(session, table, names, zip(*ready, strict=True))


def _encoder(kind: Any, dialect: Dialect) -> Callable[[list[Any]], list[Any]]:
    """Turns a column's values into what its driver takes. What comes again, as days, choices and amounts do, is
    turned once: a processor costs ten times a look into a dictionary."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None or isinstance(kind, LargeBinary):  # both drivers take bytes as they are
        return lambda values: values
    if isinstance(kind, Uuid):
        return lambda values: _same(process, values) if values[0] == values[-1] else [value and value.hex for value in values]
    known: dict[Any, Any] = {None: process(None)}
    if isinstance(kind, JSON):
        return lambda values: [_once(known, process, str(value), value) for value in values]

    def encode(values: list[Any]) -> list[Any]:
        known.update({value: process(value) for value in set(values).difference(known)})
        return [known[value] for value in values]

    return encode


def _same(process: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """References, of which few differ."""
    known = {value: process(value) for value in set(values)}
    return [known[value] for value in values]


def _once(known: dict[Any, Any], process: Callable[[Any], Any], key: str, value: Any) -> Any:
    found = known.get(key)
    if found is None:
        found = known[key] = process(value)
    return found


def _put(session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    connection = session.connection()
    quoted = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', list(rows))  # noqa: S608
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(session: Session, table: Table, tenant_id: str, columns: Columns, versions: Sequence[int]) -> None:
    """Change rows that are still at these versions; every version goes up by one. Raises Conflict when one is not."""
    names = [name for name in columns if name != "id"]
    statement = (table.update()
                 .where(table.c.tenant_id == bindparam("_tenant"), table.c.id == bindparam("_id"),
                        table.c.version == bindparam("_version"))
                 .values({name: bindparam(f"v_{name}", type_=table.c[name].type) for name in names}
                         | {"version": table.c.version + 1}))
    count = len(versions)
    for at in range(0, count, CHUNK):
        upto = min(at + CHUNK, count)
        rows = [{"_tenant": tenant_id, "_id": columns["id"][n], "_version": versions[n],
                 **{f"v_{name}": columns[name][n] for name in names}} for n in range(at, upto)]
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
