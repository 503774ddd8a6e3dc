"""Reading from the plans how many needs a village may put into the library."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from plugins.donations.plan.reading import rules_of
from plugins.donations.rules.needs import Library


def library_of(session: Session, tenant_id: str, on: dt.date | None = None) -> Library | None:
    """The library of a tenant; None where no plan sets a number, and any number may be put into it."""
    for rule in reversed(rules_of(session, tenant_id, "library", on)):
        if isinstance(rule.get("most"), int):
            return Library(rule.get("least", 0), rule.need("most"), rule.get("villages"), rule.clause)
    return None
