"""户台账, what households earn, and the dated statuses of households."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from flask import g, url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger
from core.people import deriving, guarding, remembering
from core.people.ledgers.common import HOUSEHOLD, NOTE, PEOPLE, PHONE, named, unit
from core.people.ledgers.statuses import CHECKS, household_fields
from core.registry.models import Household, HouseholdIncome, Status
from core.registry.permissions import Action
from core.registry.rules import synonyms
from core.registry.rules.words import (
    CAUSES,
    DANGERS,
    HOUSEHOLD_KINDS,
    HOUSEHOLD_STATES,
    INCOME_KINDS,
    MOST_CAUSES,
    STANDARDS,
    STRUCTURES,
)

#: the household file begins with the recognition of 2013 (建档立卡)
FIRST = dt.date(2013, 1, 1)
VILLAGE = unit(N_("所在村"), "村", "行政村", "所属村", "村（居）委会", "村名")


def household_page(household_id: Any) -> str:
    """The page of a household at the working unit."""
    return url_for("registry.household", code=g.unit.code, household_id=household_id)


def _prepare(frame: pl.DataFrame, session: Session) -> pl.DataFrame:
    return deriving.names(frame, "head_name", "head_name_key")


HOUSEHOLDS = Ledger(
    code="core.households", title=N_("户台账"), one=N_("户"), model=Household, group=PEOPLE, order=30, icon="home",
    before_written=remembering.of(Household),
    read=Action.HOUSEHOLD_READ, write=Action.HOUSEHOLD_WRITE, export=Action.HOUSEHOLD_EXPORT, title_of="head_name",
    help=N_("建档立卡的户，按识别标准、致贫原因、住房和帮扶人登记；收入和身份另有台账。"), clause="CO-003",
    fields=(
        VILLAGE,
        Field("number", N_("户编号"), key=True, filter="prefix", sort=True, most=40, required=True,
              aliases=("户号", "家庭编号", "建档立卡户编号", "户编码", "贫困户编号")),
        Field("head_name", N_("户主姓名"), "name", required=True, filter="prefix", sort=True,
              aliases=("户主", "户主名字", "姓名", "户主（姓名）")),
        Field("kind", N_("户类型"), "choice", choices=HOUSEHOLD_KINDS, synonyms=synonyms.HOUSEHOLD_KINDS, filter="choice",
              aliases=("贫困户属性", "农户属性", "户属性")),
        Field("standard", N_("识别标准"), "choice", choices=STANDARDS, synonyms=synonyms.STANDARDS, filter="choice", listed=False),
        Field("identified_on", N_("识别日期"), "date", sort=True, filter="range", least=FIRST, aliases=("识别时间",
                                                                                                        "建档日期", "建档时间")),
        Field("main_cause", N_("主要致贫原因"), "choice", choices=CAUSES, synonyms=synonyms.CAUSES, filter="choice",
              aliases=("致贫原因", "主要原因", "致贫主因")),
        Field("causes", N_("其他致贫原因"), "choices", choices=CAUSES, synonyms=synonyms.CAUSES, listed=False,
              aliases=("次要致贫原因", "其它致贫原因"),
              help=N_("至多两项")),
        Field("address", N_("家庭住址"), most=200, listed=False, masked="address", aliases=("住址", "详细地址", "家庭地址", "地址")),
        Field("housing_area", N_("住房面积"), "decimal", least=0, most=9999, listed=False, measure="㎡", aliases=("房屋面积", "面积")),
        Field("housing_structure", N_("房屋结构"), "choice", choices=STRUCTURES, synonyms=synonyms.STRUCTURES, listed=False,
              aliases=("住房结构", "结构")),
        Field("housing_danger", N_("危房等级"), "choice", choices=DANGERS, synonyms=synonyms.DANGERS, filter="choice", listed=False,
              aliases=("住房等级", "房屋等级", "危房")),
        Field("water", N_("安全饮水"), "yes_no", listed=False, aliases=("是否安全饮水", "饮水安全", "是否通自来水", "通水")),
        Field("power", N_("通电"), "yes_no", listed=False, aliases=("是否通电", "通生活用电", "是否通生活用电")),
        Field("helper_name", N_("帮扶责任人"), "name", filter="equal", aliases=("帮扶人", "帮扶干部", "结对帮扶人")),
        Field("helper_unit", N_("帮扶单位"), most=120, listed=False, aliases=("帮扶责任人单位", "结对帮扶单位")),
        Field("helper_post", N_("帮扶人职务"), most=80, listed=False, aliases=("职务",)),
        named(PHONE, N_("帮扶人电话"), name="helper_phone", listed=False, filter=""),
        Field("state", N_("状态"), "choice", choices=HOUSEHOLD_STATES, filter="choice", default="active", editable=False, imported=False),
        Field("exited_on", N_("退出日期"), "date", listed=False, editable=False, imported=False),
    ),
    checks=(
        Check(("causes",), "causes", N_("其他致贫原因最多两项"), lambda row: row["causes"].list.len() > MOST_CAUSES),
        Check(("main_cause", "causes"), "causes", N_("其他致贫原因里不要再写主要致贫原因"),
              lambda row: row["causes"].list.contains(row["main_cause"])),
    ),
    prepare=_prepare, page=lambda row: household_page(row.id))

INCOMES = Ledger(
    code="core.household_incomes", title=N_("户收入台账"), one=N_("收入"), model=HouseholdIncome, group=PEOPLE, order=60,
    icon="currency-yuan", read=Action.HOUSEHOLD_READ, write=Action.HOUSEHOLD_WRITE, export=Action.HOUSEHOLD_EXPORT,
    title_of="household_id", clause="EA-068",
    help=N_("帮扶人和农户一起核算的收入，按季度和来源逐笔登记；全年数填“全年”，不与季度数并存。"),
    fields=(
        unit(N_("登记单位"), "所在村", "村"),
        named(HOUSEHOLD, N_("户"), required=True, key=True),
        Field("year", N_("年度"), "integer", required=True, key=True, least=2010, most=2100, filter="equal",
              sort=True, aliases=("年份", "年")),
        Field("quarter", N_("季度"), "integer", key=True, default=0, least=0, most=4, filter="equal", aliases=("季",),
              words=(("全年", 0), ("一季度", 1), ("二季度", 2), ("三季度", 3), ("四季度", 4), ("第一季度", 1), ("第二季度", 2),
                     ("第三季度", 3), ("第四季度", 4)), help=N_("1 至 4；全年填 0 或“全年”")),
        Field("kind", N_("收入来源"), "choice", required=True, key=True, choices=INCOME_KINDS,
              synonyms=synonyms.INCOME_KINDS, filter="choice",
              aliases=("来源", "收入类型", "项目")),
        Field("amount", N_("金额"), "yuan", required=True, least=0, total=True, measure="元", aliases=("收入", "收入金额", "收入（元）")),
        NOTE,
    ),
    on_written=guarding.incomes, page=lambda row: household_page(row.household_id))

HOUSEHOLD_STATUSES = Ledger(
    code="core.household_statuses", title=N_("户身份台账"), one=N_("户身份"), model=Status, group=PEOPLE, order=70, icon="home-heart",
    read=Action.HOUSEHOLD_READ, write=Action.HOUSEHOLD_WRITE, export=Action.HOUSEHOLD_EXPORT, title_of="subject_id",
    only=(("subject_kind", "household"),), fields=household_fields(), checks=CHECKS,
    help=N_("建档立卡、低保、脱贫、监测对象等，都有起止日期；同一类不能重叠。"),
    prepare=deriving.is_kind("subject_kind", "household"), on_written=guarding.statuses,
    page=lambda row: household_page(row.subject_id))
