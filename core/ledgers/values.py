"""Values of a ledger's fields between the database, pages and files."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Column
from sqlalchemy.orm import Session

from core.host.ledgers import Field, Ledger
from core.units.queries import units_by_id

TERM_WORDS = {1: "秋季学期", 2: "春季学期"}


def stored(row: Any, field: Field) -> Any:
    """What a row shows for a field: of a sealed one its mask, empty text as None."""
    if field.extra:
        value = (getattr(row, "extra", None) or {}).get(field.name)
        return typed_extra(value, field)
    value = getattr(row, field.column)
    return None if value in ("", []) else value


def typed_extra(value: Any, field: Field) -> Any:
    """A value of the `extra` column, which JSON keeps as text, with its own type again."""
    if not isinstance(value, str) or value == "":
        return None if value in ("", []) else value
    if field.kind == "date":
        return dt.date.fromisoformat(value)
    return Decimal(value) if field.kind in ("decimal", "yuan") else value


def plain_extra(value: Any) -> Any:
    """The same on its way into JSON."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def written(value: Any, field: Field, names: Mapping[uuid.UUID, str] | None = None) -> str:
    """A value as a cell of a file shows it, and as `check_frame` reads it again."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.kind == "choice":
        return field.labels.get(value, str(value))
    if field.kind == "choices":
        return "、".join(field.labels.get(part, str(part)) for part in value)
    if field.kind == "term":
        return TERM_WORDS.get(value, str(value))
    if field.kind == "school_year":
        return f"{value}-{int(value) + 1}"
    if isinstance(value, Decimal):
        return format(_shortened(value, field), "f")
    if isinstance(value, uuid.UUID):
        return (names or {}).get(value, str(value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _shortened(value: Decimal, field: Field) -> Decimal:
    """Two places for money; of other numbers no zeros at the end."""
    if field.kind == "yuan":
        return value.quantize(Decimal("0.01"))
    whole = value.normalize()
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole


def called(row: Any, field: Field, changed: Mapping[str, Any] | None = None) -> str:
    """What people call a row's number, or that number once some values are `changed`; "" where it has no name of its own."""
    if field.called is None:
        return ""
    (beside, say), new = field.called, changed or {}
    value = new[field.name] if field.name in new else stored(row, field)
    return "" if value is None else say(new.get(beside) or getattr(row, beside), value)


def unit_names(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names of units, for rows of a page."""
    wanted = {unit_id for unit_id in ids if unit_id is not None}
    return {unit.id: unit.name for unit in units_by_id(session, wanted).values()} if wanted else {}


def references(rows: Sequence[Any], fields: Sequence[Field], kind: str) -> set[uuid.UUID]:
    """The ids of one kind that rows refer to."""
    return {value for field in fields if field.kind == kind for row in rows if (value := stored(row, field)) is not None}


def blank(column: Column[Any]) -> Any:
    """What a column keeps where nothing is entered."""
    if column.nullable:
        return None
    default: Any = column.default
    if default is not None and default.is_scalar:
        return default.arg
    if default is not None and default.is_callable:
        return default.arg(None)
    return ""


def shown_columns(ledger: Ledger, fields: Sequence[Field]) -> list[str]:
    """The columns of the model a list reads: never a sealed value."""
    names = ["id", "tenant_id", "unit_id", "version"]
    names += [name for name in ("removed_at", "extra") if ledger.has_column(name)]
    names += ["state"] if ledger.process is not None else []
    names += [field.column for field in fields if not field.extra]
    names += [field.called[0] for field in fields if field.called is not None]
    return list(dict.fromkeys(names))
