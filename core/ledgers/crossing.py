"""Rules across the fields of a row of which a file, a form or a request gives only some: the others count as they are
stored, or of a new row by their default."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.host.ledgers import Check, Field, Ledger, Refusal
from core.ledgers import writing
from core.ledgers.kinds import rules_of
from core.privacy.columns import sensitive_fields
from core.privacy.vault import vault_of

Row = Mapping[str, Any]


def touched_checks(ledger: Ledger, given: Collection[str]) -> list[Check]:
    """The rules of which some fields were entered."""
    return [check for check in ledger.checks if not _fields(check).isdisjoint(given)]


def open_checks(ledger: Ledger, given: Collection[str]) -> list[Check]:
    """Those of which not all were: the others `check_frame` has judged."""
    return [check for check in touched_checks(ledger, given) if not _fields(check) <= set(given)]


def broken(session: Session, ledger: Ledger, tenant_id: str, checks: Sequence[Check], rows: pl.DataFrame, given: Collection[str],
           old: Sequence[Row | None]) -> list[Refusal]:
    """Which of these rules rows would break once they are stored, said at a field that was entered. `rows` are typed
    and have gone through `prepare`; `old` has the stored row of each, or None where it is new."""
    if not checks or rows.is_empty():
        return []
    known = {field.name: field for field in ledger.fields}
    lacking = sorted(set[str]().union(*map(_fields, checks)) - set(rows.columns))
    whole = rows.with_columns(_stored(session, ledger, tenant_id, known[name], old) for name in lacking)
    columns = {name: pl.col(name) for name in whole.columns}
    found: dict[tuple[int, str], Refusal] = {}
    for check in checks:
        place = check.field if check.field in given else next(name for name in check.fields if name in given)
        for at in whole.select(check.wrong(columns).fill_null(False)).to_series().arg_true().to_list():
            found.setdefault((at, place), Refusal(at, place, check.message))
    return list(found.values())


def _fields(check: Check) -> set[str]:
    return {*check.fields, check.field}


def _stored(session: Session, ledger: Ledger, tenant_id: str, field: Field, old: Sequence[Row | None]) -> pl.Series:
    """What is stored of a field, with the type that checked values have; of new rows its default."""
    values: list[Any] = [None if row is None or field.sealed else row[field.name] for row in old]
    if field.sealed:
        opened = _opened(session, ledger, tenant_id, field.name, [row["id"] for row in old if row is not None])
        values = [None if row is None else opened.get(row["id"]) for row in old]
    said = [field.default if row is None else str(value) if isinstance(value, uuid.UUID) else None if value in ("", []) else value
            for row, value in zip(old, values, strict=True)]
    return pl.Series(field.name, said, rules_of(ledger, field).dtype, strict=False)


def _opened(session: Session, ledger: Ledger, tenant_id: str, name: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Sealed values by the id of their row. Nobody is shown them."""
    vault, sensitive = vault_of(session), sensitive_fields(ledger.model)[name]
    rows = writing.read_rows(session, writing.table_of(ledger), tenant_id, "id", ids,
                             list(dict.fromkeys(("id", sensitive.owner, sensitive.sealed))))
    return {row["id"]: vault.open(sensitive.purpose, row[sensitive.owner], row[sensitive.sealed]) for row in rows
            if row[sensitive.sealed] is not None}
