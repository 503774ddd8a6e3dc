"""The columns a ledger has for one tenant: its own, and those the tenant's plan adds (`[[ledger_columns]]`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import today
from core.host.contract import Problem, SectionSpec
from core.host.ledgers import Field, Ledger
from core.tenancy import queries
from core.tenancy.grammar.fields import EntrySchema, Text, Texts, Word

SECTION = "ledger_columns"
#: kinds a plan may add: what needs no column, index or key of its own
KINDS = ("text", "note", "integer", "decimal", "yuan", "date", "month", "choice", "yes_no")
WORDS = {"text": N_("文字"), "note": N_("长文字"), "integer": N_("整数"), "decimal": N_("数字"), "yuan": N_("金额"),
         "date": N_("日期"), "month": N_("月份"), "choice": N_("选项"), "yes_no": N_("是否")}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class ColumnSchema(EntrySchema):
    """`[[ledger_columns]]`: a column a county adds to a ledger; `code` is its name, `name` its header."""

    firm: ClassVar[tuple[str, ...]] = ("ledger", "kind")
    ledger = Text(required=True, most=60)
    kind = Word(KINDS, load_default="text")
    choices = Texts(load_default=list)
    required = fields.Boolean(load_default=False, truthy={True}, falsy={False},
                              error_messages={"invalid": "required 须是 true 或 false"})
    most = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 10**9),
                          error_messages={"invalid": "most 须是整数"})


def check_columns(entries: list[dict[str, Any]]) -> list[Problem]:
    """Faults that only show between the values of an entry."""
    found = []
    for entry in entries:
        code, key = str(entry.get("code", "")), f"{SECTION}[{entry.get('code', '')}]"
        clause = str(entry.get("clause", ""))
        if not _CODE.fullmatch(code):
            found.append(Problem(f"{key}.code", "ledger-column-code", "code 须以小写字母开头，只含小写字母、数字、下划线", clause))
        if (entry.get("kind") == "choice") != bool(entry.get("choices")):
            found.append(Problem(f"{key}.choices", "ledger-column-choices", "kind 为 choice 时写明 choices，其他类型不写", clause))
    return found


def describe_column(value: Mapping[str, Any]) -> str:
    """An entry in words, for the plan page."""
    kind = WORDS.get(str(value.get("kind", "text")), "")
    choices = "：" + "、".join(map(str, value["choices"])) if value.get("choices") else ""
    return f"台账 {value.get('ledger', '')} 增加一列（{kind}{choices}{'，必填' if value.get('required') else ''}）"


SECTIONS = [SectionSpec(SECTION, N_("台账增加的列"), ColumnSchema, check=check_columns, describe=describe_column)]


def fields_for(session: Session, ledger: Ledger, tenant_id: str) -> tuple[Field, ...]:
    """The ledger's fields with those the tenant's plan of today adds."""
    if not ledger.has_column("extra"):
        return ledger.fields
    plan = queries.running_plan(session, tenant_id)
    if plan is None:
        return ledger.fields
    day, taken = today(), {field.name for field in ledger.fields}
    rows = queries.entries_of_plans(session, [plan], SECTION)
    added = [_field(row) for row in rows if row.value.get("ledger") == ledger.code and row.code not in taken
             and (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or row.valid_to >= day)]
    return (*ledger.fields, *added) if added else ledger.fields


def _field(row: Any) -> Field:
    value = row.value
    choices = tuple((str(choice), str(choice)) for choice in value.get("choices") or ())
    return Field(row.code, row.name or row.code, str(value.get("kind", "text")), required=bool(value.get("required")),
                 choices=choices, most=value.get("most"), clause=row.clause, extra=True)
