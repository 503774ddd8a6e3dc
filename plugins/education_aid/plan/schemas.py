"""The sections of a plan about education aid, as schemas; README.md says the same in Chinese."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, fields

from core.funds.rules.sharing import PAYERS
from core.registry.rules.words import OWNER_LEVELS
from core.tenancy.grammar.fields import Amount, Count, EntrySchema, Text, Texts, Word, refuse
from plugins.education_aid.plan.vocabulary import FEES, TIERS
from plugins.education_aid.rules.items import HIGHEST, ORDER

EXCLUSIVE_KEEPS = (HIGHEST, ORDER)
KINDS = ("cash", "waiver", "reimbursement", "in_kind", "discretionary", "loan")
PERIODS = ("year", "term", "month", "day", "once")
#: what stands for the school days of the year, as `[[value]] school_year.days` of the plan or of a layer above gives them
SCHOOL_YEAR = "school_year"
_FEES = tuple(code for code, _ in FEES)


class Where(fields.Field[dict[str, Any]]):
    """A condition; what it says is checked with the section."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refuse("condition-shape", "条件须写成表，如 { stage = [\"primary\"], boarding = true }")
        return value


class YesNo(fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(truthy={True}, falsy={False}, **options)


class Days(fields.Field[int | str]):
    """How many school days a year has, or the parameter that says so."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int | str:
        return SCHOOL_YEAR if value == SCHOOL_YEAR else Count(least=1, most=366)._deserialize(value, attr, data)


class _Table(Schema):
    class Meta:
        unknown = RAISE


class CaseSchema(_Table):
    """One of several amounts: the first whose condition holds."""

    where = Where(required=True)
    fixed = Amount(required=True)


class AmountSchema(_Table):
    """How much: fixed, cases (by grade, by named school), an average with its band, an actual fee, a pool, or a cap."""

    fixed = Amount()
    cases = fields.List(fields.Nested(CaseSchema))
    average = Amount()
    least = Amount()
    most = Amount()
    actual = fields.List(Word(_FEES))
    cap = Amount()
    pool = Text(most=60)
    per = Word(PERIODS, load_default="year")
    #: school days of a year, for what is paid by the day
    days = Days()
    #: months of a year, for what is paid by the month
    months = Count(least=1, most=12)


class PartSchema(_Table):
    """Who pays which part: a whole-number weight, an amount, or the rest."""

    payer = Word(tuple(PAYERS), required=True)
    part = Count(least=1, most=10_000)
    amount = Amount()
    rest = YesNo()
    #: only where the school belongs to this level
    owner = Word(tuple(code for code, _ in OWNER_LEVELS))


class ShareSchema(_Table):
    """How a sum is shared between levels and places."""

    parts = fields.List(fields.Nested(PartSchema), required=True)


class ItemSchema(EntrySchema):
    """`[[education_aid.item]]`: one item of aid."""

    principal: ClassVar[tuple[str, ...]] = ("amount", "where")
    where = Where(load_default=dict)
    kind = Word(KINDS, load_default="cash")
    amount = fields.Nested(AmountSchema)
    #: in kind and for everybody: listed, and not put into money
    universal = YesNo(load_default=False)
    #: comes on top of another item, and only with it
    adds_to = Text(most=60)
    #: takes the place of these items where both apply
    replaces = Texts()
    fund = Text(most=80)
    share = fields.Nested(ShareSchema)
    #: how many at most in each school or station, until a final number is set
    quota = Count(least=1)
    provisional = YesNo(load_default=False)


class ExclusiveSchema(EntrySchema):
    """`[[education_aid.exclusive]]`: items of which a child is given one alone in a term (不重复享受)."""

    principal: ClassVar[tuple[str, ...]] = ("items", "keep")
    #: codes of items of this plan or of a layer above; with `keep = "order"` the first that applies is given
    items = Texts(required=True)
    keep = Word(EXCLUSIVE_KEEPS, load_default=HIGHEST)


class FeeSchema(EntrySchema):
    """`[[education_aid.fee]]`: what a school takes a year, which waivers of the actual fee follow."""

    principal: ClassVar[tuple[str, ...]] = ("amount",)
    fee = Word(_FEES, required=True)
    schools = Texts(required=True)
    stage = Text(most=20)
    amount = Amount(required=True)


class ForbiddenFeeSchema(EntrySchema):
    """`[[education_aid.forbidden_fee]]`: what no school may charge for."""

    words = Texts(required=True)
    stage = Texts()


class PreferenceSchema(EntrySchema):
    """`[[education_aid.preference]]`: who is favoured at admission, or counted into which tier of hardship."""

    principal: ClassVar[tuple[str, ...]] = ("points", "where", "share")
    kind = Word(("offset", "priority", "tie_break", "tier", "pool"), required=True)
    where = Where(required=True)
    points = Count(least=1, most=200)
    tier = Word(tuple(code for code, _ in TIERS))
    #: of a pool: percent of the places
    share = Count(least=1, most=100)
    #: where to: 普通高中, 公办学校 …
    destination = Text(most=80)


class TargetSchema(EntrySchema):
    """`[[education_aid.target]]`: a number the plan wants reached."""

    principal: ClassVar[tuple[str, ...]] = ("wanted", "tolerance")
    measure = Word(("share", "count", "balance"), required=True)
    comparator = Word(("at_least", "at_most", "about"), load_default="at_least")
    #: percent of a share, or a number
    wanted = Count(least=0)
    tolerance = Count(least=0, most=100)
    parts = fields.List(Count(least=0))
    counted = Text(most=120)
    base = Text(most=120)
    #: split over the units of this tag
    spread = Text(most=60)
