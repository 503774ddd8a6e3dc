"""What an address asks of a ledger: conditions, order, columns, and where the page begins."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session

from core.access.listing import After, Condition, Order
from core.errors import N_, InvalidInput
from core.host.ledgers import Field, Ledger
from core.privacy.vault import vault_of
from core.registry.rules.documents import wanted_numbers

#: parts of an address that say where one is, not what is asked
PLACES = frozenset({"after", "view", "csrf_token"})


@dataclass(frozen=True)
class Asked:
    """A reading of a ledger. `query` is the same as the address says it, without the place in the pages."""

    conditions: tuple[Condition, ...] = ()
    order: Order = field(default_factory=Order)
    after: After | None = None
    shown: tuple[Field, ...] = ()
    removed: bool = False
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def filtered(self) -> bool:
        """Whether anything is left out by a filter."""
        return any(name not in ("sort", "columns") for name in self.query)


def read_asked(session: Session, ledger: Ledger, fields: Sequence[Field], args: Mapping[str, str]) -> Asked:
    """What the query of an address asks; raises InvalidInput with the field at fault."""
    conditions: list[Condition] = []
    removed = args.get("removed") == "1" and ledger.has_column("removed_at")
    if ledger.has_column("removed_at"):
        conditions.append(Condition("removed_at", "filled" if removed else "empty"))
    conditions += [Condition(name, "eq", value) for name, value in ledger.only]
    query: dict[str, str] = {"removed": "1"} if removed else {}
    for one in fields:
        if one.filter in ("", "unit") or one.extra:
            continue
        for name, op in _names(one):
            text = args.get(name, "").strip()
            if text:
                conditions += _condition(session, one, name, op, text)
                query[name] = text
    order = _order(ledger, args.get("sort", ""))
    if args.get("sort"):
        query["sort"] = args["sort"]
    if args.get("unit"):
        query["unit"] = args["unit"]
    shown, columns = _shown(fields, args.get("columns", ""))
    if columns:
        query["columns"] = columns
    return Asked(tuple(conditions), order, read_after(ledger, order, args.get("after", "")), shown, removed, query)


def _names(one: Field) -> list[tuple[str, str]]:
    return [(f"{one.name}_from", "ge"), (f"{one.name}_to", "le")] if one.filter == "range" else [(one.name, one.filter)]


def _condition(session: Session, one: Field, name: str, op: str, text: str) -> list[Condition]:
    if one.sealed:
        numbers = wanted_numbers(text) if one.kind == "id_number" else ()
        keys = [key for number in numbers or (text,) for key in vault_of(session).indexes(one.kind, number)]
        return [Condition(f"{one.name}_key", "in", tuple(keys))]
    value = value_of(one, text, name)
    if op == "prefix":
        return [Condition(one.name, "prefix", value)]
    return [Condition(one.name, op if op in ("ge", "le") else "eq", value)]


def value_of(one: Field, text: str, name: str = "") -> Any:
    """A value of the address with the field's type."""
    try:
        if one.kind == "date":
            return dt.date.fromisoformat(text)
        if one.kind in ("integer", "school_year", "term"):
            number = int(text)
            if abs(number) > 2_000_000_000:
                raise ValueError(text)
            return number
        if one.kind in ("decimal", "yuan"):
            amount = Decimal(text.replace(",", ""))
            if not amount.is_finite() or abs(amount) > 10**11 or (one.kind == "yuan" and amount != round(amount, 2)):
                raise ValueError(text)
            return amount
        if one.kind == "yes_no":
            return {"1": True, "0": False, "true": True, "false": False}[text]
        if one.kind == "choice" and text not in one.labels:
            raise ValueError(text)
        if one.kind in ("unit", "person", "household"):
            return uuid.UUID(text)
    except (ValueError, InvalidOperation, KeyError) as error:
        raise InvalidInput(N_("筛选条件“%(label)s”写得不对"), {name or one.name: N_("写得不对")}, label=one.label) from error
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidInput(N_("筛选条件“%(label)s”写得不对"), {name or one.name: N_("写得不对")}, label=one.label)
    return text


def _order(ledger: Ledger, text: str) -> Order:
    if not text:
        return Order()
    descending, name = text.startswith("-"), text.removeprefix("-")
    if not any(one.name == name and one.sort for one in ledger.fields):
        raise InvalidInput(N_("不能按“%(name)s”排序"), name=name[:40])
    return Order(ledger.field(name).column, descending)


def _shown(fields: Sequence[Field], columns: str) -> tuple[tuple[Field, ...], str]:
    wanted = [name for name in columns.split(",") if name]
    known = {one.name: one for one in fields}
    chosen = tuple(known[name] for name in dict.fromkeys(wanted) if name in known)
    if chosen:
        return chosen, ",".join(one.name for one in chosen)
    return tuple(one for one in fields if one.listed), ""


def write_after(after: After | None) -> str:
    """The place of the next page for an address."""
    if after is None:
        return ""
    value = after.value
    text = str(value) if isinstance(value, Decimal | dt.date) else value
    return base64.urlsafe_b64encode(json.dumps([text, after.id.hex], ensure_ascii=False).encode()).decode().rstrip("=")


def read_after(ledger: Ledger, order: Order, text: str) -> After | None:
    """The same again; anything that was not one of ours is refused."""
    if not text:
        return None
    wrong = InvalidInput(N_("地址里的页码不对，请从第一页看起"))
    try:
        value, record_id = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not order.column:
            return After(None, uuid.UUID(record_id))
        one = next(one for one in ledger.fields if one.column == order.column)
        return After(None if value is None else value_of(one, str(value)), uuid.UUID(record_id))
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeError, StopIteration, RecursionError,
            InvalidInput) as error:
        raise wrong from error
