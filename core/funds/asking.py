"""How a list of movements is narrowed, read from an address or a job's arguments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.errors import N_, InvalidInput
from core.funds.pages import Asked
from core.funds.rules.words import MOVEMENTS

Form = Mapping[str, str]


def day_in(form: Form, name: str) -> dt.date | None:
    """A day, or None where nothing was written; raises InvalidInput for what is no day."""
    text = form.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput(N_("日期要写成 2016-10-17 这样"), {name: "不是日期"}) from None


def asked_in(args: Form) -> Asked:
    """How the list of movements is narrowed; what makes no sense is left out."""
    kind = args.get("kind", "") if args.get("kind", "") in MOVEMENTS else ""
    days: list[dt.date | None] = []
    for name in ("since", "until"):
        try:
            days.append(day_in(args, name))
        except InvalidInput:
            days.append(None)
    return Asked(kind, args.get("use", "")[:60], *days)
