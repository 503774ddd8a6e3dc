"""Numbers of identity documents in the ledgers of persons and staff: each judged by what its kind of document says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.ledgers import Proposed, Refusal
from core.ledgers.kinds import citizen_faults
from core.people.ledgers.common import ID_NUMBER
from core.registry.rules.documents import CITIZEN, EIGHTEEN, FORMS, Form

Wrong = Callable[[Mapping[str, Any]], Any]
OTHER_NAME = N_("已登记的人里有这个证件号，姓名却不同：只凭号码不能认作同一人，请核对姓名和证件号")


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


def by_other_numbers(rows: pl.DataFrame) -> pl.Series:
    """Rows with a number that is not built as GB 11643 says: two countries may give the same one."""
    if "id_number" not in rows.columns:
        return pl.repeat(False, rows.height, eager=True)
    return rows.select((~pl.col("id_number").str.contains(f"^{EIGHTEEN}$")).fill_null(False)).to_series()


def same_name(session: Session, tenant_id: str, rows: Sequence[Proposed]) -> list[Refusal]:
    """Nobody becomes another person because both have the same number of a passport or a pass."""
    numbers = pl.DataFrame({"id_number": [row.get("id_number") for row, _ in rows]}, schema={"id_number": pl.String})
    return [Refusal(at, "name", OTHER_NAME) for at, ((row, old), other) in enumerate(zip(rows, by_other_numbers(numbers), strict=True))
            if other and old is not None and row["name_key"] != old["name_key"]]
