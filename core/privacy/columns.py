"""The three columns of a sensitive field, declared and filled in one way by every slice and plugin.

    id_number_sealed: Mapped[bytes | None] = sealed_column("id_number")
    id_number_key: Mapped[str | None] = key_column()
    id_number_mask: Mapped[str] = mask_column()
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import MappedColumn, mapped_column

from core.extensions import Base
from core.privacy.masks import mask_many
from core.privacy.vault import KINDS, Vault, normal_many

SEALED, KEYED, MASKED = "_sealed", "_key", "_mask"


def sealed_column(kind: str, owner: str = "id") -> MappedColumn[Any]:
    """The encrypted value; `kind` says how it is normalised, indexed and masked ("text": any other), `owner` names
    the column whose id it is sealed for. It is never part of a list, and is loaded only when somebody asks for it."""
    return mapped_column(LargeBinary, nullable=True, deferred=True, info={"kind": kind, "owner": owner})


def key_column() -> MappedColumn[Any]:
    """The keyed hash, to be indexed with the tenant before it."""
    return mapped_column(String(64), nullable=True)


def mask_column() -> MappedColumn[Any]:
    """What is shown in place of the value."""
    return mapped_column(String(80), default="")


@dataclass(frozen=True)
class Sensitive:
    """A sensitive field of a table: its name without ending, and its kind."""

    model: type[Any]
    name: str
    kind: str
    #: the column whose id the value is sealed for
    owner: str = "id"
    #: of a single column without key and mask: what it says it is sealed for
    alone: str = ""

    @property
    def purpose(self) -> str:
        """What a value is sealed for: table and field, unless the column says otherwise."""
        return self.alone or f"{self.model.__tablename__}.{self.name}"

    @property
    def sealed(self) -> str:
        """The column of the sealed value."""
        return self.name if self.alone else self.name + SEALED


def sensitive_fields(model: type[Any]) -> dict[str, Sensitive]:
    """The sensitive fields of a model, by name."""
    found = {}
    for column in model.__table__.columns:
        name = column.name.removesuffix(SEALED)
        if name != column.name:
            kind = column.info.get("kind", name if name in KINDS else "text")
            found[name] = Sensitive(model, name, kind, column.info.get("owner", "id"))
    return found


def every_sensitive_field() -> list[Sensitive]:
    """All sealed columns, in every table of core and of the plugins, in one order: also those that stand alone and
    say by `info={"purpose": …}` what they are sealed for."""
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return [found for _, model in sorted(models.items())
            for found in (*sensitive_fields(model).values(), *_standing_alone(model))]


def _standing_alone(model: type[Any]) -> list[Sensitive]:
    return [Sensitive(model, column.name, "text", column.info.get("owner", "id"), column.info["purpose"])
            for column in model.__table__.columns if "purpose" in column.info]


class Sealing(Sequence[bytes | None]):
    """Values sealed when they are asked for, each time anew: rows that turn out to be as they were need none, and those
    that are written may be sealed while others are under way."""

    def __init__(self, vault: Vault, purpose: str, owner_ids: Sequence[uuid.UUID], texts: Sequence[str | None]) -> None:
        self.vault, self.purpose, self.owner_ids, self.texts = vault, purpose, owner_ids, texts

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, at: int) -> bytes | None: ...

    @overload
    def __getitem__(self, at: slice) -> list[bytes | None]: ...

    def __getitem__(self, at: int | slice) -> bytes | list[bytes | None] | None:
        if isinstance(at, slice):
            return self._of(self.owner_ids[at], self.texts[at])
        return self._of([self.owner_ids[at]], [self.texts[at]])[0]

    def __iter__(self) -> Iterator[bytes | None]:
        return iter(self[:])

    def some(self, positions: Sequence[int]) -> Sealing:
        """Those at these positions."""
        return Sealing(self.vault, self.purpose, [self.owner_ids[at] for at in positions], [self.texts[at] for at in positions])

    def _of(self, owner_ids: Sequence[uuid.UUID], texts: Sequence[str | None]) -> list[bytes | None]:
        given = [text for text in texts if text]
        if len(given) == len(texts):
            return [*self.vault.seal_many(self.purpose, owner_ids, given)]
        owners = [owner for owner, text in zip(owner_ids, texts, strict=True) if text]
        sealed = iter(self.vault.seal_many(self.purpose, owners, given))
        return [next(sealed) if text else None for text in texts]


def triple(vault: Vault, model: type[Any], name: str, owner_id: uuid.UUID, text: str | None) -> dict[str, Any]:
    """The three columns' values for one record; without a text all are empty."""
    found = triples(vault, model, name, (owner_id,), (text,))
    return {column: values[0] for column, values in found.items()}


def triples(vault: Vault, model: type[Any], name: str, owner_ids: Sequence[uuid.UUID],
            texts: Sequence[str | None]) -> Mapping[str, Any]:
    """The same as columns for many records, in their order: a `Sealing` and lists. Numbers are kept in their one normal
    form, however they were typed."""
    field = sensitive_fields(model)[name]
    there = [at for at, text in enumerate(texts) if text]
    filled = [text for text in texts if text]
    number = field.kind in KINDS
    given = normal_many(field.kind, filled) if number and filled else filled

    def spread(values: list[Any], nothing: Any) -> list[Any]:
        if len(values) == len(texts):
            return values
        found = [nothing] * len(texts)
        for at, value in zip(there, values, strict=True):
            found[at] = value
        return found

    columns = model.__table__.columns
    found: dict[str, Sequence[Any]] = {name + SEALED: Sealing(vault, field.purpose, owner_ids, spread(given, None))}
    if name + KEYED in columns:
        found[name + KEYED] = spread(vault.index_many(field.kind, given, plain=not number), None)
    if name + MASKED in columns:
        found[name + MASKED] = spread(mask_many(field.kind, given), "")
    return found
