"""Enrolments, staff and school attributes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.privacy.masks import mask_name
from core.registry.models import Enrolment, Person, SchoolFacts, Staff
from core.registry.permissions import Action
from core.registry.queries import get_record, list_enrolments
from core.registry.rules.identity import read_register_number
from core.registry.rules.names import clean_name, name_key
from core.registry.rules.words import ENDINGS, OWNERSHIPS, SCHOOL_KINDS, codes
from core.registry.services.numbers import read_number
from core.registry.services.writing import change, create, set_aside
from core.tenancy.stages import INCLUDES, STAGES

ENROLLED = phrase(N_("登记%(name)s就读"))
CHANGED = phrase(N_("变更%(name)s的就读记录"))
ENDED = phrase(N_("%(name)s的就读于 %(day)s 结束"))
REMOVED = phrase(N_("移除%(name)s的就读记录"))
STAFF_ENTERED = phrase(N_("登记教职工%(name)s"))
STAFF_CHANGED = phrase(N_("变更教职工%(name)s"))
STAFF_ENDED = phrase(N_("教职工%(name)s于 %(day)s 离岗"))


def enrol(session: Session, person: Person, unit_id: uuid.UUID, values: Mapping[str, Any], actor: Actor) -> Enrolment:
    """Enrol a person at a school for a term. One who studies elsewhere is entered at the county's own unit with the
    place and the school's name. Raises Conflict where the term has an enrolment that still runs."""
    checked = _checked(values)
    for other in list_enrolments(session, person.tenant_id, [person.id]):
        same = (other.school_year, other.term) == (checked["school_year"], checked.get("term", 1))
        if same and other.ended_on is None:
            raise Conflict(N_("本学期已有就读记录，转学请先结束原来的记录"))
    return create(session, Enrolment, person.tenant_id, unit_id, {**checked, "person_id": person.id}, actor,
                  action=Action.ENROLMENT_WRITE, sentence=ENROLLED(name=mask_name(person.name)))


def change_enrolment(session: Session, enrolment: Enrolment, values: Mapping[str, Any], actor: Actor, *,
                     on: dt.date | None = None, expected: int | None = None, reason: str = "") -> bool:
    """Change class, boarding or other facts of a term; `on` is the day from which it is so."""
    checked = _checked({"school_year": enrolment.school_year, "term": enrolment.term, "stage": enrolment.stage, **values})
    return change(session, enrolment, checked, actor, action=Action.ENROLMENT_WRITE, on=on, expected=expected,
                  reason=reason, sentence=CHANGED(name=_whose(session, enrolment)))


def end_enrolment(session: Session, enrolment: Enrolment, ended_on: dt.date, ending: str, actor: Actor, *,
                  reason: str = "") -> None:
    """End an enrolment: the first day the person is no longer there, and how it ended."""
    if ending not in codes(ENDINGS):
        raise InvalidInput(N_("结束方式须在所列之内"), fields={"ending": "请选择"})
    if enrolment.ended_on is not None:
        raise Conflict(N_("这段就读已于 %(day)s 结束"), day=enrolment.ended_on)
    if enrolment.begun_on is not None and ended_on < enrolment.begun_on:
        raise InvalidInput(N_("结束日期早于开始日期"), fields={"ended_on": f"不早于 {enrolment.begun_on}"})
    change(session, enrolment, {"ended_on": ended_on, "ending": ending}, actor, action=Action.ENROLMENT_WRITE,
           reason=reason, sentence=ENDED(name=_whose(session, enrolment), day=ended_on))


def remove_enrolment(session: Session, enrolment: Enrolment, actor: Actor, *, reason: str) -> None:
    """Take back an enrolment entered by mistake."""
    set_aside(session, enrolment, actor, action=Action.ENROLMENT_WRITE, reason=reason,
              sentence=REMOVED(name=_whose(session, enrolment)))


