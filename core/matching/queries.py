"""All reads of lists and pairs within the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, get_scoped, scoped_count, scoped_page
from core.errors import N_, NotFound
from core.jobs.models import OPEN, Job
from core.matching.frames import chunks
from core.matching.models import Decision, MatchCase, Source, SourceRow
from core.registry.models import Guardian, Person
from core.registry.queries import present, schools_now
from core.units.queries import units_by_id


def list_sources(session: Session, scope: Scope, before: uuid.UUID | None = None, limit: int = 50) -> Page[Source]:
    """The newest lists in scope."""
    return scoped_page(session, Source, scope, before=before, limit=limit, where=[Source.removed_at.is_(None)])


def get_source(session: Session, scope: Scope, source_id: uuid.UUID) -> Source:
    """A list in scope, or NotFound."""
    found = get_scoped(session, Source, source_id, scope)
    if found.removed_at is not None:
        raise NotFound(N_("没有这份名单，或者它不在您的范围内"))
    return found


def get_sources(session: Session, scope: Scope, ids: Iterable[uuid.UUID]) -> list[Source]:
    """Some lists of one tenant, in the order asked for; NotFound where one is missing."""
    return [get_source(session, scope, source_id) for source_id in dict.fromkeys(ids)]


#: which rows of a list are asked for
WHICH = {"": N_("全部"), "matched": N_("已对上"), "review": N_("待核"), "unmatched": N_("本库没有"), "fault": N_("证件号有误")}
#: those that can be told before the list has been compared with the registry
OF_ITSELF = frozenset({"", "fault"})


def list_rows(session: Session, scope: Scope, source: Source, which: str = "", before: uuid.UUID | None = None,
              limit: int = 50) -> Page[SourceRow]:
    """Rows of a list in scope, the last first."""
    return scoped_page(session, SourceRow, scope, before=before, limit=limit,
                       where=[SourceRow.source_id == source.id, *_which(source, which)])


def count_rows(session: Session, scope: Scope, source: Source, which: str = "") -> int:
    """How many rows of a list are in scope."""
    return session.scalar(select(func.count(SourceRow.id)).where(
        criterion(SourceRow, scope), SourceRow.source_id == source.id, *_which(source, which))) or 0


def _which(source: Source, which: str) -> list[ColumnElement[bool]]:
    waiting = select(MatchCase.other_id).where(MatchCase.tenant_id == source.tenant_id, MatchCase.source_id == source.id,
                                               MatchCase.state.in_(("open", "later")))
    unlinked = SourceRow.person_id.is_(None)
    found: dict[str, list[ColumnElement[bool]]] = {
        "matched": [SourceRow.person_id.is_not(None)], "review": [unlinked, SourceRow.id.in_(waiting)],
        "unmatched": [unlinked, SourceRow.id.not_in(waiting)], "fault": [SourceRow.id_fault != ""]}
    return found.get(which, [])


def get_row(session: Session, scope: Scope, row_id: uuid.UUID) -> SourceRow:
    """A row in scope, or NotFound."""
    return get_scoped(session, SourceRow, row_id, scope)


def case_of(session: Session, row: SourceRow) -> MatchCase | None:
    """The decision that linked a row."""
    return session.scalar(select(MatchCase).where(MatchCase.tenant_id == row.tenant_id, MatchCase.other_id == row.id,
                                                  MatchCase.person_id == row.person_id).limit(1))


def is_under_way(session: Session, tenant_id: str, code: str) -> bool:
    """Whether a tenant's background work of this code is not over yet."""
    statement = select(Job.id).where(Job.tenant_id == tenant_id, Job.code == code, Job.state.in_(OPEN)).limit(1)
    return session.scalar(statement) is not None


def is_compared(source: Source) -> bool:
    """Whether the rows of a list, or of one on a page of lists, have been compared with the registry."""
    return "unmatched" in source.counts


def being_compared(session: Session, listed: Iterable[Source]) -> set[uuid.UUID]:
    """Which of these lists background work is not over with."""
    jobs = {one.job_id: one.id for one in listed if one.job_id is not None}
    if not jobs:
        return set()
    return {jobs[job_id] for job_id in session.scalars(select(Job.id).where(Job.id.in_(list(jobs)), Job.state.in_(OPEN)))}


def list_cases(session: Session, scope: Scope, state: str = "open", kind: str = "", source_id: uuid.UUID | None = None,
               before: uuid.UUID | None = None, limit: int = 30) -> Page[MatchCase]:
    """Pairs in scope, the newest first."""
    return scoped_page(session, MatchCase, scope, before=before, limit=limit, where=_cases(state, kind, source_id))


def count_cases(session: Session, scope: Scope, state: str = "open", most: int = 999) -> tuple[int, bool]:
    """How many pairs of a state are in scope, counted no further than `most`, and whether there are more."""
    return scoped_count(session, MatchCase, scope, where=_cases(state), most=most)


def _cases(state: str, kind: str = "", source_id: uuid.UUID | None = None) -> list[ColumnElement[bool]]:
    found = [MatchCase.state == state]
    if state in (Decision.OPEN, Decision.LATER):
        found.append(MatchCase.aside_by.is_(None))
    if kind:
        found.append(MatchCase.kind == kind)
    return [*found, MatchCase.source_id == source_id] if source_id else found


