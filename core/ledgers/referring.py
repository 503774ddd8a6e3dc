"""Persons and households in the cells of ledgers: what an entered number or name stands for, and how one is shown."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import criterion
from core.errors import N_
from core.extensions.phrases import phrase
from core.host.ledgers import Field
from core.ledgers.context import Found
from core.ledgers.values import references, stored, unit_names
from core.privacy.vault import vault_of
from core.registry.models import Household, Person
from core.registry.queries import present
from core.registry.rules.documents import wanted_numbers
from core.registry.rules.names import name_key

T = TypeVar("T")
SEVERAL_PERSONS = phrase(N_("有 %(count)s 人叫“%(text)s”，请填证件号或学籍号"))
SEVERAL_HOUSEHOLDS = phrase(N_("有 %(count)s 户是“%(text)s”，请填户编号"))
_CHUNK = 400
#: kinds whose values are ids
REFERENCES = ("unit", "person", "household")


def find_persons(session: Session, tenant_id: str, scope: Scope, texts: Iterable[str]) -> Found:
    """Persons of the tenant by the number of a document or of the register, whole: who holds it may refer to them wherever they
    live. By name, or by the id a page sends, only within the scope; a name that several bear is refused."""
    wanted = list(texts)
    found: dict[str, uuid.UUID | str] = {}
    numbers = {text: forms for text in wanted if (forms := wanted_numbers(text))}
    found.update(_by_number(session, tenant_id, numbers))
    left = [text for text in wanted if text not in found]
    for part in _parts(left):
        ids = {text: uuid.UUID(text) for text in part if is_id(text)}
        keys = {text: name_key(text) for text in part if text not in ids}
        rows = session.execute(select(Person.id, Person.name_key).where(
            Person.tenant_id == tenant_id, criterion(Person, scope), present(Person),
            or_(Person.id.in_(list(ids.values())), Person.name_key.in_(list(keys.values()))))).all()
        there, named = {row.id for row in rows}, _grouped(rows)
        found.update({text: one for text, one in ids.items() if one in there})
        for text, key in keys.items():
            hits = named.get(key, [])
            if len(hits) == 1:
                found[text] = hits[0]
            elif hits:
                found[text] = SEVERAL_PERSONS(count=len(hits), text=text)
    return found


def _by_number(session: Session, tenant_id: str, numbers: Mapping[str, Sequence[str]]) -> Found:
    vault, keys = vault_of(session), dict[str, list[str]]()
    for text, forms in numbers.items():
        keys[text] = [key for number in forms for kind in ("id_number", "register_number") for key in vault.indexes(kind, number)]
    found: dict[str, uuid.UUID | str] = {}
    for part in _parts(list(keys)):
        asked = [key for text in part for key in keys[text]]
        rows = session.execute(select(Person.id, Person.id_number_key, Person.register_number_key).where(
            Person.tenant_id == tenant_id, present(Person),
            or_(Person.id_number_key.in_(asked), Person.register_number_key.in_(asked))).order_by(Person.id.desc())).all()
        known = {key: row.id for row in rows for key in (row.register_number_key, row.id_number_key) if key}
        found.update({text: known[key] for text in part for key in keys[text] if key in known})
    return found


def find_households(session: Session, tenant_id: str, scope: Scope, texts: Iterable[str]) -> Found:
    """Households of the tenant in scope by their number, or by the name of the head where only one bears it."""
    wanted, found = list(texts), dict[str, uuid.UUID | str]()
    for part in _parts(wanted):
        ids = {text: uuid.UUID(text) for text in part if is_id(text)}
        numbers = {text: unicodedata.normalize("NFKC", text).split("（")[0].split("(")[0].strip() for text in part}
        keys = {text: name_key(text) for text in part}
        rows = session.execute(select(Household.id, Household.number, Household.head_name_key).where(
            Household.tenant_id == tenant_id, criterion(Household, scope), present(Household),
            or_(Household.id.in_(list(ids.values())), Household.number.in_(list(numbers.values())),
                Household.head_name_key.in_(list(keys.values()))))).all()
        for text in part:
            hits = [row.id for row in rows if row.id == ids.get(text)] or [
                row.id for row in rows if row.number and row.number == numbers[text]] or [
                row.id for row in rows if row.head_name_key == keys[text]]
            if len(hits) == 1:
                found[text] = hits[0]
            elif hits:
                found[text] = SEVERAL_HOUSEHOLDS(count=len(hits), text=text)
    return found


def _grouped(rows: Iterable[Any]) -> dict[str, list[uuid.UUID]]:
    found: dict[str, list[uuid.UUID]] = {}
    for row in rows:
        found.setdefault(row.name_key, []).append(row.id)
    return found


def _parts(whole: Sequence[T]) -> Iterable[Sequence[T]]:
    for at in range(0, len(whole), _CHUNK):
        yield whole[at : at + _CHUNK]


def is_id(text: str) -> bool:
    """Whether a text is an id as pages send it."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def names_for(session: Session, rows: Sequence[Any], fields: Sequence[Field],
              entered: Iterable[Mapping[str, Any]] = ()) -> dict[uuid.UUID, str]:
    """What the units, persons and households that rows, and entered values, refer to are called: of a household
    its number, or the name of its head."""
    given = list(entered)
    wanted = {kind: references(rows, fields, kind) | {
        uuid.UUID(str(value)) for field in fields if field.kind == kind for values in given
        if (value := values.get(field.name))} for kind in REFERENCES}
    found = unit_names(session, wanted["unit"])
    for part in _parts(list(wanted["person"])):
        found.update({row.id: row.name for row in session.execute(
            select(Person.id, Person.name).where(Person.id.in_(part)))})
    for part in _parts(list(wanted["household"])):
        found.update({row.id: row.number or row.head_name for row in session.execute(
            select(Household.id, Household.number, Household.head_name).where(Household.id.in_(part)))})
    for field in fields:
        if field.names is not None:
            for part in _parts(sorted({value for row in rows if (value := stored(row, field)) is not None})):
                found.update(field.names(session, part))
    return found
