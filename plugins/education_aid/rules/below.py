"""What a draft of an upper level comes to over its counties: counts and sums in yuan, and never a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

#: of a county: worked out, not enabled there, no run of the term, or failed
DONE, OFF, NONE, FAILED = "done", "off", "none", "failed"

County = Mapping[str, Any]


def total(counties: Iterable[County]) -> dict[str, Any]:
    """All counties that were worked out, added up as JSON keeps them: by item, fund, level and month."""
    done = [one for one in counties if one["state"] == DONE]
    items: dict[str, list[Any]] = {}
    for one in done:
        for code, (name, before, paid, after, due) in one["items"].items():
            _, was, was_paid, now, now_due = items.get(code, [name, 0, "0.00", 0, "0.00"])
            items[code] = [name, was + before, _sum((was_paid, paid)), now + after, _sum((now_due, due))]
    return {
        "counties": len(done), **{name: sum(one[name] for one in done) for name in ("children", "gainers", "losers")},
        "difference": _sum(one["difference"] for one in done), "items": items,
        "funds": _added(one["funds"] for one in done), "months": dict(sorted(_added(one["months"] for one in done).items())),
        "payers": _added({level_of(payer): amount} for one in done for payer, amount in one["payers"].items())}


def level_of(payer: str) -> str:
    """The level of a payer, without the place: "origin_county:620822" is "origin_county"."""
    return payer.partition(":")[0]


def _added(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for name, amount in part.items():
            found[name] += Decimal(amount)
    return {name: str(amount) for name, amount in found.items()}


def _sum(amounts: Iterable[str]) -> str:
    return str(sum(map(Decimal, amounts), Decimal("0.00")))
