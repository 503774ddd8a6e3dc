"""贯通培养: stages that follow one another for so many years (9＋3＋3), where a pupil stands in them and when they end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import N_, InvalidInput
from core.tenancy.stages import INCLUDES

ACTIVE, FINISHED, LEFT = "active", "finished", "left"
STATES = ((ACTIVE, N_("在读")), (FINISHED, N_("已完成")), (LEFT, N_("已退出")))
#: endings of a school record that take a pupil out of the pathway
OUT = ("dropped_out", "withdrawn", "died")
NONE, OFF, LATE, STEP, GONE, END, FINE = "none", "off", "late", "step", "gone", "end", "fine"
FINDINGS: Mapping[str, str] = {
    NONE: N_("没有就读记录"), OFF: N_("就读学段不在贯通之内"), LATE: N_("已过预计结束日期"), STEP: N_("进入下一学段，待转段"),
    GONE: N_("学籍已中断"), END: N_("最后学段已毕业，待办结"), FINE: N_("正常"),
}
#: what somebody has to look after; the others the platform can settle
GAPS = (NONE, OFF, LATE)


@dataclass(frozen=True)
class Part:
    """One part of a pathway. `primary` says how many years of the nine are primary school."""

    stage: str
    years: int
    primary: int | None = None

    @property
    def stages(self) -> tuple[str, ...]:
        """The single stages it stands for."""
        return INCLUDES.get(self.stage, (self.stage,))


@dataclass(frozen=True)
class Pathway:
    """A pathway of the plan."""

    code: str
    name: str
    clause: str
    parts: tuple[Part, ...]

    @property
    def years(self) -> int:
        """From the first grade to the end."""
        return sum(part.years for part in self.parts)

    @property
    def stages(self) -> tuple[str, ...]:
        """Every single stage, in order."""
        return tuple(stage for part in self.parts for stage in part.stages)


def years_before(pathway: Pathway, stage: str, grade: int) -> int:
    """Whole years of the pathway that lie before the beginning of a grade; grades count within their stage.

    Raises InvalidInput for a stage or grade the pathway does not have, and where the plan does not say how its nine
    years are divided.
    """
    before = 0
    for part in pathway.parts:
        if stage in part.stages:
            return before + _within(pathway, part, stage, grade)
        before += part.years
    raise InvalidInput(N_("“%(pathway)s”没有这个学段"), fields={"stage": N_("不在贯通的学段之内")}, pathway=pathway.name)


def _within(pathway: Pathway, part: Part, stage: str, grade: int) -> int:
    first, last = 0, part.years
    if part.stage != stage:
        if part.primary is None:
            raise InvalidInput(N_("“%(pathway)s”没有写明小学几年，算不出预计结束日期"), pathway=pathway.name)
        first, last = (0, part.primary) if stage == "primary" else (part.primary, part.years)
    if not 1 <= grade <= last - first:
        raise InvalidInput(N_("年级超出这个学段的年数"), fields={"grade": N_("年级按学段内数，不超过这个学段的年数")})
    return first + grade - 1


def expected_end(pathway: Pathway, stage: str, grade: int, since: dt.date) -> dt.date:
    """The day on which a pupil who began a grade on `since` will have gone the whole way."""
    year = since.year + pathway.years - years_before(pathway, stage, grade)
    day = 28 if (since.month, since.day) == (2, 29) else since.day
    return since.replace(year=year, day=day)


@dataclass(frozen=True)
class Standing:
    """What the registry says of a pupil's newest schooling."""

    stage: str = ""
    grade: int | None = None
    since: dt.date | None = None
    running: bool = False
    ending: str = ""


def judge(pathway: Pathway, stage: str, expected: dt.date | None, found: Standing | None, today: dt.date) -> str:
    """How a pupil of the pathway stands by the registry: one of FINDINGS."""
    if found is None:
        return NONE
    if found.ending in OUT:
        return GONE
    if found.stage not in pathway.stages:
        return OFF
    order = pathway.stages
    if order.index(found.stage) > order.index(stage):
        return STEP
    if found.stage == order[-1] and found.ending == "graduated":
        return END
    if not found.running:
        return NONE
    return LATE if expected is not None and expected < today else FINE
