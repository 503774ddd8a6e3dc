"""Targets of the plan in a year, with what was counted and how they stand; numbers of places spread over a list of units."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, RuleViolation
from core.extensions import Actor, today
from core.tenancy.parameters import Effective
from core.tenancy.queries import TenantPlace, get_tenant
from core.units.models import Unit
from plugins.education_aid.models.offers import TargetValue
from plugins.education_aid.plan import wording
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.rules import targets
from plugins.education_aid.rules.targets import MET, MISSED, OPEN, Verdict
from plugins.education_aid.services.reading import TARGET, aid_grammar, in_force, tags_of

SHARE, COUNT, BALANCE = "share", "count", "balance"


@dataclass(frozen=True)
class Standing:
    """A target and how it stands. `why` says what is missing where it is open; `apart` by how much its printed parts miss
    the printed whole."""

    code: str
    name: str
    clause: str
    said: str
    measure: str
    counted: int | None
    base: int | None
    verdict: Verdict
    why: str = ""
    parts: tuple[int, ...] = ()
    apart: int = 0
    spread: tuple[tuple[str, int], ...] = ()


def day_of(year: int) -> dt.date:
    """The day whose plan counts for a year: its last, or today while it runs."""
    return min(dt.date(year, 12, 31), today())


def standings(session: Session, tenant: TenantPlace, year: int, values: Sequence[TargetValue]) -> list[Standing]:
    """Every target in force in a year, with the sums of the values given."""
    day = day_of(year)
    tags = tags_of(session, tenant, day)
    return [_standing(session, one, [row for row in values if row.target == one.source.entry.code], tags)
            for one in in_force(session, tenant, TARGET, day, aid_grammar())]


def _standing(session: Session, one: Effective, values: Sequence[TargetValue], tags: Mapping[str, frozenset[str]]) -> Standing:
    entry, value = one.source.entry, one.value
    counted = sum(row.counted for row in values) if values else None
    bases = [row.base for row in values if row.base is not None]
    base = sum(bases) if bases and len(bases) == len(values) else None
    verdict, why = judged(value, counted, base)
    parts = tuple(part for part in value.get("parts") or () if isinstance(part, int))
    wanted = _number(value.get("wanted"))
    units, unlisted = _spread(session, value, wanted, tags)
    return Standing(entry.code, entry.name, entry.clause, wording.target(value), value["measure"], counted, base, verdict, why or unlisted,
                    parts, targets.parts_differ(parts, wanted) if parts and wanted is not None else 0, units)


def judged(value: Mapping[str, Any], counted: int | None, base: int | None) -> tuple[Verdict, str]:
    """How a target stands by what was counted; why it is open where it is."""
    if counted is None:
        return Verdict(OPEN), N_("还没有填报数")
    wanted, tolerance = _number(value.get("wanted")), _number(value.get("tolerance"))
    within = None if tolerance is None else Decimal(tolerance)
    if value["measure"] != COUNT and not base:
        return Verdict(OPEN), N_("缺分母，或者两者中的另一个数")
    if value["measure"] == BALANCE:
        verdict = targets.balance(counted, base or 0, within)
    elif wanted is None:
        return Verdict(OPEN), N_("缺参数：目标数没有写明")
    elif value["measure"] == SHARE:
        verdict = targets.share(counted, base or 0, value.get("comparator", targets.AT_LEAST), Decimal(wanted), within)
    else:
        verdict = _counted(counted, wanted, value.get("comparator", targets.AT_LEAST), within)
    return verdict, N_("缺参数：允许的差距没有写明") if verdict.state == OPEN else ""


def _counted(done: int, wanted: int, comparator: str, tolerance: Decimal | None) -> Verdict:
    verdict = targets.count(done, wanted)
    if comparator == targets.AT_LEAST:
        return verdict
    if comparator == targets.AT_MOST:
        return Verdict(MET if done <= wanted else MISSED, verdict.rate)
    if tolerance is None:
        return Verdict(OPEN, verdict.rate)
    return Verdict(MET if abs(done - wanted) * 100 <= tolerance * wanted else MISSED, verdict.rate)


def _spread(session: Session, value: Mapping[str, Any], wanted: int | None,
            tags: Mapping[str, frozenset[str]]) -> tuple[tuple[tuple[str, int], ...], str]:
    """The number of a target over the units of its list, each alike; why not where the list is not printed."""
    tag = value.get("spread")
    if not tag or wanted is None:
        return (), ""
    if not tags.get(str(tag)):
        return (), N_("名单没有列出单位，核实后写进方案才能分配")
    given = targets.spread(wanted, dict.fromkeys(sorted(tags[str(tag)]), 1))
    names = {row.code: row.name for part in in_parts(list(given)) for row in session.execute(
        select(Unit.code, Unit.name).where(Unit.code.in_(part)))}
    return tuple((names.get(code, code), number) for code, number in given.items()), ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def guard(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After values were written: each is of a target that the plan has in its year."""
    tenant = get_tenant(session, tenant_id)
    found = {row for part in in_parts(ids) for row in session.execute(
        select(TargetValue.target, TargetValue.year).where(TargetValue.tenant_id == tenant_id, TargetValue.id.in_(part)))}
    for year in sorted({row.year for row in found}):
        known = {one.source.entry.code for one in in_force(session, tenant, TARGET, day_of(year), aid_grammar())}
        unknown = sorted({row.target for row in found if row.year == year} - known)
        if unknown:
            raise RuleViolation(N_("%(year)d 年的方案没有编号为 %(codes)s 的目标"), rule="target-unknown",
                                year=year, codes="、".join(unknown))
