"""Persons and their guardians: entering, changing, dying; one record through every stage and school."""

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
from core.registry.models import Guardian, Person
from core.registry.permissions import Action
from core.registry.queries import find_person_by_id, get_record
from core.registry.rules.identity import read_register_number
from core.registry.rules.names import clean_name, name_key
from core.registry.services.numbers import read_number
from core.registry.services.writing import bring_back, change, create, set_aside

ENTERED = phrase(N_("登记人员%(name)s"))
CHANGED, CORRECTED = phrase(N_("变更人员%(name)s")), phrase(N_("更正人员%(name)s"))
DIED = phrase(N_("登记%(name)s死亡"))
REMOVED = phrase(N_("移除人员%(name)s"))
BROUGHT_BACK = phrase(N_("恢复人员%(name)s"))
GUARDIAN_ENTERED = phrase(N_("登记%(name)s的监护人"))
GUARDIAN_CHANGED = phrase(N_("变更%(name)s的监护人"))
#: under this age the data are sensitive in themselves (个人信息保护法 arts 28, 31)
MINOR = 14


def create_person(session: Session, tenant_id: str, unit_id: uuid.UUID, values: Mapping[str, Any], actor: Actor, *,
                  on: dt.date | None = None) -> Person:
    """Enter a person. Birthday and sex are taken from the identity number where they are not given. Raises
    InvalidInput for a wrong number, Conflict where the tenant has that number already."""
    checked = _checked(session, values)
    number = checked.get("id_number")
    if number:
        _refuse_second(session, tenant_id, number)
    return create(session, Person, tenant_id, unit_id, checked, actor, action=Action.PERSON_WRITE, on=on,
                  sentence=ENTERED(name=mask_name(checked['name'])))


def change_person(session: Session, person: Person, values: Mapping[str, Any], actor: Actor, *,
                  on: dt.date | None = None, expected: int | None = None, reason: str = "") -> bool:
    """Change a person: `on` is the day from which it is so; without it, a mistake is corrected."""
    if person.state != "active":
        raise Conflict(N_("这个人的记录已归并或抹去，不能再改"))
    checked = _checked(session, values, person)
    number = checked.get("id_number")
    if number:
        _refuse_second(session, person.tenant_id, number, person)
    return change(session, person, checked, actor, action=Action.PERSON_WRITE, on=on, expected=expected, reason=reason,
                  sentence=(CHANGED if on else CORRECTED)(name=mask_name(person.name)))


def note_death(session: Session, person: Person, on: dt.date, actor: Actor, *, reason: str = "") -> None:
    """Note that a person has died; their record and history stay."""
    if person.died_on is not None:
        raise Conflict(N_("已登记过死亡日期 %(day)s"), day=person.died_on)
    change(session, person, {"died_on": on}, actor, action=Action.PERSON_WRITE, on=on, reason=reason,
           sentence=DIED(name=mask_name(person.name)))


def remove_person(session: Session, person: Person, actor: Actor, *, reason: str, expected: int | None = None) -> None:
    """Take a person entered by mistake off every list."""
    set_aside(session, person, actor, action=Action.PERSON_WRITE, expected=expected, reason=reason,
              sentence=REMOVED(name=mask_name(person.name)))


def restore_person(session: Session, person: Person, actor: Actor) -> None:
    """Undo a removal."""
    bring_back(session, person, actor, action=Action.PERSON_WRITE, sentence=BROUGHT_BACK(name=mask_name(person.name)))


def note_guardian(session: Session, person: Person, values: Mapping[str, Any], actor: Actor) -> Guardian:
    """Note who stands for a minor, with their consent where they have given it."""
    _refuse_consent(values)
    checked = {**values, "name": clean_name(str(values.get("name", "")))}
    if not checked["name"]:
        raise InvalidInput(N_("请填写监护人姓名"), fields={"name": "必填"})
    return create(session, Guardian, person.tenant_id, person.unit_id, {**checked, "person_id": person.id}, actor,
                  action=Action.PERSON_WRITE, sentence=GUARDIAN_ENTERED(name=mask_name(person.name)))


def change_guardian(session: Session, guardian: Guardian, values: Mapping[str, Any], actor: Actor, *,
                    on: dt.date | None = None, expected: int | None = None) -> bool:
    """Change a guardian, or note and withdraw a consent."""
    _refuse_consent({"consent_kind": guardian.consent_kind, "consent_on": guardian.consent_on, **values})
    person = get_record(session, Person, guardian.tenant_id, guardian.person_id)
    return change(session, guardian, values, actor, action=Action.PERSON_WRITE, on=on, expected=expected,
                  sentence=GUARDIAN_CHANGED(name=mask_name(person.name)))


def age_on(person: Person, day: dt.date) -> int | None:
    """Full years on a day; the years begin on the birthday. None where the birthday is not known."""
    born = person.birth_on
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def missing_consent(person: Person, guardians: list[Guardian], day: dt.date) -> str:
    """Why the data of a child under 14 may not be published or handed on: no guardian, or no consent that holds on
    the day. Empty where they may."""
    age = age_on(person, day)
    if age is None or age >= MINOR:
        return ""
    if not guardians:
        return N_("不满 14 周岁，还没有登记监护人")
    holds = any(one.consent_on is not None and one.consent_on <= day
                and (one.consent_until is None or day < one.consent_until) for one in guardians)
    return "" if holds else N_("不满 14 周岁，监护人还没有同意")


def _checked(session: Session, values: Mapping[str, Any], person: Person | None = None) -> dict[str, Any]:
    checked = dict(values)
    if "name" in checked or person is None:
        checked["name"] = clean_name(str(checked.get("name") or ""))
        if not checked["name"]:
            raise InvalidInput(N_("请填写姓名"), fields={"name": "必填"})
        checked["name_key"] = name_key(checked["name"])
    read_number(session, checked, person)
    if checked.get("register_number"):
        register = read_register_number(checked["register_number"])
        if register.fault:
            raise InvalidInput(N_("学籍号有误"), fields={"register_number": "须为 G、L 或 J 加 18 位证件号样式，末位校验须相符"})
        checked["register_number"] = register.number
    return checked


def _refuse_second(session: Session, tenant_id: str, number: str, person: Person | None = None) -> None:
    other = find_person_by_id(session, tenant_id, number)
    if other is not None and (person is None or other.id != person.id):
        raise Conflict(N_("本县已有同一证件号的人员 %(name)s，请打开原来的记录，不要重复登记"), name=mask_name(other.name))


def _refuse_consent(values: Mapping[str, Any]) -> None:
    kind, day = values.get("consent_kind"), values.get("consent_on")
    if bool(kind) != bool(day):
        raise InvalidInput(N_("监护人同意须写明方式和日期"), fields={"consent_on": "方式与日期要么都填，要么都不填"})
