"""The sections of a plan about the running of aid: the course of an application, banks, the hunt for children out of school."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, fields

from core.errors import N_
from core.host.contract import Problem, SectionSpec
from core.tenancy.grammar.fields import Amount, Count, Day, EntrySchema, MonthDay, Text, Texts, Word, refuse
from plugins.education_aid.plan.schemas import YesNo
from plugins.education_aid.rules.bank_files import CSV, HOLDS, RETURNED, XLSX, Column, Format

FLOW, BANK, DROPOUT = "education_aid.flow", "education_aid.bank", "education_aid.dropout"
DAY_KINDS = ("工作日", "自然日")


class FlowSchema(EntrySchema):
    """`[[education_aid.flow]]`: what lies between an application and its payment."""

    principal: ClassVar[tuple[str, ...]] = ()
    #: the township or its central school checks before the county
    township = YesNo(load_default=False)
    #: within how many days of its approval a batch is due
    pay_days = Count(least=1, most=366)
    pay_unit = Word(DAY_KINDS, load_default="工作日")
    #: within how many days a case must be closed, and a letter answered
    case_days = Count(least=1, most=366)
    letter_days = Count(least=1, most=366)
    #: the bodies that sign a joint letter
    letter_issuers = Texts()
    #: the prefix of its number
    letter_prefix = Text(most=40)


class _ColumnSchema(Schema):
    class Meta:
        unknown = RAISE

    title = Text(required=True, most=40)
    holds = Word(tuple(dict.fromkeys((*HOLDS, *RETURNED))), required=True)


class Reasons(fields.Field[dict[str, str]]):
    """Code → what it means, in the words of the bank."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            raise refuse("wrong-type", "原因须写成表：代码 = \"含义\"")
        return {str(code): str(text) for code, text in value.items()}


class BankSchema(EntrySchema):
    """`[[education_aid.bank]]`: the two files of a bank, column by column."""

    principal: ClassVar[tuple[str, ...]] = ("sent", "returned")
    bank = Text(required=True, most=60)
    #: the account of the funds that pays
    account = Text(required=True, most=60)
    file = Word((CSV, XLSX), load_default=CSV)
    encoding = Word(("gb18030", "utf-8-sig"), load_default="gb18030")
    sent = fields.List(fields.Nested(_ColumnSchema), required=True)
    returned = fields.List(fields.Nested(_ColumnSchema), required=True)
    success = Texts(required=True)
    reasons = Reasons(load_default=dict)


class DropoutSchema(EntrySchema):
    """`[[education_aid.dropout]]`: whom the hunt for children out of school covers, and what is held against it."""

    principal: ClassVar[tuple[str, ...]] = ("born_from", "born_to", "ceiling")
    #: days of birth, both included; rolled each year from the school year they were printed for
    born_from = Day()
    born_to = Day(edge="last")
    for_year = Count(least=2000, most=2100)
    #: or ages at a day of the year
    least_age = Count(least=3, most=18)
    below_age = Count(least=4, most=20)
    cutoff = MonthDay(load_default="08-31")
    #: the highest rate, in percent, itself included
    ceiling = Amount()
    #: after how many days away in a row a pupil counts as dropped out
    absence_days = Count(least=1, most=366)
    #: within how many days a case must be closed
    case_days = Count(least=1, most=366)


def check_banks(entries: list[dict[str, Any]]) -> list[Problem]:
    """A bank's files name all they need."""
    found = []
    for entry in entries:
        if isinstance(entry.get("sent"), list) and isinstance(entry.get("returned"), list):
            found += [Problem(f"{entry['key']}", "aid-bank", fault, clause=entry.get("clause", "")) for fault in format_of(entry).faults()]
    return found


def check_dropouts(entries: list[dict[str, Any]]) -> list[Problem]:
    """The cohort is said in one way, and its bounds are in order."""
    found = []
    for entry in entries:
        days, ages = entry.get("born_from") and entry.get("born_to"), entry.get("least_age") and entry.get("below_age")
        alone = not days and not ages and entry.get("ceiling") is not None  # a school names the ceiling, its county the cohort
        wrong = "" if bool(days) != bool(ages) or alone else (
            "须写出生日期的起止（born_from、born_to），或者年龄（least_age、below_age），写一种")
        if not wrong and days and str(entry["born_from"]) > str(entry["born_to"]) and _is_day(entry["born_from"]):
            wrong = "出生日期的起止颠倒"
        if not wrong and ages and isinstance(ages, int) and entry["least_age"] >= entry["below_age"]:
            wrong = "年龄的上下限颠倒"
        if wrong:
            found.append(Problem(f"{entry['key']}", "aid-cohort", wrong, clause=entry.get("clause", "")))
    return found


def format_of(value: Mapping[str, Any]) -> Format:
    """A bank's files as the rules take them."""
    return Format(str(value.get("code", "")), str(value.get("bank", "")), _columns(value["sent"]), _columns(value["returned"]),
                  frozenset(value.get("success") or ()), dict(value.get("reasons") or {}), str(value.get("file", CSV)),
                  str(value.get("encoding", "gb18030")))


def _columns(value: list[Mapping[str, str]]) -> tuple[Column, ...]:
    return tuple(Column(one["title"], one["holds"]) for one in value)


def _is_day(value: Any) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)))


def describe_flow(value: Mapping[str, Any]) -> str:
    """A course in words."""
    said = [N_("班级评议、学校审核、公示") + ("、乡镇审核" if value.get("township") is True else "") + "、县级审批"]
    for key, words in (("pay_days", "批准后 {} 日内发放"), ("case_days", "问题 {} 日内办结"), ("letter_days", "函件 {} 日内答复")):
        if isinstance(value.get(key), int):
            said.append(words.format(value[key]))
    return "；".join(said)


def describe_bank(value: Mapping[str, Any]) -> str:
    """A bank's files in words."""
    sent = value.get("sent")
    return f"{value.get('bank', '')}：发送 {'、'.join(one['title'] for one in sent) if isinstance(sent, list) else ''}"


def describe_dropout(value: Mapping[str, Any]) -> str:
    """A cohort in words."""
    if value.get("born_from"):
        said = [f"{value['born_from']} 至 {value['born_to']} 出生（含首尾）"]
    elif not value.get("least_age"):
        said = []
    else:
        said = [f"{value.get('cutoff', '')} 满 {value.get('least_age')} 周岁、未满 {value.get('below_age')} 周岁"]
    return "；".join([*said, *([f"辍学率 {value['ceiling']}% 以内"] if value.get("ceiling") is not None else [])])


RUNNING_SECTIONS = [
    SectionSpec(FLOW, N_("资助办理流程"), FlowSchema, describe=describe_flow),
    SectionSpec(BANK, N_("代发银行"), BankSchema, check=check_banks, describe=describe_bank),
    SectionSpec(DROPOUT, N_("控辍保学"), DropoutSchema, check=check_dropouts, describe=describe_dropout),
]
