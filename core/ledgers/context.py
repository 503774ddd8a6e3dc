"""What a check must know beyond the row itself: who enters it, where, and how names of units and persons resolve."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

#: a text as it was entered → the id it stands for, or the message that says why it stands for none
Found = Mapping[str, "uuid.UUID | str"]
#: asks for many texts at once, so that a million rows cost one look
Finder = Callable[[Iterable[str]], Found]


@dataclass(frozen=True)
class Context:
    """`finders` by kind (unit, person, household): `core.ledgers.finding.finders_for` makes them for a session, a
    tenant and a scope. With `partial` columns that are absent are not asked for (changing some columns of rows
    that are there). `optional` names fields that need no value although the ledger requires them."""

    finders: Mapping[str, Finder] = field(default_factory=dict)
    partial: bool = False
    optional: frozenset[str] = frozenset()
