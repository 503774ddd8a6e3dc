"""The sections of a plan about giving, as schemas; README.md says the same in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from marshmallow import RAISE, Schema, fields

from core.tenancy.grammar.apportionment import LAW, VOLUNTARY
from core.tenancy.grammar.fields import Amount, Count, Day, Due, EntrySchema, MonthDay, Refusal, Text, Texts, Word
from plugins.donations.rules import words

WORKING_DAYS, CALENDAR_DAYS = "工作日", "自然日"
DAY_KINDS = (WORKING_DAYS, CALENDAR_DAYS)


def _quota(key: str) -> Refusal:
    return Refusal("apportionment", f"“{key}”是给捐赠定数、定人或者排名：捐赠应当自愿，禁止强行摊派或者变相摊派（{LAW}）")


#: further names under which somebody could be asked for a sum, or named for not giving
_ASKED = ("per_capita", "per_student", "per_teacher", "per_staff", "per_class", "target", "targets", "unit_target", "goal", "task",
          "fixed_amount", "compulsory", "not_given", "not_given_list", "who_has_not_given", "rank")
REFUSED: Mapping[str, Refusal] = {**VOLUNTARY, **{key: _quota(key) for key in _ASKED}}


class GivingSchema(EntrySchema):
    """What every section about giving has: no quota for anybody."""

    refused: ClassVar[Mapping[str, Refusal]] = REFUSED


class CampaignSchema(GivingSchema):
    """`[[donations.campaign]]`: a campaign with its windows, who holds it, and what the money is for."""

    principal: ClassVar[tuple[str, ...]] = ()
    kind = Word(words.codes(words.CAMPAIGN_KINDS), load_default="internal")
    holder = Text(most=120)
    holder_kind = Word(words.codes(words.HOLDER_KINDS))
    concentrated_from = Day()
    concentrated_to = Day(edge="last")
    #: until which day of the year standing gifts count as one campaign
    closes = MonthDay()
    use = Word(("stated", "separate"), load_default="stated")
    uses = Texts()
    #: every payout goes to a household
    household = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    #: gifts are for the giving unit's own place
    own_place = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ThresholdSchema(GivingSchema):
    """`[[donations.threshold]]`: from which amount a donor is honoured, how, and by whom."""

    principal: ClassVar[tuple[str, ...]] = ("amount",)
    donor = Word(("unit", "person", "pool"), required=True)
    amount = Amount(required=True)
    #: 超过 gt, 以上 gte
    comparator = Word(("gt", "gte"), required=True)
    basis = Word(("single", "cumulative", "rolling_year"), load_default="single")
    #: below this amount, where another band begins
    below = Amount()
    honour = Text(required=True, most=60)
    issuer = Text(most=80)
    issuer_level = Word(words.codes(words.LEVELS))
    #: of a pooled gift: the unit that hands it over, or each of those behind it
    party = Word(("unit", "contributor"), load_default="unit")


class HopSchema(Schema):
    """One account a gift passes through, the last being where it stays."""

    class Meta:
        unknown = RAISE

    account = Text(required=True, most=40)
    title = Text(required=True, most=80)
    level = Word(words.codes(words.LEVELS))
    #: within how many days it goes on from here
    days = Count(least=1, most=365)
    day_kind = Word(DAY_KINDS, load_default=CALENDAR_DAYS)


class RouteSchema(GivingSchema):
    """`[[donations.route]]`: where money goes: to whom it applies, and through which accounts."""

    principal: ClassVar[tuple[str, ...]] = ("hops",)
    when = Word(("any", "designated_place", "undesignated", "paired", "unpaired"), load_default="any")
    hops = fields.List(fields.Nested(HopSchema), required=True)


class PairSchema(GivingSchema):
    """`[[donations.pair]]`: whose money goes to whom (对口帮扶联系单位)."""

    principal: ClassVar[tuple[str, ...]] = ("recipients",)
    donor = Text(required=True, most=80)
    recipients = Texts(required=True)


class UseSchema(GivingSchema):
    """`[[donations.use]]`: what gifts may be used for, and what not."""

    principal: ClassVar[tuple[str, ...]] = ()
    use = Word(words.codes(words.USES), required=True)
    allowed = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class CostSchema(GivingSchema):
    """`[[donations.cost]]`: the share of gifts that the work itself may cost; anything but 0 is refused."""

    principal: ClassVar[tuple[str, ...]] = ("share",)
    share = Count(least=0, most=100, required=True)
    borne_by = Text(most=80)


class FundSchema(GivingSchema):
    """`[[donations.fund]]`: a named fund (爱心扶贫基金、助学基金)."""

    principal: ClassVar[tuple[str, ...]] = ()
    account = Text(required=True, most=40)
    level = Word(words.codes(words.LEVELS), load_default="county")
    uses = Texts()


class LineSchema(GivingSchema):
    """`[[donations.line]]`: a line of responsibility: who mobilises whom. Without a body it is a gap."""

    principal: ClassVar[tuple[str, ...]] = ("body",)
    body = Texts()
    donors = Text(most=120)


class DeadlineSchema(GivingSchema):
    """`[[donations.deadline]]`: by when money is paid out (`disburse`) or reported (`report`)."""

    principal: ClassVar[tuple[str, ...]] = ("due",)
    event = Word(("disburse", "report"), required=True)
    due = Due(required=True)


class ClockSchema(GivingSchema):
    """`[[donations.clock]]`: within how many days of an event something is published."""

    principal: ClassVar[tuple[str, ...]] = ("days",)
    event = Word(("campaign_end", "project_end"), required=True)
    days = Count(least=1, most=365, required=True)
    day_kind = Word(DAY_KINDS, required=True)


class StatisticsSchema(GivingSchema):
    """`[[donations.statistics]]`: since when gifts count, and which tables are made of them."""

    principal: ClassVar[tuple[str, ...]] = ("since",)
    since = Day()
    tables = fields.List(Word(("own", "area", "line", "class", "kind")))


class LibrarySchema(GivingSchema):
    """`[[donations.library]]`: the library of needs, and how many each village may put into it."""

    principal: ClassVar[tuple[str, ...]] = ("most",)
    villages = Count(least=1, most=1_000_000)
    least = Count(least=0, most=1_000, load_default=0)
    most = Count(least=1, most=1_000, required=True)
