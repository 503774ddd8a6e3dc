"""Erasing a person: who they were goes, what was paid stays.

A person's data are kept as long as a law or a plan needs them; then, or when somebody rightly asks, the name becomes a
mark, sealed values are destroyed, and earlier states with them. Amounts, dates and statuses stay countable. The
proof stands on the trail: what was erased where, and that nothing sealed is left.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, PlatformError, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.contract import Retained
from core.host.manager import PluginHost
from core.privacy.columns import KEYED, MASKED, SEALED, sensitive_fields
from core.registry.models import Enrolment, Guardian, Household, Past, Person, Staff, Status
from core.registry.permissions import Action
from core.registry.queries import TERM, list_merged_into
from core.registry.rules.documents import NONE
from core.registry.services.writing import flush
from core.tenancy.keeping import PUPILS, period
from core.trail.services import record

ERASED = phrase(N_("抹去 %(count)s 条人员记录的个人信息，金额与统计保留"))
#: what stands in place of a name
ANONYMOUS = N_("（已抹去）")
LEAST_REASON = 4
#: so many persons are asked about at once
ASKED = 1_000
PUPIL_RECORDS = N_("学生档案")


def retained(session: Session, hooks: PluginHost | None, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    """What core and every plugin need of persons (at most `ASKED`), why and until when; also what is over."""
    if hooks is None:
        return retained_here(session, tenant_id, person_ids)
    plugins = frozenset(found.slug for found in hooks.plugins)
    found: list[Retained] = hooks.collect("collect_retained", plugins, session=session, tenant_id=tenant_id,
                                          person_ids=person_ids)
    return found


def is_open(kept: Retained, day: dt.date) -> bool:
    """Whether the name has to stay on this day."""
    return kept.identity and (kept.until is None or kept.until >= day)


def retained_here(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    """What the registry itself needs: a pupil's record while they are at school, and the years after that the plan says."""
    still = func.max(case((Enrolment.ended_on.is_(None), TERM), else_=0))
    rows = session.execute(select(Enrolment.person_id, func.count(), func.max(TERM) == still, func.max(Enrolment.ended_on)).where(
        Enrolment.tenant_id == tenant_id, Enrolment.person_id.in_(person_ids), Enrolment.removed_at.is_(None))
        .group_by(Enrolment.person_id)).all()
    after = period(session, tenant_id, PUPILS) if rows else None
    found = [Retained(person_id, N_("在读学籍"), N_("学籍管理：在读期间须保留"), identity=True)
             for person_id, _, at_school, _ in rows if at_school]
    if after is not None:
        found += [Retained(person_id, PUPIL_RECORDS, after.rule, identity=True, until=after.until(left), count=count)
                  for person_id, count, _, left in rows if left]
    return found


def erase_person(session: Session, person: Person, actor: Actor, *, reason: str,
                 hooks: PluginHost | None = None) -> dict[str, int]:
    """Erase who a person was, with every record merged into theirs; gives how many rows of each table were
    cleaned. Raises RuleViolation where a law still needs the identity, naming what, which law and until when."""
    if person.state == "erased":
        raise Conflict(N_("这个人的信息已经抹去"))
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("请写明抹去的依据"), fields={"reason": "至少 4 个字"})
    merged = list_merged_into(session, person.tenant_id, [person.id])
    persons = [person, *(session.get_one(Person, (person.tenant_id, one)) for one in merged)]
    _refuse(session, hooks, persons)
    cleaned: dict[str, int] = {}
    for one in persons:
        if hooks is not None:
            hooks.notify("on_person_erased", session=session, tenant_id=one.tenant_id, person_id=one.id, actor=actor)
        else:
            forget(session, one.tenant_id, one.id)
        _count(cleaned, "registry_persons", 1)
    left = _left(session, persons)
    if left:
        raise PlatformError(N_("还有 %(count)d 处加密内容没有抹去，已全部撤回"), count=left)
    record(session, actor, Action.IDENTITY_ERASE, ERASED(count=len(persons)), reason=reason,
           subject=person.subject, tenant_id=person.tenant_id, unit_id=person.unit_id,
           after={"persons": [str(one.id) for one in persons], "sealed_left": 0})
    return cleaned


