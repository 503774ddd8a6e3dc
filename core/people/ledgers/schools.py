"""学籍就读台账, staff, and what a plan may ask of a school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger
from core.people import deriving, guarding, known, remembering
from core.people.ledgers.common import (
    BIRTH,
    ID_KIND,
    ID_NUMBER,
    PEOPLE,
    PERSON,
    PHONE,
    REGISTER_NUMBER,
    SCHOOL,
    SEX,
    unit,
)
from core.people.ledgers.persons import DOCUMENT_CHECKS, NUMBER_CHECKS, person_page
from core.people.rules import grade_words
from core.registry.models import Enrolment, SchoolFacts, Staff
from core.registry.permissions import Action
from core.registry.rules import synonyms
from core.registry.rules.words import (
    DESTINATIONS,
    ENDINGS,
    ESTABLISHMENTS,
    LOCALITIES,
    OWNER_LEVELS,
    OWNERSHIPS,
    SCHOOL_KINDS,
    SEXES,
    STAFF_STATES,
)
from core.tenancy.stages import INCLUDES, STAGES

STAGE_WORDS = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)
#: the highest grade within a stage: 九年制 counts 小学 six and 初中 three, some places five and four
HIGHEST = {"preschool": 4, "primary": 6, "junior": 4, "senior": 3, "vocational": 5, "college": 5, "university": 6, "postgraduate": 6}
_NUMBERS = "一二三四五六七八九"
GRADE_WORDS = (
    *((f"{word}年级", at) for at, word in enumerate(_NUMBERS, 1)), *((f"{at}年级", at) for at in range(1, 10)),
    *((f"{at} 年级", at) for at in range(1, 13)),
    *((f"初{word}", at) for at, word in enumerate("一二三四", 1)), *((f"高{word}", at) for at, word in enumerate("一二三", 1)),
    *((f"大{word}", at) for at, word in enumerate("一二三四", 1)), *((f"中职{word}", at) for at, word in enumerate("一二三", 1)),
    ("小班", 1), ("中班", 2), ("大班", 3), ("学前班", 3), ("小小班", 1), ("托班", 1))
#: counted through, 七年级 is the first of 初中 (see `deriving.enrolments`)
_THROUGH = {"junior": 9, "senior": 12}


def _too_high(row: Mapping[str, Any]) -> Any:
    stage, grade = row["stage"], row["grade"]
    most = stage.replace_strict(list(HIGHEST), list(HIGHEST.values()), default=99, return_dtype=pl.Int64)
    through = stage.replace_strict(list(_THROUGH), list(_THROUGH.values()), default=0, return_dtype=pl.Int64)
    least = stage.replace_strict(["junior", "senior"], [7, 10], default=99, return_dtype=pl.Int64)
    return (grade > most) & ~((grade >= least) & (grade <= through))


def grade_called(stage: str, grade: int) -> str:
    """A grade as people say it, counted within its stage or through."""
    return grade_words(stage, deriving.within_stage(stage, grade))


ENROLMENTS = Ledger(
    code="core.enrolments", title=N_("学籍就读台账"), one=N_("就读记录"), model=Enrolment, group=PEOPLE, order=20, icon="school",
    before_written=remembering.of(Enrolment),
    read=Action.ENROLMENT_READ, write=Action.ENROLMENT_WRITE, export=Action.ENROLMENT_EXPORT, title_of="person_id", clause="EA-020",
    help=N_("一人一学期一条，从学前连到大学。先在人员台账里有这个人，再登记就读；在外县外省就读的，登记在本县单位并写明学校。"),
    fields=(
        replace(PERSON, label=N_("学生"), key=True),
        Field("school_year", N_("学年"), "school_year", required=True, key=True, filter="equal", sort=True, aliases=("学年度", "就读学年")),
        Field("term", N_("学期"), "term", required=True, key=True, default=1, filter="choice",
              choices=(("1", N_("秋季学期")), ("2", N_("春季学期")))),
        unit(N_("学校"), "就读学校", "学校名称", "所在学校", "学校（全称）"),
        Field("stage", N_("学段"), "choice", required=True, choices=STAGE_WORDS, filter="choice", aliases=("就读学段", "教育阶段")),
        Field("grade", N_("年级"), "integer", least=1, most=12, filter="equal", words=GRADE_WORDS, called=("stage", grade_called),
              aliases=("所在年级", "就读年级"),
              help=N_("按学段数：小学 1 至 6，初中 1 至 3；也可写“三年级”“七年级”“高一”")),
        Field("class_name", N_("班级"), most=40, filter="equal", aliases=("班", "所在班级", "班别")),
        Field("boarding", N_("是否寄宿"), "yes_no", default=False, filter="equal", aliases=("寄宿", "住校",
                                                                                            "是否住校", "寄宿生", "是否寄宿生", "住宿")),
        Field("begun_on", N_("入读日期"), "date", listed=False, least=dt.date(1990, 1, 1), aliases=("入学日期",
                                                                                                    "入学时间", "开始日期", "入校日期")),
        Field("ended_on", N_("离开日期"), "date", listed=False, aliases=("结束日期", "离校日期", "毕业日期"), help=N_("不再就读的第一天")),
        Field("ending", N_("结束方式"), "choice", choices=ENDINGS, filter="choice", listed=False, aliases=("去向", "学籍变动", "异动类型")),
        Field("destination", N_("毕业去向"), "choice", choices=DESTINATIONS, filter="choice", listed=False,
              aliases=("升学去向", "毕业后去向"), help=N_("毕业的写明去了哪里；不知道的空着")),
        Field("elsewhere_place", N_("外地区划代码"), most=20, listed=False, pattern="[0-9]{2,12}",
              pattern_hint=N_("在外县外省就读的，填就读地的区划代码")),
        Field("elsewhere_school", N_("外地学校"), most=120, listed=False, aliases=("外地就读学校", "县外学校"),
              help=N_("不在本县学校就读的，写学校全称")),
        REGISTER_NUMBER,
    ),
    checks=(
        Check(("stage", "grade"), "grade", N_("这个学段没有这个年级"), _too_high),
        Check(("begun_on", "ended_on"), "ended_on", N_("离开日期不能早于入读日期"), lambda row: row["ended_on"] < row["begun_on"]),
        Check(("ended_on", "ending"), "ending", N_("离开日期与结束方式要么都填，要么都不填"),
              lambda row: row["ended_on"].is_null() != row["ending"].is_null()),
        Check(("ending", "destination"), "destination", N_("毕业的才填毕业去向"),
              lambda row: row["destination"].is_not_null() & (row["ending"].is_null() | (row["ending"] != "graduated"))),
        Check(("school_year", "begun_on"), "begun_on", N_("入读日期晚于这个学年"),
              lambda row: row["begun_on"].dt.year() > row["school_year"] + 1),
        Check(("school_year", "ended_on"), "ended_on", N_("离开日期早于这个学年"),
              lambda row: row["ended_on"].dt.year() < row["school_year"]),
    ),
    prepare=deriving.enrolments, on_written=guarding.enrolments, page=lambda row: person_page(row.person_id))

STAFF = Ledger(
    code="core.staff", title=N_("教职工台账"), one=N_("教职工"), model=Staff, group=SCHOOL, order=20, icon="user-circle",
    before_written=remembering.of(Staff),
    read=Action.STAFF_READ, write=Action.STAFF_WRITE, export=Action.STAFF_EXPORT, title_of="name",
    help=N_("学校和单位的在岗人员：岗位、职级、编制、退休日期和任教班级。"),
    fields=(
        unit(N_("学校或单位"), "学校", "工作单位", "学校名称"),
        Field("name", N_("姓名"), "name", required=True, filter="prefix", sort=True, aliases=("教师姓名", "职工姓名", "姓 名")),
        replace(SEX, choices=SEXES),
        ID_KIND,
        replace(ID_NUMBER, key=True, document="id_kind"),
        replace(BIRTH, listed=False),
        PHONE,
        Field("post", N_("岗位"), most=40, filter="equal", aliases=("职务", "现任职务", "任职岗位")),
        Field("rank", N_("职称或职级"), most=40, aliases=("职称", "职级", "专业技术职务")),
        Field("establishment", N_("编制"), "choice", choices=ESTABLISHMENTS, synonyms=synonyms.ESTABLISHMENTS, filter="choice",
              aliases=("编制类型", "是否在编", "用工性质")),
        Field("party_member", N_("党员"), "yes_no", default=False, filter="equal", aliases=("是否党员", "中共党员")),
        Field("teaching_class", N_("任教班级"), most=40, listed=False, aliases=("班主任班级", "任教年级", "任课班级")),
        Field("state", N_("状态"), "choice", choices=STAFF_STATES, default="active", filter="choice", aliases=("在岗状态", "在职状态")),
        Field("since", N_("任职日期"), "date", listed=False, aliases=("到岗日期", "参加工作时间", "任职时间")),
        Field("until", N_("离岗日期"), "date", listed=False),
        Field("retires_on", N_("退休日期"), "date", sort=True, filter="range", aliases=("退休时间", "预计退休日期")),
    ),
    checks=(*DOCUMENT_CHECKS, *NUMBER_CHECKS,
            Check(("since", "until"), "until", N_("离岗日期须晚于任职日期"), lambda row: row["until"] <= row["since"])),
    prepare=deriving.persons, judge=known.same_name, judged=known.may_be_known)

SCHOOLS = Ledger(
    code="core.school_facts", title=N_("学校情况台账"), one=N_("学校情况"), model=SchoolFacts, group=SCHOOL, order=10, icon="building",
    before_written=remembering.of(SchoolFacts),
    read=Action.SCHOOL_READ, write=Action.SCHOOL_WRITE, export=Action.SCHOOL_EXPORT, title_of="unit_id",
    help=N_("方案可能问到的学校情况：类别、学段、城乡、隶属、办学性质、是否批准、有无寄宿。"),
    fields=(
        unit(N_("学校"), "学校名称", "学校（全称）"),
        Field("kind", N_("学校类别"), "choice", required=True, choices=SCHOOL_KINDS, filter="choice", aliases=("类别",
                                                                                                               "学校类型", "办学类型")),
        Field("stages", N_("学段"), "choices", choices=STAGE_WORDS, aliases=("办学学段",)),
        Field("owner_level", N_("隶属"), "choice", choices=OWNER_LEVELS, filter="choice", aliases=("主管层级", "举办者层级", "隶属层级")),
        Field("ownership", N_("办学性质"), "choice", required=True, choices=OWNERSHIPS, synonyms=synonyms.OWNERSHIPS, default="public",
              filter="choice", aliases=("性质", "公办民办", "举办性质")),
        Field("approved", N_("已批准"), "yes_no", default=True, filter="equal", aliases=("是否批准", "是否审批", "有无办学许可")),
        Field("locality", N_("城乡"), "choice", choices=LOCALITIES, filter="choice", aliases=("城乡类型", "城乡分类", "所在地城乡类型"),
              help=N_("按教育统计分城区、镇区、乡村；不知道的空着")),
        Field("boarding", N_("有寄宿"), "yes_no", default=False, filter="equal", aliases=("是否寄宿制", "寄宿制学校", "是否有寄宿")),
    ),
    on_written=guarding.school_facts, removable=False,
    page=lambda row: url_for("registry.school", code=g.unit.code, unit_id=row.unit_id))
