"""Numbers of identity documents in the ledgers of persons and staff: each judged by what its kind of document says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from core.ledgers.kinds import citizen_faults
from core.people.ledgers.common import ID_NUMBER
from core.registry.rules.documents import CITIZEN, EIGHTEEN, FORMS, Form

Wrong = Callable[[Mapping[str, Any]], Any]


def _misshapen(kind: str, form: Form) -> Wrong:
    return lambda row: (_kind(row) == kind) & ~row["id_number"].str.contains(f"^(?:{form.pattern})$")


def _faulty(fault: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Wrong:
    strict = [kind for kind, form in FORMS.items() if form.strict]
    return lambda row: (_kind(row).is_in(strict) & row["id_number"].str.contains(f"^{EIGHTEEN}$")
                        & fault(row["id_number"], row["id_number"]))


def _kind(row: Mapping[str, Any]) -> Any:
    return row["id_kind"].fill_null(CITIZEN)


#: message, and which rows are wrong: the form of each kind, then birthday and check sign of those that have them
CHECKS: tuple[tuple[str, Wrong], ...] = (
    *((form.wrong, _misshapen(kind, form)) for kind, form in FORMS.items()),
    *((message, _faulty(fault)) for fault, message in citizen_faults(ID_NUMBER.label)))
