"""人员台账, guardians, and the dated statuses of persons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g, url_for

from core.errors import N_
from core.extensions import today
from core.host.ledgers import Check, Field, Ledger
from core.people import deriving, documents, guarding, known, remembering
from core.people.ledgers.common import (
    BANK_CARD,
    BIRTH,
    HOUSEHOLD,
    ID_KIND,
    ID_NUMBER,
    PEOPLE,
    PERSON,
    PHONE,
    REGISTER_NUMBER,
    SEX,
    unit,
)
from core.people.ledgers.statuses import CHECKS, person_fields
from core.registry.models import Guardian, Person, Status
from core.registry.permissions import Action
from core.registry.rules import synonyms
from core.registry.rules.words import CONSENTS, HEALTHS, LABOURS, RELATIONS, SCHOOLINGS, SEXES, WORKS


def person_page(person_id: Any) -> str:
    """The page of a person at the working unit."""
    return url_for("registry.person", code=g.unit.code, person_id=person_id)


#: what the kind of a document says of its number
DOCUMENT_CHECKS = tuple(Check(("id_kind", "id_number"), "id_number", message, wrong) for message, wrong in documents.CHECKS)
#: what the identity number says against what was entered beside it
NUMBER_CHECKS = (
    Check(("birth_on",), "birth_on", N_("出生日期不能晚于今天"), lambda row: row["birth_on"] > today()),
    Check(("id_number", "birth_on"), "birth_on", N_("出生日期与证件号不一致，请核对哪一个抄错"),
          lambda row: deriving.birth_of(row["id_number"]) != row["birth_on"]),
    Check(("id_number", "sex"), "sex", N_("性别与证件号不一致，请核对哪一个抄错"),
          lambda row: deriving.sex_of(row["id_number"]) != row["sex"]),
)

PERSONS = Ledger(
    code="core.persons", title=N_("人员台账"), one=N_("人员"), model=Person, group=PEOPLE, order=10, icon="users",
    before_written=remembering.of(Person),
    read=Action.PERSON_READ, write=Action.PERSON_WRITE, export=Action.PERSON_EXPORT, title_of="name",
    only=(("state", "active"),), clause="EA-017",
    help=N_("一人一条，跟人走不跟学校走。证件号、电话、银行卡加密保存，列表只显示掩码；这里的改动自当天起算，此前的情况仍可查；自某日起的变更请到人员页办理。"),
    fields=(
        unit(N_("所在村或单位"), "所在村", "村", "行政村", "学校", "所在学校"),
        Field("name", N_("姓名"), "name", required=True, filter="prefix", sort=True, aliases=("学生姓名", "名字",
                                                                                              "姓 名", "成员姓名", "家庭成员姓名")),
        replace(SEX, choices=SEXES),
        replace(BIRTH, filter="range", sort=True),
        ID_KIND,
        replace(ID_NUMBER, key=True, document="id_kind"),
        HOUSEHOLD,
        Field("relation", N_("与户主关系"), "choice", choices=RELATIONS, listed=False, aliases=("与户主的关系", "户主关系", "关系")),
        PHONE,
        BANK_CARD,
        REGISTER_NUMBER,
        Field("ethnicity", N_("民族"), most=20, filter="equal", listed=False),
        Field("schooling", N_("文化程度"), "choice", choices=SCHOOLINGS, filter="choice", listed=False, aliases=("学历",)),
        Field("health", N_("健康状况"), "choice", choices=HEALTHS, synonyms=synonyms.HEALTHS, filter="choice", listed=False,
              aliases=("身体状况", "健康情况")),
        Field("labour", N_("劳动能力"), "choice", choices=LABOURS, synonyms=synonyms.LABOURS, filter="choice", listed=False,
              aliases=("劳动力", "劳动技能")),
        Field("work", N_("务工情况"), "choice", choices=WORKS, synonyms=synonyms.WORKS, filter="choice", listed=False,
              aliases=("务工状况", "务工状态", "外出务工情况", "务工区域", "打工情况")),
        Field("medical_insurance", N_("参加医疗保险"), "yes_no", listed=False,
              aliases=("医疗保险", "是否参加医疗保险", "是否参加新农合", "新农合", "是否参加城乡居民基本医疗保险", "城乡居民基本医疗保险")),
        Field("pension_insurance", N_("参加养老保险"), "yes_no", listed=False,
              aliases=("养老保险", "是否参加养老保险", "新农保", "是否参加城乡居民基本养老保险", "城乡居民基本养老保险")),
        Field("home_code", N_("户籍地代码"), most=20, listed=False, pattern="[0-9]{6}|[0-9]{9}|[0-9]{12}",
              pattern_hint=N_("户籍地不在本县时填 6、9 或 12 位区划代码"),
              aliases=("户籍所在地代码", "户籍区划代码")),
        Field("address", N_("住址"), most=200, listed=False, masked="address", aliases=("家庭住址", "家庭地址", "现住址", "地址")),
        Field("died_on", N_("死亡日期"), "date", listed=False, imported=False, editable=False),
    ),
    checks=(*DOCUMENT_CHECKS, *NUMBER_CHECKS), prepare=deriving.persons, judge=known.same_person, judged=known.may_be_known,
    else_known=known.by_village,
    page=lambda row: person_page(row.id))

GUARDIANS = Ledger(
    code="core.guardians", title=N_("监护人台账"), one=N_("监护人"), model=Guardian, group=PEOPLE, order=50, icon="user-heart",
    before_written=remembering.of(Guardian),
    read=Action.PERSON_READ, write=Action.PERSON_WRITE, export=Action.PERSON_EXPORT, title_of="name",
    help=N_("不满 14 周岁的孩子，公示和导出前须有监护人的同意，或写明履行法定职责并已告知。"),
    fields=(
        replace(PERSON, label=N_("被监护人"), key=True, aliases=("孩子", "学生", "学生身份证号", "被监护人证件号",
                                                                 "学生姓名", "学生证件号")),
        Field("name", N_("监护人姓名"), "name", required=True, key=True, filter="prefix", sort=True,
              aliases=("监护人", "家长姓名", "家长")),
        Field("relation", N_("与孩子关系"), most=20, aliases=("关系", "与学生关系", "监护关系")),
        replace(PHONE, label=N_("监护人电话"), aliases=("家长电话", "家长联系电话", "联系电话", *PHONE.aliases)),
        Field("consent_kind", N_("同意方式"), "choice", choices=CONSENTS, filter="choice"),
        Field("consent_on", N_("同意日期"), "date", aliases=("同意时间", "签字日期")),
        Field("consent_until", N_("同意截止"), "date", listed=False, help=N_("从这一天起不再有效；长期有效不填")),
        unit(N_("登记单位"), "学校"),
    ),
    checks=(
        Check(("consent_kind", "consent_on"), "consent_on", N_("同意的方式与日期要么都填，要么都不填"),
              lambda row: row["consent_kind"].is_null() != row["consent_on"].is_null()),
        Check(("consent_on", "consent_until"), "consent_until", N_("同意截止须晚于同意日期"),
              lambda row: row["consent_until"] <= row["consent_on"]),
    ),
    page=lambda row: person_page(row.person_id))

STATUSES = Ledger(
    code="core.statuses", title=N_("身份类别台账"), one=N_("身份类别"), model=Status, group=PEOPLE, order=40, icon="tag",
    read=Action.PERSON_READ, write=Action.PERSON_WRITE, export=Action.PERSON_EXPORT, title_of="subject_id",
    only=(("subject_kind", "person"),), fields=person_fields(), checks=CHECKS,
    help=N_("建档立卡、孤儿、残疾、留守等，都是有起止日期的事实；某一天是不是，看那一天。同一类不能重叠。"),
    prepare=deriving.is_kind("subject_kind", "person"), on_written=guarding.statuses,
    page=lambda row: person_page(row.subject_id))
