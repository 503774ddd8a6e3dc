"""Who of the guardians gets a message: each number once, and nobody who has refused."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from core.outreach.rules.words import FAILED, REFUSED, WAITING


@dataclass(frozen=True)
class Guardian:
    """What decides whether a guardian gets a message; of the number only its keyed hash and its mask."""

    id: uuid.UUID
    person_id: uuid.UUID
    unit_id: uuid.UUID
    phone_key: str | None
    phone_mask: str
    consent_kind: str = ""
    consent_on: dt.date | None = None
    consent_until: dt.date | None = None


@dataclass(frozen=True)
class Listed:
    """One delivery: to whom, and how it stands before anything is sent."""

    guardian: Guardian
    slot: str
    state: str
    reason: str = ""


def listed(guardians: Iterable[Guardian], refused: Collection[str], on: dt.date, *, consent: bool) -> Iterator[Listed]:
    """A delivery for each guardian; several records with one number are one guardian."""
    seen = set[str]()
    for one in guardians:
        slot = one.phone_key or one.id.hex
        if slot not in seen:
            seen.add(slot)
            yield Listed(one, slot, *_state(one, refused, on, consent))


def _state(one: Guardian, refused: Collection[str], on: dt.date, consent: bool) -> tuple[str, str]:
    if one.phone_key is None:
        return FAILED, "no_phone"
    if one.phone_key in refused:
        return REFUSED, "asked"
    return (REFUSED, "no_consent") if consent and not agreed(one, on) else (WAITING, "")


def agreed(one: Guardian, on: dt.date) -> bool:
    """Whether a consent, or being informed by law, holds on a day."""
    since, until = one.consent_on, one.consent_until
    return bool(one.consent_kind) and (since is None or since <= on) and (until is None or on <= until)