def create_staff(session: Session, tenant_id: str, unit_id: uuid.UUID, values: Mapping[str, Any], actor: Actor, *,
                 on: dt.date | None = None) -> Staff:
    """Enter someone who works at a school or office."""
    checked = _checked_staff(session, values)
    return create(session, Staff, tenant_id, unit_id, checked, actor, action=Action.STAFF_WRITE, on=on,
                  sentence=STAFF_ENTERED(name=mask_name(checked['name'])))


def change_staff(session: Session, staff: Staff, values: Mapping[str, Any], actor: Actor, *,
                 on: dt.date | None = None, expected: int | None = None, reason: str = "") -> bool:
    """Change post, rank, class or other facts; `on` is the day from which it is so."""
    checked = _checked_staff(session, {"name": staff.name, **values}, staff)
    return change(session, staff, checked, actor, action=Action.STAFF_WRITE, on=on, expected=expected, reason=reason,
                  sentence=STAFF_CHANGED(name=mask_name(staff.name)))


def end_staff(session: Session, staff: Staff, until: dt.date, state: str, actor: Actor, *, reason: str = "") -> None:
    """End a post: retired or left; `until` is the first day out of it."""
    if state not in ("retired", "left"):
        raise InvalidInput(N_("请选择退休，或者调出、离职"))
    if staff.until is not None:
        raise Conflict(N_("这个岗位已于 %(day)s 结束"), day=staff.until)
    change(session, staff, {"until": until, "state": state}, actor, action=Action.STAFF_WRITE, on=until, reason=reason,
           sentence=STAFF_ENDED(name=mask_name(staff.name), day=until))


def set_school_facts(session: Session, tenant_id: str, unit_id: uuid.UUID, values: Mapping[str, Any], actor: Actor, *,
                     facts: SchoolFacts | None = None, on: dt.date | None = None,
                     expected: int | None = None) -> SchoolFacts:
    """Note or change what a plan asks of a school: kind, stages, owner, ownership, approved, boarding."""
    _refuse_words(values)
    if facts is None:
        return create(session, SchoolFacts, tenant_id, unit_id, values, actor, action=Action.SCHOOL_WRITE, on=on,
                      sentence="登记学校属性")
    change(session, facts, values, actor, action=Action.SCHOOL_WRITE, on=on, expected=expected, sentence="变更学校属性")
    return facts


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if not isinstance(checked.get("school_year"), int) or checked.get("term", 1) not in (1, 2):
        raise InvalidInput(N_("请填写学年（如 2016 表示 2016—2017 学年）和学期"), fields={"school_year": "必填"})
    if checked.get("stage") not in STAGES or checked["stage"] in INCLUDES:
        raise InvalidInput(N_("学段须在所列之内"), fields={"stage": "请选择"})
    if checked.get("register_number"):
        register = read_register_number(checked["register_number"])
        if register.fault:
            raise InvalidInput(N_("学籍号有误"), fields={"register_number": "须为 G、L 或 J 加 18 位证件号样式，末位校验须相符"})
        checked["register_number"] = register.number
    return checked


def _checked_staff(session: Session, values: Mapping[str, Any], staff: Staff | None = None) -> dict[str, Any]:
    checked = dict(values)
    checked["name"] = clean_name(str(checked.get("name") or ""))
    if not checked["name"]:
        raise InvalidInput(N_("请填写姓名"), fields={"name": "必填"})
    checked["name_key"] = name_key(checked["name"])
    read_number(session, checked, staff)
    return checked


def _refuse_words(values: Mapping[str, Any]) -> None:
    kind, ownership = values.get("kind", ""), values.get("ownership", "public")
    stages = set(values.get("stages") or ())
    if (kind and kind not in codes(SCHOOL_KINDS)) or ownership not in codes(OWNERSHIPS) or not stages <= set(STAGES):
        raise InvalidInput(N_("学校类型、学段和办学性质须在所列之内"))


def _whose(session: Session, enrolment: Enrolment) -> str:
    return mask_name(get_record(session, Person, enrolment.tenant_id, enrolment.person_id).name)
