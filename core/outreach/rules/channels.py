"""Whether a campaign went by as many channels, and by those, that the plan asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What the plan asks of a campaign. `least` is None where it prints no number."""

    clause: str
    channels: tuple[str, ...]
    least: int | None
    #: messages go only to those who have agreed, not to all but those who refused
    consent: bool = False


@dataclass(frozen=True)
class Reach:
    """What a campaign has, and what it still lacks."""

    used: tuple[str, ...]
    #: channels the plan names that were not used
    missing: tuple[str, ...]
    #: how many more are asked for: up to the plan's number, or all that it names where it prints none
    short: int

    @property
    def whole(self) -> bool:
        """As many channels as the plan asks for."""
        return not self.short


def reach(wanted: Wanted | None, used: Collection[str]) -> Reach:
    """Compare the channels used with those the plan names and with its number."""
    known: Sequence[str] = wanted.channels if wanted else ()
    found = tuple(dict.fromkeys(used))
    missing = tuple(one for one in known if one not in found)
    short = len(missing) if wanted is None or wanted.least is None else max(wanted.least - len(found), 0)
    return Reach(found, missing, short)
