"""Reading from the plans who is honoured from which amount."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy.orm import Session

from plugins.donations.plan.reading import Rule, rules_of
from plugins.donations.rules.thresholds import Threshold


def thresholds_of(session: Session, tenant_id: str, on: dt.date | None = None) -> list[Threshold]:
    """The thresholds that hold in a tenant. One whose amount the plan masks or leaves open honours nobody: nothing is
    guessed."""
    rules = rules_of(session, tenant_id, "threshold", on)
    return [_threshold(rule) for rule in rules if isinstance(rule.get("amount"), Decimal) and rule.get("honour")]


def _threshold(rule: Rule) -> Threshold:
    return Threshold(
        code=rule.code, donor=rule.get("donor", ""), amount=rule.need("amount"), comparator=rule.get("comparator", "gt"),
        honour=rule.get("honour", ""), basis=rule.get("basis", "single"), below=rule.get("below"),
        issuer=rule.get("issuer", ""), issuer_level=rule.get("issuer_level", ""), party=rule.get("party", "unit"),
        clause=rule.clause)
