"""The registry and outside lists as the frames that the rules compare. Numbers are opened for candidates alone,
in memory, and never leave it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import PlatformError
from core.matching.models import MatchCase, Source, SourceRow
from core.matching.rules.pairing import COLUMNS, Numbers
from core.privacy import vault_of
from core.registry.models import Guardian, Person
from core.registry.queries import present, schools_now
from core.registry.rules.names import name_keys

CHUNK = 500
_FACTS = ("name_key", "id_key", "birth", "village", "school")


class People:
    """Records of one table as a frame; `ids[ref]` is the record, `units[ref]` the unit it belongs to."""

    def __init__(self, frame: pl.DataFrame, ids: Sequence[uuid.UUID], units: Sequence[uuid.UUID], model: type[Any]) -> None:
        self.frame, self.ids, self.units, self.model = frame, ids, units, model


def persons(session: Session, tenant_id: str) -> People:
    """The persons of a tenant, each with the school they are at now and one guardian."""
    found = session.execute(select(Person.id, Person.unit_id, Person.name_key, Person.id_number_key, Person.birth_on)
                            .where(Person.tenant_id == tenant_id, present(Person)).order_by(Person.id)).all()
    schools = schools_now(session, tenant_id)
    rows = session.execute(select(Guardian.person_id, Guardian.name)
                           .where(Guardian.tenant_id == tenant_id, present(Guardian)).order_by(Guardian.id.desc())).all()
    guardians = dict(zip((row[0] for row in rows), name_keys(row[1] for row in rows), strict=True))
    frame = _frame((at, name, key, key is not None, born, unit.hex, _hex(schools.get(person)), guardians.get(person) or None)
                   for at, (person, unit, name, key, born) in enumerate(found))
    return People(frame, [row[0] for row in found], [row[1] for row in found], Person)


def rows_of(session: Session, source: Source) -> People:
    """The rows of a list that nobody has decided on by hand."""
    columns = (SourceRow.id, SourceRow.unit_id, SourceRow.name_key, SourceRow.id_number_key, SourceRow.id_fault,
               SourceRow.birth_on, SourceRow.village_id, SourceRow.school_id, SourceRow.guardian)
    found = session.execute(select(*columns).where(
        SourceRow.tenant_id == source.tenant_id, SourceRow.source_id == source.id, SourceRow.linked_by != "person",
        SourceRow.name_key != "").order_by(SourceRow.id)).all()
    guardians = name_keys(row.guardian for row in found)
    frame = _frame((at, row.name_key, None if row.id_fault else row.id_number_key, row.id_number_key is not None, row.birth_on,
                    _hex(row.village_id), _hex(row.school_id), guardian or None)
                   for at, (row, guardian) in enumerate(zip(found, guardians, strict=True)))
    return People(frame, [row.id for row in found], [row.unit_id for row in found], SourceRow)


def opener(session: Session, tenant_id: str, *sides: People) -> Numbers:
    """What opens the numbers of candidates on either side."""
    vault = vault_of(session)

    def numbers(side: int, refs: Sequence[int]) -> list[str | None]:
        people = sides[min(side, len(sides) - 1)]
        wanted = [people.ids[ref] for ref in refs]
        opened: dict[uuid.UUID, str] = {}
        model = people.model
        for part in chunks(wanted):
            for record_id, sealed in session.execute(select(model.id, model.id_number_sealed).where(
                    model.tenant_id == tenant_id, model.id.in_(part), model.id_number_sealed.is_not(None))):
                try:
                    opened[record_id] = vault.open(f"{model.__tablename__}.id_number", record_id, sealed)
                except PlatformError:
                    continue  # a damaged value proves nothing; the check of the vault reports it
        return [opened.get(record_id) for record_id in wanted]

    return numbers


def decided(session: Session, tenant_id: str) -> pl.DataFrame:
    """What people have decided about rows of earlier lists, by the facts that stood in them: the same facts beside
    the same person are the same question, and are not asked again."""
    columns = (MatchCase.person_id, MatchCase.state, SourceRow.name_key, SourceRow.id_number_key, SourceRow.id_fault,
               SourceRow.birth_on, SourceRow.village_id, SourceRow.school_id)
    found = session.execute(select(*columns).join(
        SourceRow, (SourceRow.tenant_id == MatchCase.tenant_id) & (SourceRow.id == MatchCase.other_id)).where(
        MatchCase.tenant_id == tenant_id, MatchCase.kind == "source", MatchCase.state.in_(("match", "different")))
        .order_by(MatchCase.decided_at)).all()
    rows = [(_facts(row.name_key, None if row.id_fault else row.id_number_key, row.birth_on, _hex(row.village_id), _hex(row.school_id)),
             row.person_id.hex, row.state) for row in found]
    frame = pl.DataFrame(rows, {"facts": pl.String, "person": pl.String, "decided": pl.String}, orient="row")
    return frame.unique(["facts", "person"], keep="last")


def with_facts(frame: pl.DataFrame) -> pl.DataFrame:
    """The facts of each row in the one form by which decisions are remembered."""
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in _FACTS]
    return frame.select("ref", facts=pl.concat_str(parts, separator="|"))


def _facts(name: str, key: str | None, born: dt.date | None, village: str | None, school: str | None) -> str:
    return "|".join((name, key or "", born.isoformat() if born else "", village or "", school or ""))


def _frame(rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=COLUMNS, orient="row")


def _hex(value: uuid.UUID | None) -> str | None:
    return value.hex if value else None


def chunks(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    """So many as one statement names."""
    for at in range(0, len(ids), CHUNK):
        yield ids[at : at + CHUNK]
