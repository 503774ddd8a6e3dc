"""What becomes of a child of school age: where they stand, which case that is, and how such a case may be closed.

Counties sort those who are on the household register and on no school roll into eight kinds (RULES §6). Being returned,
or being registered elsewhere, ends a case; being nowhere to be found does not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from core.errors import N_

NEVER, SUSPECTED, DROPPED = "never", "suspected", "dropped"
KINDS = ((NEVER, N_("失学")), (SUSPECTED, N_("疑似辍学")), (DROPPED, N_("辍学")))
#: the eight kinds of the counties, in which an open case is sorted while it is looked into
CATEGORIES = (
    ("void", N_("死亡、重户、空挂户")), ("elsewhere", N_("已在外地取得学籍")), ("in_province", N_("省内就读未取得学籍")),
    ("out_province", N_("省外就读未取得学籍")), ("over_age", N_("超龄")), ("abroad", N_("出国（境）")),
    ("ill", N_("重病重残")), ("untraceable", N_("失联，查无下落")),
)
#: how a case ends; each with evidence
CLOSINGS = (
    ("returned", N_("已复学")), ("enrolled", N_("已入学")), ("registered", N_("核实在外地就读")), ("home_taught", N_("送教上门")),
    ("void", N_("核销户籍重复或空挂")), ("died", N_("死亡")), ("abroad", N_("随迁出国（境）")), ("over_age", N_("已超龄")),
    ("mistaken", N_("核实在校，登记有误")),
)
REASONS = (
    ("weary", N_("厌学")), ("poverty", N_("家庭困难")), ("illness", N_("疾病或残疾")), ("working", N_("外出务工")),
    ("marriage", N_("早婚")), ("away", N_("随父母外出，去向不明")), ("guardian", N_("监护缺失或失职")), ("religion", N_("宗教原因")),
    ("other", N_("其他")),
)


@dataclass(frozen=True)
class Child:
    """What is known of a child of the cohort. `running`: an enrolment stands in the term; `before`: there was one
    earlier; `ended`: how the last one ended; `absent`: days away in a row, None where nobody counts."""

    id: Hashable
    running: bool
    before: bool = False
    ended: str = ""
    absent: int | None = None


def case_of(child: Child, absence: int | None) -> str:
    """Which case a child is, "" for none. `absence`: after how many days away in a row a pupil counts as dropped out;
    a plan that does not say it leaves them suspected."""
    if child.running:
        if not child.absent:
            return ""
        return DROPPED if absence is not None and child.absent >= absence else SUSPECTED
    if not child.before:
        return NEVER
    return DROPPED if child.ended in ("dropped_out", "withdrawn") else SUSPECTED


def not_present(register: Iterable[Hashable], present: Iterable[Hashable]) -> list[Hashable]:
    """Those on a school's register who were not there when it was checked (EA-058)."""
    there = set(present)
    return [one for one in register if one not in there]


def unassigned(places: Iterable[Hashable], patches: Mapping[Hashable, Iterable[Hashable]]) -> list[Hashable]:
    """Places that nobody is in charge of (划片包抓, EA-055)."""
    taken = {place for held in patches.values() for place in held}
    return [place for place in places if place not in taken]


def doubly_assigned(patches: Mapping[Hashable, Iterable[Hashable]]) -> dict[Hashable, list[Hashable]]:
    """Places that more than one person is in charge of, with those persons."""
    found: dict[Hashable, list[Hashable]] = {}
    for person, held in patches.items():
        for place in held:
            found.setdefault(place, []).append(person)
    return {place: people for place, people in found.items() if len(people) > 1}