def forget(session: Session, tenant_id: str, person_id: uuid.UUID) -> None:
    """The registry's own part in an erasure."""
    person = session.get_one(Person, (tenant_id, person_id))
    head = person.relation == "户主" and person.household_id
    if head:
        session.execute(update(Household).where(
            Household.tenant_id == tenant_id, Household.id == person.household_id,
            Household.head_name_key == person.name_key).values(head_name=ANONYMOUS, head_name_key="")
            .execution_options(synchronize_session="fetch"))
    _blank(person, name=ANONYMOUS, name_key="", birth_on=None, address="", home_code="", ethnicity="", health="",
           medical_insurance=None, pension_insurance=None, id_kind=NONE, state="erased", extra={})
    touched: list[Any] = [person]
    for guardian in session.scalars(select(Guardian).where(
            Guardian.tenant_id == tenant_id, (Guardian.person_id == person_id) | (Guardian.guardian_person_id == person_id))):
        _blank(guardian, name=ANONYMOUS, extra={})
        touched.append(guardian)
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.tenant_id == tenant_id,
                                                             Enrolment.person_id == person_id)):
        _blank(enrolment, elsewhere_school="", extra={})
        touched.append(enrolment)
    for staff in session.scalars(select(Staff).where(Staff.tenant_id == tenant_id, Staff.person_id == person_id)):
        _blank(staff, name=ANONYMOUS, name_key="", birth_on=None, id_kind=NONE, extra={})
        touched.append(staff)
    session.execute(update(Status).where(Status.tenant_id == tenant_id, Status.subject_id == person_id)
                    .values(note="").execution_options(synchronize_session="fetch"))
    ids = [row.id for row in touched]
    session.execute(delete(Past).where(Past.tenant_id == tenant_id, Past.subject_id.in_(ids))
                    .execution_options(synchronize_session="fetch"))
    if head:
        _forget_head(session, tenant_id, person)
    flush(session)


def _forget_head(session: Session, tenant_id: str, person: Person) -> None:
    """Earlier states of the household name its head as well."""
    for kept in session.scalars(select(Past).where(Past.tenant_id == tenant_id,
                                                   Past.subject_id == person.household_id)):
        kept.values = {**kept.values, "head_name": ANONYMOUS, "head_name_key": ""}


def _blank(row: Any, **values: Any) -> None:
    for name in sensitive_fields(type(row)):
        for ending, value in ((SEALED, None), (KEYED, None), (MASKED, "")):
            setattr(row, name + ending, value)
    for name, value in values.items():
        setattr(row, name, value)


def _refuse(session: Session, hooks: PluginHost | None, persons: Sequence[Person]) -> None:
    day = today()
    needed = [kept for kept in retained(session, hooks, persons[0].tenant_id, [one.id for one in persons]) if is_open(kept, day)]
    if needed:
        raise RuleViolation(N_("还不能抹去：%(reasons)s"), rule="retention", reasons="；".join(
            f"{kept.what} {kept.count} 条（{kept.law}，{f'至 {kept.until}' if kept.until else '期限未到'}）" for kept in needed))


def _left(session: Session, persons: Iterable[Person]) -> int:
    count = 0
    for person in persons:
        for model, column in ((Person, "id"), (Guardian, "person_id"), (Enrolment, "person_id"), (Staff, "person_id")):
            for name in sensitive_fields(model):
                sealed = getattr(model, name + SEALED)
                count += len(session.scalars(select(model.id).where(
                    model.tenant_id == person.tenant_id, getattr(model, column) == person.id,
                    sealed.is_not(None))).all())
    return count


def _count(cleaned: dict[str, int], table: str, number: int) -> None:
    cleaned[table] = cleaned.get(table, 0) + number
