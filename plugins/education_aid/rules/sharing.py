"""Who bears an award: a plan's share as `core.funds` allocates it (EA-003, 011, 016, 032, 035)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.funds.rules.sharing import Allocation, Share, allocate

#: how an allocation is kept with an award: payer → yuan, a payer that is a place as "payer:code"; "" is unallocated
UNALLOCATED = ""


def share_of(table: Mapping[str, Any] | None) -> Share:
    """The share that a plan's table states; without one nobody has said who pays."""
    parts = list((table or {}).get("parts", ()))
    owners = [part["owner"] for part in parts if part.get("owner")]
    if owners:
        return Share(cases={owner: _of([part for part in parts if part.get("owner") == owner]) for owner in dict.fromkeys(owners)})
    return _of(parts)


def shared(amount: Decimal, share: Share, *, owner: str = "", places: Mapping[str, str] | None = None) -> dict[str, str]:
    """An award's parts as it keeps them; they always add up to the amount."""
    return kept(allocate(amount, share, owner_level=owner, places=places))


def kept(found: Allocation) -> dict[str, str]:
    """An allocation as plain values."""
    parts: dict[str, Decimal] = {}
    for part in found.parts:
        name = f"{part.payer}:{part.place}" if part.place else part.payer
        parts[name] = parts.get(name, Decimal(0)) + part.amount
    if found.unallocated:
        parts[UNALLOCATED] = found.unallocated
    return {name: str(value) for name, value in parts.items()}


def _of(parts: list[Mapping[str, Any]]) -> Share:
    return Share(
        ratio=tuple((str(part["payer"]), Decimal(part["part"])) for part in parts if part.get("part")),
        amounts=tuple((str(part["payer"]), Decimal(str(part["amount"]))) for part in parts if part.get("amount") is not None),
        residual=next((str(part["payer"]) for part in parts if part.get("rest")), ""))
