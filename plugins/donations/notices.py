"""What the plugin publishes, and the clocks of the duty to publish it."""

from __future__ import annotations

from core.errors import N_
from core.host.notices import ClockSpec, NoticeColumn, NoticeSpec, Term
from plugins.donations.permissions import Action

#: 慈善法 gives three months after the end, for what was collected and for what it was used for
LAW = N_("《中华人民共和国慈善法》：募捐活动、慈善项目结束后三个月内公开")
CAMPAIGN_END, PROJECT_END = "campaign_end", "project_end"

GIFTS_CLOCK = ClockSpec("donations.gifts", N_("公示捐赠者和金额"), N_("捐赠活动结束"), (Term(3, "月", LAW),))
USE_CLOCK = ClockSpec("donations.use", N_("公示捐赠款物的使用"), N_("项目结束"), (Term(3, "月", LAW),))
CLOCKS = [GIFTS_CLOCK, USE_CLOCK]

GIFTS = NoticeSpec(
    "donations.gifts", N_("捐赠款物公示"),
    (NoticeColumn("donor", N_("捐赠人")), NoticeColumn("form", N_("方式")), NoticeColumn("goods", N_("物品")),
     NoticeColumn("amount", N_("金额（元）"), kind="yuan"), NoticeColumn("on", N_("捐赠日期"), kind="date")),
    action=Action.CAMPAIGN_APPROVE, meets=(GIFTS_CLOCK.code,),
    summary=N_("捐赠全凭自愿。捐赠人的名称按本人意愿公开，学生捐款只公示班级合计，匿名捐赠只公示合计。"))
USE = NoticeSpec(
    "donations.use", N_("捐赠款物使用公示"),
    (NoticeColumn("use", N_("用途")), NoticeColumn("place", N_("使用地点")), NoticeColumn("payments", N_("笔数"), kind="integer"),
     NoticeColumn("amount", N_("金额（元）"), kind="yuan"), NoticeColumn("on", N_("最近支出日期"), kind="date")),
    action=Action.CAMPAIGN_APPROVE, meets=(USE_CLOCK.code,), summary=N_("捐赠款物全部用于所公示的项目，不列支工作经费。"))
NOTICES = [GIFTS, USE]
