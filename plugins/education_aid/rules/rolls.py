"""两库: of the members of poor households, who is a pupil, who is labour, who is neither, and about whom it cannot be said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.errors import N_

PUPIL, LABOUR, NEITHER, OPEN = "pupil", "labour", "neither", "open"
KINDS = ((PUPIL, N_("困难学生")), (LABOUR, N_("贫困家庭劳动力")), (NEITHER, N_("其他成员")), (OPEN, N_("无法判定")))
#: kinds that have a database of their own
KEPT = (PUPIL, LABOUR)
IN, OUT = "in", "left"
STATES = ((IN, N_("在库")), (OUT, N_("已出库")))


@dataclass(frozen=True)
class Terms:
    """What the plan counts: whose households are poor, from which age a member may be labour, which abilities are."""

    clause: str
    categories: tuple[str, ...]
    least_age: int
    abilities: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the registry says of one member on a day."""

    born: dt.date | None
    studies: bool
    #: a code of `core.registry.rules.words.LABOURS`; blank where nobody has said
    ability: str


def kind_of(facts: Facts, terms: Terms, on: dt.date) -> tuple[str, str]:
    """The kind of a member, and why in words. Whoever studies is a pupil whatever their age; nobody below the least age
    is labour (《劳动法》第十五条)."""
    if facts.studies:
        return PUPIL, N_("有当期就读记录")
    if facts.ability and facts.ability not in terms.abilities:
        return NEITHER, N_("没有劳动能力")
    if facts.born is None:
        return OPEN, N_("没有登记出生日期")
    if age_on(facts.born, on) < terms.least_age:
        return NEITHER, N_("未到劳动年龄，没有就读")
    if not facts.ability:
        return OPEN, N_("没有登记劳动能力")
    return LABOUR, N_("达到劳动年龄，有劳动能力")


def age_on(born: dt.date, on: dt.date) -> int:
    """Full years of age."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def reason_to_leave(now: str | None, dead: bool) -> str:
    """Why somebody leaves a database: what they have become, or that their household is no longer counted."""
    if dead:
        return N_("已死亡")
    if now is None:
        return N_("所在户不再属于困难户，或者已移出")
    return f"转为{dict(KINDS)[now]}"
