"""Whom the plan favours at admission: its preferences for a destination, judged by the facts of each applicant."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core.conditions import Condition, parse
from core.tenancy.parameters import Effective
from core.tenancy.queries import TenantPlace
from plugins.education_aid.models.admission import AdmissionRound
from plugins.education_aid.plan.vocabulary import VOCABULARY, title_of
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.queries.facts import Asked, gather
from plugins.education_aid.rules.admission import OFFSET, PRIORITY, TIE_BREAK, Preference
from plugins.education_aid.services.reading import PREFERENCE, Open, aid_grammar, in_force, tags_of

POOL = "pool"
_LISTS = ("home_tag", "school_tag")


@dataclass(frozen=True)
class Granted:
    """One preference with whom it is for. `share` is of a pool alone: its part of the places."""

    preference: Preference
    condition: Condition
    destination: str = ""
    share: Decimal | None = None


@dataclass
class Favours:
    """Who is favoured by what, and for whom that could not be said, with the facts that are missing."""

    by_person: dict[uuid.UUID, frozenset[str]] = field(default_factory=dict)
    open: dict[uuid.UUID, list[str]] = field(default_factory=dict)


def granted(session: Session, tenant: TenantPlace, round_: AdmissionRound) -> tuple[list[Granted], list[Open]]:
    """The preferences in force for a round's destination, and those that cannot be used, with why."""
    tags = tags_of(session, tenant, round_.facts_on)
    found, unused = [], list[Open]()
    for one in in_force(session, tenant, PREFERENCE, round_.facts_on, aid_grammar()):
        if one.value["kind"] not in (OFFSET, PRIORITY, TIE_BREAK, POOL) or one.value.get("destination", "") not in ("", round_.destination):
            continue
        made, why = _granted(one, tags)
        if made is None:
            entry = one.source.entry
            unused.append(Open(entry.code, entry.name, entry.clause, why))
        else:
            found.append(made)
    return found, unused


def elsewhere(session: Session, tenant: TenantPlace, round_: AdmissionRound) -> list[Granted]:
    """Priorities of other destinations, to which those without a place may be passed on."""
    tags = tags_of(session, tenant, round_.facts_on)
    made = [_granted(one, tags)[0] for one in in_force(session, tenant, PREFERENCE, round_.facts_on, aid_grammar())
            if one.value["kind"] == PRIORITY and one.value.get("destination", "") not in ("", round_.destination)]
    return [one for one in made if one is not None]


def favours(session: Session, tenant: TenantPlace, round_: AdmissionRound, people: Iterable[uuid.UUID],
            given: Iterable[Granted]) -> Favours:
    """Judge every preference for these persons by their facts in the term and on the day of the round. Who is not enrolled
    in that term has no facts, and is said to lack them."""
    found, wanted = Favours(), list(given)
    for person, known in facts_of(session, tenant, round_, people, wanted):
        found.by_person[person] = frozenset(one.preference.code for one in wanted if one.condition.holds(known))
        missing = dict.fromkeys(name for one in wanted for name in one.condition.missing(known))
        if missing:
            found.open[person] = [title_of(name) for name in missing]
    return found


def facts_of(session: Session, tenant: TenantPlace, round_: AdmissionRound, people: Iterable[uuid.UUID],
             given: Sequence[Granted]) -> Iterator[tuple[uuid.UUID, Mapping[str, Any]]]:
    """Each of these persons with their facts in the round's term, as far as these preferences ask for them; read part by
    part, since a county has many more pupils than a round has applicants."""
    asked = Asked(tags=tags_of(session, tenant, round_.facts_on), names=[name for one in given for name in one.condition.facts])
    for part in in_parts(list(people)):
        known: dict[uuid.UUID, Mapping[str, Any]] = {}
        if given:
            gathered = gather(session, tenant.id, round_.school_year, round_.term, round_.facts_on, asked, part)
            known = {row.person_id: facts for row, facts in zip(gathered.rows, gathered.facts, strict=True)}
        yield from ((person, known.get(person, {})) for person in part)


def _granted(one: Effective, tags: Mapping[str, frozenset[str]]) -> tuple[Granted | None, str]:
    entry, value = one.source.entry, one.value
    condition, faults = parse(value.get("where") or {}, VOCABULARY)
    if faults:
        return None, faults[0].message
    unlisted = [code for leaf in condition.leaves() if leaf.fact.name in _LISTS for code in getattr(leaf, "codes", ()) if code not in tags]
    if unlisted:
        return None, f"名单 {'、'.join(unlisted)} 没有列出单位，核实后写进方案才能使用"
    share = value.get("share")
    if value["kind"] == POOL and not isinstance(share, int):
        return None, "单列计划的比例没有写明"
    points = value.get("points")
    preference = Preference(entry.code, entry.name, value["kind"], entry.clause, Decimal(points) if isinstance(points, int) else None)
    return Granted(preference, condition, value.get("destination", ""), Decimal(share) / 100 if isinstance(share, int) else None), ""
