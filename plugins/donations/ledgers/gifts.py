"""The ledger of gifts: money, goods, kits and what a charity sale brought, with every rule a row must keep."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from flask import g, url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.ledgers import Check, Field, Ledger
from plugins.donations.models import Gift
from plugins.donations.permissions import Action
from plugins.donations.rules import words
from plugins.donations.services import gifts
from plugins.donations.services.judging import judge

#: its ledgers share tabs
GROUP = "donations"
MOST = 9_999_999_999
Row = Mapping[str, Any]


def _cash(row: Row) -> Any:
    return row["form"].is_in(list(words.CASH))


def _goods(row: Row) -> Any:
    return ~_cash(row)


def _valued(row: Row) -> Any:
    return _goods(row) & row["valued"].fill_null(False)


def _blank(row: Row, name: str) -> Any:
    return row[name].is_null()


def _lacks(kind: str, name: str) -> Any:
    return lambda row: (row["designation"] == kind) & _blank(row, name)


def _named(row: Row) -> Any:
    return row["donor_kind"].is_in(["unit", "person", "pool"])


MONEY_CHECKS = (
    Check(("form", "amount"), "amount", N_("捐款金额须大于零"), lambda row: _cash(row) & (_blank(row, "amount") | (row["amount"] <= 0))),
    Check(("form", "direct"), "direct", N_("只有物资可以直接交付，捐款须进账户"), lambda row: _cash(row) & row["direct"].fill_null(False)),
    Check(("form", "collected_for"), "collected_for", N_("只有捐款可以代收"), lambda row: _goods(row) & ~_blank(row, "collected_for")),
)
GOODS_CHECKS = (
    Check(("form", "item"), "item", N_("捐物须写明物品"), lambda row: _goods(row) & _blank(row, "item")),
    Check(("form", "valued"), "valued", N_("捐物须写明能否估价"), lambda row: _goods(row) & _blank(row, "valued")),
    Check(("form", "valued", "quantity"), "quantity", N_("估价须写明数量"), lambda row: _valued(row) & _blank(row, "quantity")),
    Check(("form", "valued", "unit_price"), "unit_price", N_("估价须写明单价"), lambda row: _valued(row) & _blank(row, "unit_price")),
    Check(("form", "valued", "valuer"), "valuer", N_("估价须写明由谁估价"), lambda row: _valued(row) & _blank(row, "valuer")),
    Check(("form", "valued", "valuation_basis"), "valuation_basis", N_("估价须写明依据，如同期市场行情"),
          lambda row: _valued(row) & _blank(row, "valuation_basis")),
    Check(("form", "valued", "valued_on"), "valued_on", N_("估价须写明日期"), lambda row: _valued(row) & _blank(row, "valued_on")),
    Check(("form", "valued", "proof_number"), "proof_number", N_("估价须写明捐赠证明编号"),
          lambda row: _valued(row) & _blank(row, "proof_number")),
    Check(("form", "valued", "quantity", "unit_price", "amount"), "amount", N_("金额与数量乘单价不符，可以留空，由平台算出"),
          lambda row: _valued(row) & ((row["quantity"].cast(pl.Float64) * row["unit_price"].cast(pl.Float64)
                                       - row["amount"].cast(pl.Float64)).abs() > 0.005)),
    Check(("form", "valued", "amount"), "amount", N_("不能估价的物资不填金额"),
          lambda row: _goods(row) & ~row["valued"].fill_null(True) & (row["amount"] > 0)),
)
DONOR_CHECKS = (
    Check(("donor_kind", "donor_name"), "donor_name", N_("须写明捐赠人"), lambda row: _named(row) & _blank(row, "donor_name")),
    Check(("donor_kind", "donor_name"), "donor_name", N_("匿名捐赠这里留空；姓名填在“匿名捐赠人”，只作登记，不显示"),
          lambda row: (row["donor_kind"] == "anonymous") & ~_blank(row, "donor_name")),
    Check(("donor_kind", "donor_name"), "donor_name", N_("学生捐款按班登记，不填姓名"),
          lambda row: (row["donor_kind"] == "pupils") & ~_blank(row, "donor_name")),
    Check(("donor_kind", "class_name"), "class_name", N_("学生捐款须写明班级"),
          lambda row: (row["donor_kind"] == "pupils") & _blank(row, "class_name")),
    Check(("donor_kind", "secret_name"), "secret_name", N_("只有匿名捐赠填这一项"),
          lambda row: (row["donor_kind"] != "anonymous") & ~_blank(row, "secret_name")),
)
WISH_CHECKS = (
    Check(("designation", "designated_place_id"), "designated_place_id", N_("须写明指定的地方"), _lacks("place", "designated_place_id")),
    Check(("designation", "designated_use"), "designated_use", N_("须写明指定的用途"), _lacks("purpose", "designated_use")),
    Check(("designation", "designated_project"), "designated_project", N_("须写明指定的项目编号"), _lacks("project", "designated_project")),
    Check(("designation", "designated_person_id"), "designated_person_id", N_("须写明指定的学生"), _lacks("child", "designated_person_id")),
)


def _prepare(frame: pl.DataFrame, session: Session) -> pl.DataFrame:
    """The value of goods by quantity and price, and nothing where they cannot be valued."""
    if "form" not in frame.columns or "amount" not in frame.columns:
        return frame
    amount = pl.col("amount")
    if {"quantity", "unit_price"} <= set(frame.columns):
        counted = (pl.col("quantity") * pl.col("unit_price")).cast(pl.Decimal(18, 2))
        amount = pl.when(~pl.col("form").is_in(list(words.CASH)) & amount.is_null()).then(counted).otherwise(amount)
    return frame.with_columns(amount=amount.fill_null(pl.lit(0).cast(pl.Decimal(18, 2))).cast(pl.Decimal(18, 2)))


def _settle(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    gifts.settle(session, tenant_id, ids, actor)


def gift_page(row: Any) -> str:
    """The page of a gift at the working unit."""
    return url_for("donations.gift", code=g.unit.code, gift_id=row.id)


GIFTS = Ledger(
    code="donations.gifts", title=N_("捐赠台账"), one=N_("捐赠"), model=Gift, group=GROUP, order=10, icon="heart-handshake",
    read=Action.GIFT_READ, write=Action.GIFT_WRITE, export=Action.GIFT_EXPORT, title_of="reference", clause="DN-006",
    help=N_("一笔一条：捐款记入账户，捐物按估价计入统计；是否捐、捐多少由捐赠人决定，这里没有指标。"),
    fields=(
        Field("reference", N_("凭据号"), key=True, required=True, most=40, filter="prefix",
              aliases=("流水号", "登记号", "收据号", "凭证号"), pattern="[0-9A-Za-z._/-]+",
              pattern_hint=N_("凭据号用字母、数字、点、短横、斜杠"), help=N_("汇款流水号或登记号；同一笔只登记一次")),
        Field("campaign_code", N_("活动编号"), required=True, most=40, aliases=("捐赠活动", "活动")),
        Field("unit_id", N_("登记单位"), "unit", filter="unit", aliases=("单位", "接收单位", "学校")),
        Field("given_on", N_("捐赠日期"), "date", required=True, sort=True, filter="range", least=dt.date(2000, 1, 1),
              aliases=("日期", "捐款日期", "到账日期")),
        Field("donor_kind", N_("捐赠人类别"), "choice", required=True, choices=words.DONOR_KINDS, filter="choice",
              aliases=("类别", "捐赠者类别")),
        Field("donor_name", N_("捐赠人"), most=120, filter="prefix", sort=True, public=True, masked="name",
              aliases=("捐赠单位", "捐款人", "捐赠者", "姓名", "单位或姓名")),
        Field("secret_name", N_("匿名捐赠人"), "name", sensitive=True, listed=False, help=N_("只作登记，任何页面都不显示")),
        Field("donor_unit_id", N_("捐赠人所在单位"), "unit", filter="unit", listed=False, aliases=("所在单位",),
              help=N_("本单位统计按这一项")),
        Field("class_name", N_("班级"), most=40, filter="equal", listed=False),
        Field("line", N_("动员单位"), most=40, filter="equal", listed=False, aliases=("条线", "系统")),
        Field("consent", N_("公示意愿"), "choice", choices=words.CONSENTS, default="masked", listed=False, filter="choice"),
        Field("form", N_("方式"), "choice", required=True, choices=words.FORMS, default="money", filter="choice",
              aliases=("捐赠方式", "捐赠形式")),
        Field("amount", N_("金额"), "yuan", least=0, most=MOST, total=True, sort=True, filter="range", measure="元", half_width=True,
              aliases=("捐款金额", "捐赠金额", "折价", "金额（元）"), help=N_("捐物留空，由数量乘单价算出")),
        Field("item", N_("物品"), most=120, listed=False, aliases=("物品名称", "物资")),
        Field("quantity", N_("数量"), "decimal", least=0, most=99_999_999, listed=False),
        Field("measure", N_("单位（件、床）"), most=12, listed=False, aliases=("计量单位",)),
        Field("unit_price", N_("单价"), "yuan", least=0, most=MOST, listed=False, measure="元"),
        Field("valued", N_("能否估价"), "yes_no", listed=False),
        Field("valuer", N_("估价人（单位）"), most=120, listed=False, aliases=("估价单位",)),
        Field("valuation_basis", N_("估价依据"), most=200, listed=False),
        Field("valued_on", N_("估价日期"), "date", listed=False),
        Field("proof_number", N_("捐赠证明编号"), most=40, listed=False, aliases=("证明编号",)),
        Field("direct", N_("直接交付受赠人"), "yes_no", listed=False, help=N_("物资由捐赠人直接交给受赠人的填“是”")),
        Field("recipient", N_("受赠人"), most=120, listed=False, masked="name"),
        Field("collected_for", N_("代收，转交给"), most=120, listed=False, help=N_("替别的组织代收的填写，须如数转交")),
        Field("designation", N_("指定"), "choice", choices=words.DESIGNATIONS, default="none", filter="choice",
              aliases=("是否指定", "捐赠意愿")),
        Field("designated_place_id", N_("指定的地方"), "unit", listed=False, aliases=("指定村",)),
        Field("designated_use", N_("指定的用途"), "choice", choices=words.USES[:-2], listed=False, aliases=("指定用途",)),
        Field("designated_project", N_("指定的项目"), most=40, listed=False),
        Field("designated_person_id", N_("指定的学生"), "person", listed=False),
        Field("route", N_("去向"), most=40, filter="equal", listed=False, help=N_("方案里只有一种去向的，由平台填写")),
        Field("window", N_("时段"), "choice", choices=words.WINDOWS, filter="choice", editable=False, imported=False),
        Field("receipt_number", N_("票据号"), most=40, filter="equal", listed=False, editable=False, imported=False),
        Field("state", N_("状态"), "choice", choices=words.GIFT_STATES, filter="choice", default="recorded", editable=False,
              imported=False),
        Field("note", N_("备注"), most=200, listed=False, masked="text"),
    ),
    checks=(*MONEY_CHECKS, *GOODS_CHECKS, *DONOR_CHECKS, *WISH_CHECKS), prepare=_prepare, judge=judge, on_written=_settle, page=gift_page,
    removable=False)
