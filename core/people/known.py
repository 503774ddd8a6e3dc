"""Which stored persons the rows of a list mean, and which rows say that somebody became somebody else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.ledgers import Proposed, Refusal
from core.registry.models import Person
from core.registry.queries import present
from core.registry.rules.names import clean_name, name_key

#: where somebody lives, the key of the name, and the birthday
Triple = tuple[uuid.UUID, str, dt.date]
_ASKED = 500
OTHER_NAME = N_("已登记的人里有这个证件号，姓名却不同：只凭号码不能认作同一人，请核对姓名和证件号；确是改了名的，请先在原记录上更正")
TWICE = N_("同村已有同名同出生日期、没有证件号的人，这一行像是重复的；确是两个人，请填上证件号")


def may_be_known(rows: pl.DataFrame) -> pl.Series:
    """Rows of whom `same_person` may have something to say: those of stored records that name a number, and those
    without any."""
    if "id_number" not in rows.columns:
        return pl.repeat("id" not in rows.columns, rows.height, eager=True)
    number = rows["id_number"]
    return number.is_not_null() if "id" in rows.columns else number.is_null()


def same_name(session: Session, tenant_id: str, rows: Sequence[Proposed]) -> list[Refusal]:
    """Nobody becomes another person because the number of one stands in the row of another: ID and name agree, or a
    person decides."""
    return [Refusal(at, "name", OTHER_NAME) for at, (row, old) in enumerate(rows)
            if old is not None and row.get("id_number") and row["name_key"] != old["name_key"]]


def same_person(session: Session, tenant_id: str, rows: Sequence[Proposed]) -> list[Refusal]:
    """The same, and nobody without a number is entered twice in one village."""
    said = same_name(session, tenant_id, rows)
    new = {at: triple for at, (row, old) in enumerate(rows) if old is None and not row.get("id_number")
           and (triple := _triple(row["unit_id"], row.get("name"), row.get("birth_on"))) is not None}
    seen = set(_stored(session, tenant_id, set(new.values())))
    for at, triple in new.items():
        if triple in seen:
            said.append(Refusal(at, "name", TWICE))
        seen.add(triple)
    return said


def by_village(session: Session, tenant_id: str, unit_id: uuid.UUID, rows: pl.DataFrame) -> Mapping[int, uuid.UUID]:
    """Positions of rows without a number and the stored person without one who bears the name, was born on the day and
    lives in the village; of rows that mean the same person the first alone. `unit_id` is where a row belongs that
    names no village."""
    if not {"name", "birth_on"} <= set(rows.columns):
        return {}
    absent = [pl.lit(None, pl.String).alias(name) for name in ("unit_id", "id_number") if name not in rows.columns]
    asked = rows.with_columns(absent).with_row_index("at").filter(pl.col("id_number").is_null())
    found: dict[Triple, int] = {}
    for at, name, born, unit in asked.select("at", "name", "birth_on", "unit_id").iter_rows():
        triple = _triple(uuid.UUID(str(unit)) if unit else unit_id, name, born)
        if triple is not None:
            found.setdefault(triple, at)
    there = _stored(session, tenant_id, found)
    return {at: there[triple] for triple, at in found.items() if triple in there}


def _triple(unit_id: uuid.UUID, name: Any, born: Any) -> Triple | None:
    return (unit_id, name_key(clean_name(name)), born) if name and born else None


def _stored(session: Session, tenant_id: str, asked: Collection[Triple]) -> dict[Triple, uuid.UUID]:
    """Persons of the tenant without a number, by what tells them apart; of two alike the one entered first."""
    names, found = sorted({name for _, name, _ in asked}), dict[Triple, uuid.UUID]()
    for at in range(0, len(names), _ASKED):
        statement = select(Person.id, Person.unit_id, Person.name_key, Person.birth_on).where(
            Person.tenant_id == tenant_id, Person.name_key.in_(names[at : at + _ASKED]), Person.id_number_key.is_(None),
            present(Person)).order_by(Person.id)
        for person_id, unit_id, key, born in session.execute(statement):
            if born is not None:
                found.setdefault((unit_id, key, born), person_id)
    return {triple: found[triple] for triple in asked if triple in found}
