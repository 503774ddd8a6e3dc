"""Records whose process has frozen them: no ordinary change touches one, only a correction with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import N_, RuleViolation
from core.extensions.phrases import phrase
from core.host.ledgers import Ledger
from core.ledgers.values import written

FROZEN = "record-frozen"
HELD = phrase(N_("处于“%(state)s”，内容已冻结，只能在记录页“更正”并写明理由"))
NAMED = 3


def frozen(ledger: Ledger, state: str) -> bool:
    """Whether a record of the ledger in this state changes only by a correction."""
    return ledger.process is not None and state in ledger.process.frozen


def frozen_message(ledger: Ledger, state: str) -> str:
    """What is said at a frozen row of an import or of a file taken back."""
    assert ledger.process is not None
    return HELD(state=ledger.process.state(state).title)


def seen(ledger: Ledger, row: Any) -> dict[str, Any]:
    """What `refuse_frozen` asks of a record that was read as an object."""
    return {name: getattr(row, name) for name in ("state", ledger.naming.column)} if ledger.process is not None else {}


def refuse_frozen(ledger: Ledger, rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise RuleViolation when one of these stored rows is frozen."""
    if ledger.process is None:
        return
    held = [row for row in rows if row["state"] in ledger.process.frozen]
    if held:
        names = "、".join(written(row[ledger.naming.column], ledger.naming) for row in held[:NAMED])
        raise RuleViolation(N_("%(names)s等 %(count)s 条%(one)s处于“%(state)s”，内容已冻结；确有错误，请在记录页“更正”并写明理由"),
                            rule=FROZEN, clause=ledger.process.clause, names=names, count=len(held), one=ledger.one,
                            state=ledger.process.state(held[0]["state"]).title)
