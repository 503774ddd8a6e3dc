"""Writing checked rows: in bulk, or one record at a time; always with the trail, never committing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.ledgers import Field, Ledger

Mode = Literal["create", "upsert", "update"]


@dataclass(frozen=True)
class Stored:
    """How many rows were new, changed, or the same as before, and the ids of the first two, in their order."""

    created: int
    updated: int
    unchanged: int
    ids: Sequence[uuid.UUID]


def store(session: Session, ledger: Ledger, tenant_id: str, frame: pl.DataFrame, actor: Actor, mode: Mode = "upsert", *,
          unit_id: uuid.UUID | None = None, fields: Sequence[Field] | None = None, sentence: str = "",
          reason: str = "") -> Stored:
    """Write rows that `check_frame` found good. `create`: all are new. `upsert`: a row whose natural key (the
    fields with `key`) is there already changes it, the others are new. `update`: rows name their record in
    `id` and the version they were read at in `version`. Rows without a unit belong to `unit_id`."""
    raise NotImplementedError


def create(session: Session, ledger: Ledger, tenant_id: str, unit_id: uuid.UUID, values: dict[str, Any], actor: Actor, *,
           fields: Sequence[Field] | None = None) -> Any:
    """One new record from the values of `compile_schema`."""
    raise NotImplementedError


def update(session: Session, ledger: Ledger, row: Any, values: dict[str, Any], version: int, actor: Actor, *,
           fields: Sequence[Field] | None = None) -> Any:
    """Change one record that is still at this version, else `Conflict`."""
    raise NotImplementedError


def remove(session: Session, ledger: Ledger, row: Any, version: int, actor: Actor, *, reason: str = "") -> None:
    """Take one record away, so that it can be brought back by `restore`."""
    raise NotImplementedError


def restore(session: Session, ledger: Ledger, row: Any, actor: Actor) -> None:
    """Bring a removed record back."""
    raise NotImplementedError
