"""Three ledgers: families with a field of every kind, gifts with the least a ledger needs, certificates with a process."""

from __future__ import annotations

import datetime as dt

import polars as pl
from sqlalchemy.orm import Session

from core.host.ledgers import Check, Field, Ledger, state_field
from tests.sample_plugin.models import Certificate, Family, Gift
from tests.sample_plugin.permissions import SOURCE, Action
from tests.sample_plugin.processes import CERTIFICATE

KINDS = (("poor", "建档立卡户"), ("low", "低保户"), ("other", "其他"))
CAUSES = (("illness", "因病"), ("schooling", "因学"), ("disaster", "因灾"))


def _head_key(frame: pl.DataFrame, session: Session) -> pl.DataFrame:
    """The name without its separators, for finding."""
    return frame.with_columns(head_key=pl.col("head").str.replace_all("[·\\s]", "")) if "head" in frame.columns else frame


FAMILIES = Ledger(
    code="sample.families", title="受访家庭台账", one="家庭", model=Family,
    read=Action.FAMILY_READ, write=Action.FAMILY_WRITE, export=Action.FAMILY_EXPORT,
    fields=(
        Field("unit_id", "所属单位", "unit", required=True, filter="unit", aliases=("单位", "学校")),
        Field("number", "户编号", required=True, key=True, filter="prefix", sort=True, most=20, aliases=("编号",),
              pattern="[A-Z]{1,3}[0-9]{1,12}", pattern_hint="户编号须是 1 至 3 个大写字母加数字，如 JX001"),
        Field("head", "户主姓名", "name", required=True, filter="prefix", sort=True, public=True),
        Field("id_number", "身份证号", "id_number", filter="equal"),
        Field("phone", "联系电话", "phone"),
        Field("bank_card", "银行卡号", "bank_card", listed=False),
        Field("register_number", "学籍号", "register_number", listed=False),
        Field("members", "人口数", "integer", least=1, most=30, total=True, measure="人"),
        Field("area", "住房面积", "decimal", least=0, most=9999, listed=False, measure="㎡"),
        Field("income", "人均纯收入", "yuan", least=0, sort=True, filter="range", total=True, measure="元"),
        Field("identified_on", "识别日期", "date", sort=True, filter="range", least=dt.date(2013, 1, 1)),
        Field("left_on", "退出日期", "date", listed=False),
        Field("paid_month", "发放月份", "month", listed=False),
        Field("kind", "户类型", "choice", choices=KINDS, filter="choice", sort=True),
        Field("causes", "致贫原因", "choices", choices=CAUSES),
        Field("water", "通自来水", "yes_no", listed=False),
        Field("school_year", "学年", "school_year", listed=False),
        Field("term", "学期", "term", listed=False),
        Field("note", "备注", "note", listed=False),
    ),
    checks=(Check(("identified_on", "left_on"), "left_on", "退出日期不能早于识别日期",
                  lambda row: row["left_on"] < row["identified_on"]),),
    icon="home", title_of="head", prepare=_head_key, clause=SOURCE, help="受访家庭的基本情况，登记后供走访和发放使用。",
)

GIFTS = Ledger(
    code="sample.gifts", title="慰问物品台账", one="物品", model=Gift,
    read=Action.FAMILY_READ, write=Action.FAMILY_WRITE, export=Action.FAMILY_EXPORT,
    fields=(
        Field("title", "物品名称", required=True, most=200),
        Field("value", "折价", "yuan", required=True, least=0, total=True, measure="元"),
        Field("given_on", "发放日期", "date", required=True, sort=True, filter="range"),
    ),
    order=200, removable=False,
)

CERTIFICATES = Ledger(
    code="sample.certificates", title="捐赠证书台账", one="证书", model=Certificate, process=CERTIFICATE,
    read=Action.CERTIFICATE_READ, write=Action.CERTIFICATE_WRITE, export=Action.CERTIFICATE_EXPORT,
    fields=(
        Field("unit_id", "所属单位", "unit", filter="unit"),
        Field("donor", "捐赠人", required=True, key=True, most=80, masked="name"),
        Field("amount", "捐赠金额", "yuan", least=0, total=True, measure="元"),
        Field("number", "证书编号", "integer", editable=False, imported=False),
        state_field(CERTIFICATE),
    ),
    order=210, title_of="donor",
)

LEDGERS = [FAMILIES, GIFTS, CERTIFICATES]
