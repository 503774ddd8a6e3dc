"""What stands beside gifts and is never added to them: consumption aid, firms' contributions, calls for gifts."""

from __future__ import annotations

import datetime as dt

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger
from plugins.donations.ledgers.gifts import GROUP, MOST
from plugins.donations.models import Appeal, Consumption, Contribution
from plugins.donations.permissions import Action
from plugins.donations.rules import words

UNIT = Field("unit_id", N_("登记单位"), "unit", filter="unit", aliases=("单位",))
NOTE = Field("note", N_("备注"), most=200, listed=False, masked="text")
_FIRST = dt.date(2000, 1, 1)

CONSUMPTIONS = Ledger(
    code="donations.consumptions", title=N_("消费帮扶台账"), one=N_("消费帮扶"), model=Consumption, group=GROUP, order=20,
    icon="shopping-cart", read=Action.GIFT_READ, write=Action.GIFT_WRITE, export=Action.GIFT_EXPORT, title_of="item", clause="DN-045",
    help=N_("购买农产品是消费帮扶，不是捐赠：金额单独统计，不计入捐赠总额。"),
    fields=(
        UNIT,
        Field("buyer", N_("购买人（单位）"), required=True, most=120, masked="name", aliases=("购买单位", "购买人")),
        Field("seller", N_("农户或合作社"), most=120, masked="name", aliases=("销售人", "农户")),
        Field("item", N_("农产品"), required=True, most=120, aliases=("品名",)),
        Field("quantity", N_("件数"), "integer", required=True, least=1, most=9_999_999, total=True, aliases=("数量",)),
        Field("amount", N_("金额"), "yuan", required=True, least=0, most=MOST, total=True, measure="元"),
        Field("bought_on", N_("购买日期"), "date", required=True, sort=True, filter="range", least=_FIRST, aliases=("日期",)),
        NOTE,
    ),
    checks=(Check(("amount",), "amount", N_("金额须大于零"), lambda row: row["amount"] <= 0),))

CONTRIBUTIONS = Ledger(
    code="donations.contributions", title=N_("企业帮扶台账"), one=N_("企业帮扶"), model=Contribution, group=GROUP, order=30,
    icon="building-factory", read=Action.GIFT_READ, write=Action.GIFT_WRITE, export=Action.GIFT_EXPORT, title_of="contributor",
    clause="DN-044", help=N_("村企共建、吸纳就业、农产品收购、捐赠救助、智力帮扶各列一栏，捐赠与收购不相加。"),
    fields=(
        UNIT,
        Field("kind", N_("帮扶方式"), "choice", required=True, choices=words.CONTRIBUTIONS, filter="choice"),
        Field("contributor", N_("企业"), required=True, most=120, filter="equal", aliases=("企业名称", "单位名称")),
        Field("done_on", N_("日期"), "date", required=True, sort=True, filter="range", least=_FIRST),
        Field("amount", N_("金额"), "yuan", least=0, most=MOST, measure="元", help=N_("投资、收购或捐赠的金额")),
        Field("persons", N_("人数"), "integer", least=0, most=9_999_999, measure="人", help=N_("吸纳就业或受训的人数")),
        NOTE,
    ))

APPEALS = Ledger(
    code="donations.appeals", title=N_("倡议台账"), one=N_("倡议"), model=Appeal, group=GROUP, order=40, icon="speakerphone",
    read=Action.CAMPAIGN_READ, write=Action.CAMPAIGN_WRITE, export=Action.GIFT_EXPORT, title_of="title", clause="DN-032",
    help=N_("动员会、倡议书记何时何地、发给多少人、依据哪份文件；倡议书里不写金额。"),
    fields=(
        UNIT,
        Field("kind", N_("形式"), "choice", required=True, choices=words.APPEALS, filter="choice"),
        Field("title", N_("名称"), required=True, most=120),
        Field("held_on", N_("日期"), "date", required=True, sort=True, filter="range", least=_FIRST),
        Field("recipients", N_("发给（人）"), "integer", least=0, most=9_999_999, measure="人", aliases=("人数", "份数")),
        Field("citation", N_("依据"), required=True, most=200, aliases=("依据文件", "文号")),
        Field("campaign_code", N_("活动编号"), most=40),
        NOTE,
    ))
