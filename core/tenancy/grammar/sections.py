"""The sections of a profile that core itself understands, as schemas; plugins register theirs likewise."""

from __future__ import annotations

from typing import ClassVar

from marshmallow import fields

from core.tenancy.grammar.fields import PERIODS, Count, Day, Due, EntrySchema, Text, Texts, Word
from core.tenancy.stages import STAGES

BODIES = ("province", "city", "county", "township", "school", "person")


class TenantSchema(EntrySchema):
    """`[tenant]`: whose plan it is."""

    firm: ClassVar[tuple[str, ...]] = ("unit", "name", "fictitious", "under", "level", "kind")
    unit = Text(required=True, most=20)
    name = Text(required=True, most=120)
    fictitious = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    under = Text(most=20)
    level = Word(("province", "city", "county", "township", "village"))
    kind = Word(("division", "school", "station", "office", "department"), load_default="division")


class DocumentSchema(EntrySchema):
    """`[[document]]`: a published document the plan rests on; the first is the plan itself."""

    firm: ClassVar[tuple[str, ...]] = ("title", "starts")
    title = Text(required=True)
    number = Text(unmasked=True, most=80)
    issuer = Text(most=120)
    date = Day()
    source = Text()
    starts = Day()
    note = Text(most=1000)


class ClauseSchema(EntrySchema):
    """`[[clause]]`: a clause with a short quotation; every clause cited must stand here."""

    identity: ClassVar[str] = "id"
    firm: ClassVar[tuple[str, ...]] = ("id", "text", "document")
    id = Text(required=True, most=80)
    text = Text(required=True, most=600)
    document = Text()


class ProgrammeSchema(EntrySchema):
    """`[[programme]]`: a programme area, listed by the national base alone."""

    has_name: ClassVar[bool] = False
    has_clause: ClassVar[bool] = False
    title = Text(required=True, most=40)
    summary = Text()


class PluginSchema(EntrySchema):
    """`[[plugin]]`: a plugin the plan uses, on from that day."""

    has_name: ClassVar[bool] = False


class StageSchema(EntrySchema):
    """`[[stage]]`: the plan's word for a stage and the shared code it stands for."""

    identity: ClassVar[str] = "label"
    has_name: ClassVar[bool] = False
    firm: ClassVar[tuple[str, ...]] = ("label",)
    code = Word(tuple(STAGES), rule="unknown-stage", required=True)
    label = Text(required=True, most=40)


class PhaseSchema(EntrySchema):
    """`[[phase]]`: a phase from one day to another; phases of one series follow each other without a gap."""

    has_dates: ClassVar[bool] = True
    principal: ClassVar[tuple[str, ...]] = ("from", "to")
    precision = Word(("day", "month", "year"), load_default="day")
    series = Text(most=40)


class MilestoneSchema(EntrySchema):
    """`[[milestone]]`: what is to be reached by a day, or so many months after the plan's start."""

    due = Due(required=True)
    target = Text()
    body = Texts()
    series = Text(most=40)


class DutySchema(EntrySchema):
    """`[[duty]]`: who answers for what; a duty with no body is a gap."""

    principal: ClassVar[tuple[str, ...]] = ("body",)
    body = Texts()
    part = Word(("lead", "support"), load_default="lead")
    level = Word(BODIES)
    area = Text(most=80)


class ReportSchema(EntrySchema):
    """`[[report]]`: who reports to whom, and by when. Its `to` is the receiver, so it has no end date."""

    principal: ClassVar[tuple[str, ...]] = ("due",)
    by = Texts(required=True)
    to = Text(required=True)
    due = Due(required=True)
    form = Text()


class MeetingSchema(EntrySchema):
    """`[[meeting]]`: a recurring meeting or dispatch (月调度、周调度)."""

    principal: ClassVar[tuple[str, ...]] = ("every",)
    every = Word(PERIODS, required=True)
    by = Texts()


class SeatSchema(EntrySchema):
    """One kind of seat in a committee: the post, how many, of whom how many are 常务."""

    post = Text(required=True, most=40)
    count = Count(least=1, most=500, load_default=1)
    standing = Count(most=500, load_default=0)
    holder = Text()


class CommitteeSchema(EntrySchema):
    """`[[committee]]`: a leading group with its seats and its office; never a person's name."""

    principal: ClassVar[tuple[str, ...]] = ("seats",)
    seats = fields.List(fields.Nested(SeatSchema), required=True)
    total = Count(most=5000)
    office = Text(most=120)
    office_unit = Text(most=20)
    office_head = Text(most=120)
    members = Text()


class NamedContactSchema(EntrySchema):
    """A unit that has named its contact; the post only, never a person's name."""

    unit = Text(required=True, most=20)
    post = Text(most=80)


class ContactSchema(EntrySchema):
    """`[[contact]]`: each unit of a kind names one contact (联络员制度)."""

    principal: ClassVar[tuple[str, ...]] = ("per",)
    per = Word(("unit", "province", "city", "county", "township", "village", "school"), required=True)
    named = fields.List(fields.Nested(NamedContactSchema))


class TagSchema(EntrySchema):
    """`[[tag]]`: a named list of units, such as the 58 counties of a contiguous poor area."""

    principal: ClassVar[tuple[str, ...]] = ("units",)
    units = fields.List(Text(most=20))
    count = Count()


class ValueSchema(EntrySchema):
    """`[[value]]`: a parameter of core, by its registered code; `core.tenancy.values` checks the value."""

    principal: ClassVar[tuple[str, ...]] = ("value",)
    value = fields.Raw(required=True)
    unit = Text(most=20)
    reference = Text()