def get_case(session: Session, scope: Scope, case_id: uuid.UUID) -> MatchCase:
    """A pair in scope, or NotFound."""
    return get_scoped(session, MatchCase, case_id, scope)


@dataclass(frozen=True)
class Side:
    """One record of a pair as it is shown: no number but its mask."""

    id: uuid.UUID
    where: str
    name: str
    birth: str
    id_number: str
    place: str = ""
    school: str = ""
    guardian: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """What is compared, by its label."""
        return {N_("姓名"): self.name, N_("出生日期"): self.birth, N_("证件号"): self.id_number, N_("村或户籍地"): self.place,
                N_("学校"): self.school, N_("监护人"): self.guardian, **self.more}


#: of values that are shown masked, or of which a list has several writings, the rules say whether they agree
_AGREE = {N_("姓名"): ("same_name", ("near_name", "other_name")), N_("出生日期"): ("same_birth", ("near_birth", "other_birth")),
          N_("证件号"): ("same_id", ("near_id", "other_id", "faulty_id"))}


def compared(case: MatchCase, one: Side, other: Side) -> list[tuple[str, str, str, bool | None]]:
    """Label, both values, and whether they agree; None where one side says nothing. Values nobody has are left out."""
    found = []
    for label in dict.fromkeys([*one.values, *other.values]):
        here, there = one.values.get(label, ""), other.values.get(label, "")
        yes, no = _AGREE.get(label, ("", ()))
        same: bool | None = here == there if here and there else None
        if yes and case.reasons and same is not None:
            same = True if yes in case.reasons else False if set(no) & set(case.reasons) else None
        if here or there:
            found.append((label, here, there, same))
    return found


def sides_of(session: Session, cases: Sequence[MatchCase]) -> dict[uuid.UUID, tuple[Side, Side]]:
    """Both records of each pair; a pair of which one is gone is left out."""
    tenants = {case.tenant_id for case in cases}
    people = {person.id: person for tenant_id in tenants for person in _many(
        session, Person, tenant_id, [one for case in cases if case.tenant_id == tenant_id
                                     for one in (case.person_id, *([case.other_id] if case.kind == "registry" else []))])}
    rows = {row.id: row for tenant_id in tenants for row in _many(
        session, SourceRow, tenant_id, [case.other_id for case in cases if case.tenant_id == tenant_id and case.kind == "source"])}
    sources = {source.id: source for tenant_id in tenants for source in _many(
        session, Source, tenant_id, [case.source_id for case in cases if case.tenant_id == tenant_id and case.source_id])}
    known = _surroundings(session, list(people.values()), list(rows.values()))
    found = {}
    for case in cases:
        one = people.get(case.person_id)
        other: Side | None
        if case.kind == "neighbour":
            other = _neighbour(case)
        elif case.kind == "source":
            row = rows.get(case.other_id)
            other = _row_side(row, sources.get(row.source_id), known) if row else None
        else:
            second = people.get(case.other_id)
            other = _person_side(second, known) if second else None
        if one is not None and other is not None:
            found[case.id] = (_person_side(one, known), other)
    return found


@dataclass(frozen=True)
class _Known:
    units: dict[uuid.UUID, Any]
    schools: dict[uuid.UUID, uuid.UUID]
    guardians: dict[uuid.UUID, str]

    def name(self, unit_id: uuid.UUID | None) -> str:
        unit = self.units.get(unit_id) if unit_id else None
        return unit.name if unit else ""


def _surroundings(session: Session, people: Sequence[Person], rows: Sequence[SourceRow]) -> _Known:
    schools: dict[uuid.UUID, uuid.UUID] = {}
    guardians: dict[uuid.UUID, str] = {}
    for tenant_id in {person.tenant_id for person in people}:
        for part in chunks([person.id for person in people if person.tenant_id == tenant_id]):
            schools.update(schools_now(session, tenant_id, part))
            guardians.update(dict(session.execute(select(Guardian.person_id, Guardian.name).where(
                Guardian.tenant_id == tenant_id, Guardian.person_id.in_(part), present(Guardian))).all()))
    wanted = {person.unit_id for person in people} | set(schools.values()) | {row.unit_id for row in rows}
    return _Known(units_by_id(session, wanted) if wanted else {}, schools, guardians)


def _person_side(person: Person, known: _Known) -> Side:
    return Side(person.id, N_("本库"), person.name, str(person.birth_on or ""), person.id_number_mask, known.name(person.unit_id),
                known.name(known.schools.get(person.id)), known.guardians.get(person.id, ""))


def _row_side(row: SourceRow, source: Source | None, known: _Known) -> Side:
    return Side(row.id, source.title if source else "", row.name, str(row.birth_on or ""), row.id_number_mask,
                row.village or known.name(row.unit_id), row.school, row.guardian,
                {**({N_("类别"): row.category} if row.category else {})})


def _neighbour(case: MatchCase) -> Side:
    shown = case.other_shown
    return Side(case.other_id, shown.get("tenant", case.other_tenant), shown.get("name", ""), shown.get("birth", ""),
                shown.get("id_number", ""))


def _many(session: Session, model: type[Any], tenant_id: str, ids: Iterable[uuid.UUID]) -> list[Any]:
    found: list[Any] = []
    for part in chunks(sorted(set(ids))):
        found += session.scalars(select(model).where(model.tenant_id == tenant_id, model.id.in_(part)))
    return found
