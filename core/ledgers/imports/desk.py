"""Where an import happens, and what its steps share."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_, Conflict
from core.extensions import Actor
from core.host.ledgers import Field, Ledger
from core.ledgers.columns import fields_for
from core.ledgers.imports import queries
from core.ledgers.imports.judging import ERRORS, Corrections
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.sheets import Column, Sheet
from core.ledgers.imports.staging import Staging, columns_of, frame_of, sheet_of
from core.trail.services import record
from core.units.models import Unit

UNIT = "unit_id"


@dataclass(frozen=True)
class Desk:
    """Where an import happens: the ledger, the unit and tenant, who works and how far they reach."""

    ledger: Ledger
    tenant_id: str
    unit: Unit
    actor: Actor
    scope: Scope
    staging: Staging

    def fields(self, session: Session) -> tuple[Field, ...]:
        """The fields of the ledger here that a file may bring. A row without a unit goes to the unit of the import,
        where the ledger allows it."""
        here = not self.ledger.levels or str(self.unit.level) in self.ledger.levels
        return tuple(replace(one, required=False) if one.name == UNIT and here else one
                     for one in fields_for(session, self.ledger, self.tenant_id) if one.imported)


def labels_of(fields: Collection[Field]) -> list[str]:
    """Every header a file for these fields may have."""
    return [label for one in fields for label in (one.label, *one.aliases)]


def sheet_at(desk: Desk, found: Import) -> Sheet:
    """The list as it was read from the file."""
    return sheet_of(desk.staging.open(found.source_sheet))


def columns_at(desk: Desk, found: Import) -> tuple[Column, ...]:
    """Its columns alone."""
    return columns_of(desk.staging.pieces(found.source_sheet))


def errors_of(desk: Desk, found: Import) -> pl.DataFrame:
    """The errors of the last check: row, column letter, field, value, message."""
    return frame_of(desk.staging.open(found.errors_file)) if found.errors_file else pl.DataFrame(schema=ERRORS)


def corrections_of(desk: Desk, found: Import) -> Corrections:
    """What was put right in the browser so far."""
    return Corrections.loaded(json.loads(desk.staging.open(found.corrections))) if found.corrections else Corrections()


def keep_corrections(session: Session, desk: Desk, found: Import, corrections: Corrections) -> None:
    """Seal what was put right beside the file; it has to be judged anew."""
    desk.staging.remove_after(session, [found.corrections])
    found.corrections = desk.staging.keep(json.dumps(corrections.dumped(), ensure_ascii=False).encode())
    found.state = State.MAPPED


def changing(session: Session, found: Import) -> Import:
    """The import, held for a change of what would be stored."""
    found = queries.locked(session, found)
    if found.state == State.DISCARDED or (found.state == State.CONFIRMED and not found.counts.get("bad")):
        raise Conflict(N_("这次导入已经结束，不能再改"))
    found.turn += 1
    return found


def let_go(session: Session, staging: Staging, found: Import) -> None:
    """Personal data stay on disk no longer than they are needed."""
    staging.remove_after(session, found.files)
    found.source = found.source_sheet = found.corrections = found.rows_file = found.errors_file = ""


def trail(session: Session, desk: Desk, found: Import, sentence: str, after: dict[str, Any]) -> None:
    record(session, desk.actor, desk.ledger.write, sentence, subject=f"import:{found.id}", tenant_id=desk.tenant_id,
           unit_id=found.unit_id, after=after)
