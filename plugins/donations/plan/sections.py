"""The sections of a plan that the plugin understands."""

from __future__ import annotations

from core.errors import N_
from core.host.contract import SectionSpec
from plugins.donations.plan import checks, schemas, wording

SECTIONS = [
    SectionSpec("donations.campaign", N_("捐赠活动"), schemas.CampaignSchema, check=checks.campaigns, describe=wording.campaign),
    SectionSpec("donations.threshold", N_("大额捐赠"), schemas.ThresholdSchema, check=checks.thresholds, describe=wording.threshold),
    SectionSpec("donations.route", N_("捐赠款去向"), schemas.RouteSchema, check=checks.routes, describe=wording.route),
    SectionSpec("donations.pair", N_("对口捐助"), schemas.PairSchema, check=checks.voluntary, describe=wording.pair),
    SectionSpec("donations.use", N_("捐赠款用途"), schemas.UseSchema, check=checks.voluntary, describe=wording.use),
    SectionSpec("donations.cost", N_("工作经费"), schemas.CostSchema, check=checks.costs, describe=wording.cost),
    SectionSpec("donations.fund", N_("专项基金"), schemas.FundSchema, check=checks.voluntary, describe=wording.fund),
    SectionSpec("donations.line", N_("捐赠组织分工"), schemas.LineSchema, check=checks.lines, describe=wording.line),
    SectionSpec("donations.deadline", N_("捐赠期限"), schemas.DeadlineSchema, check=checks.voluntary, describe=wording.deadline),
    SectionSpec("donations.clock", N_("捐赠公示期限"), schemas.ClockSchema, check=checks.voluntary, describe=wording.clock),
    SectionSpec("donations.statistics", N_("捐赠统计"), schemas.StatisticsSchema, check=checks.voluntary, describe=wording.statistics),
    SectionSpec("donations.library", N_("受助项目库"), schemas.LibrarySchema, check=checks.library, describe=wording.library),
]
