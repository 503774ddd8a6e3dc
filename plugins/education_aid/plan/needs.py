"""The sections of a plan about surveys, needs with their measures, pathways and the two databases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, fields

from core.errors import N_
from core.host.contract import Problem, SectionSpec
from core.registry.rules.statuses import KINDS
from core.registry.rules.words import LABOURS
from core.tenancy.grammar.fields import Count, EntrySchema, Text, Texts, Word
from core.tenancy.stages import INCLUDES, STAGES

SURVEY, NEED, PATHWAY, ROLL = (f"education_aid.{name}" for name in ("survey", "need", "pathway", "roll"))
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LABOUR_AGE = 16


class SurveySchema(EntrySchema):
    """`[[education_aid.survey]]`: a form and its summary. The questions beyond the common ones are columns that the plan
    adds to the ledger of surveys (`[[ledger_columns]]`); `by` names those the summary is divided by."""

    principal: ClassVar[tuple[str, ...]] = ()
    summary = Text(most=60)
    by = Texts(load_default=list)


class _StepSchema(Schema):
    class Meta:
        unknown = RAISE

    title = Text(required=True, most=200)
    owner = Text(most=80)
    days = Count(least=0, most=1_000)


class NeedSchema(EntrySchema):
    """`[[education_aid.need]]`: a kind of need, and the measures it calls for."""

    principal: ClassVar[tuple[str, ...]] = ()
    measures = fields.List(fields.Nested(_StepSchema), required=True)


class _PartSchema(Schema):
    class Meta:
        unknown = RAISE

    stage = Word(tuple(STAGES), required=True)
    years = Count(required=True, least=1, most=20)
    primary = Count(least=1, most=8)


class PathwaySchema(EntrySchema):
    """`[[education_aid.pathway]]`: stages that follow one another, each with its years."""

    principal: ClassVar[tuple[str, ...]] = ("stages",)
    stages = fields.List(fields.Nested(_PartSchema), required=True)


class RollSchema(EntrySchema):
    """`[[education_aid.roll]]`: whose households the two databases cover, and who counts as labour."""

    principal: ClassVar[tuple[str, ...]] = ("categories",)
    categories = fields.List(Word(tuple(KINDS)), required=True)
    least_age = Count(least=_LABOUR_AGE, most=30, load_default=_LABOUR_AGE)
    abilities = fields.List(Word(tuple(code for code, _ in LABOURS)), load_default=["full", "skilled", "weak"])


def check_needs(entries: list[dict[str, Any]]) -> list[Problem]:
    """Codes fit into a cell beside each other, and every need has a measure."""
    found = []
    for entry in entries:
        if not _CODE.fullmatch(str(entry.get("code", ""))):
            found.append(_problem(entry, "code", "aid-need", "code 须以小写字母开头，只含小写字母、数字、连字符"))
        if entry.get("measures") == []:
            found.append(_problem(entry, "measures", "aid-need", "每一种需求至少写明一条办法"))
    return found


def check_pathways(entries: list[dict[str, Any]]) -> list[Problem]:
    """No stage comes twice, and what is primary school is less than the whole of compulsory education."""
    found = []
    for entry in entries:
        parts = [part for part in entry.get("stages") or () if isinstance(part, dict)] if isinstance(entry.get("stages"), list) else []
        singles = [one for part in parts for one in INCLUDES.get(str(part.get("stage")), (str(part.get("stage")),))]
        if len(set(singles)) != len(singles):
            found.append(_problem(entry, "stages", "aid-pathway", "同一学段写了两次"))
        for part in parts:
            primary, years = part.get("primary"), part.get("years")
            if primary is not None and (part.get("stage") != "compulsory" or (isinstance(primary, int) and isinstance(years, int)
                                                                              and primary >= years)):
                found.append(_problem(entry, "stages", "aid-pathway", "primary 只写在 compulsory 之下，并且少于它的年数"))
    return found


def _problem(entry: Mapping[str, Any], key: str, rule: str, message: str) -> Problem:
    return Problem(f"{entry['key']}.{key}", rule, message, clause=entry.get("clause", ""))


def describe_survey(value: Mapping[str, Any]) -> str:
    """A survey in words."""
    by = value.get("by")
    return f"{value.get('summary', N_('汇总表'))}：按身份类别、学段、需求" + "".join(f"、{one}" for one in by or ()) + "汇总"


def describe_need(value: Mapping[str, Any]) -> str:
    """What is done about a need, in words."""
    said = []
    for step in value.get("measures") or ():
        owner = step.get("owner") if isinstance(step.get("owner"), str) else ""
        days = f"，{step['days']} 日内" if isinstance(step.get("days"), int) else ""
        said.append(f"{step.get('title', '')}" + (f"（{owner or N_('责任人未写明')}{days}）"))
    return "；".join(said)


def describe_pathway(value: Mapping[str, Any]) -> str:
    """A pathway in words."""
    parts = value.get("stages")
    if not isinstance(parts, list):
        return ""
    years = [part.get("years") for part in parts]
    total = f"，共 {sum(years)} 年" if all(isinstance(one, int) for one in years) else ""
    return "＋".join(f"{STAGES[part['stage']]} {part.get('years')} 年" for part in parts) + total


def describe_roll(value: Mapping[str, Any]) -> str:
    """The two databases in words."""
    kinds = "、".join(KINDS[code].label for code in value.get("categories") or () if code in KINDS)
    return f"{kinds}的户；满 {value.get('least_age', _LABOUR_AGE)} 周岁、有劳动能力、不在读的为劳动力"


NEEDS_SECTIONS = [
    SectionSpec(SURVEY, N_("困难学生调查"), SurveySchema, describe=describe_survey),
    SectionSpec(NEED, N_("需求与办法"), NeedSchema, check=check_needs, describe=describe_need),
    SectionSpec(PATHWAY, N_("贯通培养"), PathwaySchema, check=check_pathways, describe=describe_pathway),
    SectionSpec(ROLL, N_("困难学生与劳动力两库"), RollSchema, describe=describe_roll),
]
