"""What the API takes and gives."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from core.api.rules import read_cursor
from core.errors import N_, InvalidInput

LIMIT, MOST = 50, 200


class Asked:
    """The query of a read: its own values, the fields wanted, and the page."""

    def __init__(self, taken: dict[str, Any]) -> None:
        self.values = taken
        self.fields: str = taken.get("wanted", "")
        self.limit: int = taken.get("limit", LIMIT)
        self.after: str = taken.get("after", "")

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def cursor(self, count: int = 1) -> list[str] | None:
        """The parts of the cursor, or None on the first page."""
        return read_cursor(self.after, count) if self.after else None

    def before(self) -> uuid.UUID | None:
        """The cursor where it is an id."""
        parts = self.cursor()
        try:
            return uuid.UUID(parts[0]) if parts else None
        except ValueError as error:
            raise InvalidInput(N_("after 须是上一页答复中的 next")) from error

    def number(self) -> int | None:
        """The cursor where it is a number."""
        parts = self.cursor()
        return numbers(parts)[0] if parts else None


def numbers(parts: Sequence[str]) -> list[int]:
    """Parts of a cursor that are numbers no larger than a column holds."""
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise InvalidInput(N_("after 须是上一页答复中的 next"))
    return [int(part) for part in parts]


@dataclass(frozen=True)
class Rows:
    """A page of rows and the cursor of the next (empty at the end)."""

    rows: Sequence[dict[str, Any]] = field(default_factory=list)
    next: str = ""


class Plain(fields.String):
    """Text a database can keep: no NUL, no half of a surrogate pair."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self.make_error("invalid")
        return text


def short(longest: int, *, least: int = 0, required: bool = False, pattern: str = "",
          key: str | None = None, description: str = "") -> Plain:
    """Text of a bounded length."""
    checks: list[Any] = [validate.Length(least, longest)]
    if pattern:
        checks.append(validate.Regexp(pattern))
    extra: dict[str, Any] = {} if required else {"load_default": ""}
    return Plain(required=required, validate=checks, metadata={"description": description} if description else {},
                 data_key=key, **extra)


class FieldsQuery(Schema):
    """What every read takes."""

    class Meta:
        unknown = EXCLUDE

    wanted = short(400, key="fields", description="只要这些字段，用逗号分开；不填为全部")


class PageQuery(FieldsQuery):
    """What every list takes."""

    limit = fields.Integer(load_default=LIMIT, strict=False, validate=validate.Range(1, MOST),
                           metadata={"description": "每页条数"})
    after = short(600, description="上一页答复中的 next")


class ProblemSchema(Schema):
    """RFC 9457: why a request was refused."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    rule = fields.String()
    clause = fields.String()


class UnitOut(Schema):
    """A unit as it is today, or was on the day asked for."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    since = fields.Date(required=True, allow_none=True)
    closed_on = fields.Date(required=True, allow_none=True)
    above = fields.List(fields.String(), metadata={"description": "上级名称，由上而下"})


class ChildOut(UnitOut):
    """A unit in a list."""

    class Meta:
        exclude = ("above",)


class StateOut(Schema):
    """A unit's state over a span of days."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    since = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    current = fields.Boolean(required=True)


class DayQuery(FieldsQuery):
    """A read of a day."""

    as_of = fields.Date(load_default=None, metadata={"description": "按这一天的区划；不填为今天"})


class ChildrenQuery(PageQuery):
    """A page of children."""

    as_of = fields.Date(load_default=None, metadata={"description": "按这一天的区划；不填为今天"})
    closed = fields.Boolean(load_default=False, metadata={"description": "连同已撤销的"})


class SearchQuery(PageQuery):
    """A search."""

    q = short(60, least=1, required=True, description="名称、代码、拼音或首字母")


class RenameIn(Schema):
    """A new name."""

    name = short(120, least=1, required=True)
    on = fields.Date(required=True)
    document = short(200)


class FoundIn(Schema):
    """A new unit beneath another."""

    name = short(120, least=1, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(
        ["division", "school", "station", "office", "department", "committee"]))
    code = short(40)
    level = short(12)
    on = fields.Date(required=True)
    document = short(200)


class PlanOut(Schema):
    """A version of a plan."""

    tenant = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    starts_on = fields.Date(required=True, allow_none=True)
    digest = fields.String(required=True)
    proposed_by = fields.String(required=True)
    proposed_at = fields.DateTime(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class PlanQuery(FieldsQuery):
    """The plan of a day."""

    on = fields.Date(load_default=None, metadata={"description": "这一天执行的方案；不填为今天"})


class EntriesQuery(PageQuery):
    """Entries of a plan."""

    on = fields.Date(load_default=None)
    section = short(60, description="只要这一章节，如 report")


class EntryOut(Schema):
    """One entry of a plan with its clause and dates."""

    section = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    clause = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True)
    mode = fields.String(required=True)
    value = fields.Raw(required=True)


class AccountOut(Schema):
    """A person who can sign in."""

    id = fields.UUID(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True, allow_none=True)
    last_seen_at = fields.DateTime(required=True, allow_none=True)


class AssignmentOut(Schema):
    """Who holds which role where, and for how long."""

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    role_title = fields.String(required=True)
    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)


class RightOut(Schema):
    """Whether an action is allowed at a unit, and by which line."""

    action = fields.String(required=True)
    title = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    roles = fields.List(fields.String(), required=True)
    because = fields.String(required=True)


class WhyQuery(FieldsQuery):
    """Whose right to ask about."""

    login = short(60, least=1, required=True)
    action = short(80, least=1, required=True)


class TrailQuery(PageQuery):
    """A page of the trail."""

    action = short(80)
    account = fields.UUID(load_default=None)
    since = fields.Date(load_default=None)
    until = fields.Date(load_default=None)


class TrailOut(Schema):
    """Who did what, in which role, when and why."""

    id = fields.UUID(required=True)
    at = fields.DateTime(required=True, allow_none=True)
    account_id = fields.UUID(required=True, allow_none=True)
    who = fields.String(required=True)
    role = fields.String(required=True)
    action = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    subject = fields.String(required=True)
    sentence = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)
    reason = fields.String(required=True)
    source = fields.String(required=True)


class HitOut(Schema):
    """What a search found, and its page."""

    title = fields.String(required=True)
    hint = fields.String(required=True)
    url = fields.String(required=True)


class MeOut(Schema):
    """The account behind the request, and what its token is held to."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    posts = fields.List(fields.Dict(), required=True)
    token = fields.Dict(required=True, allow_none=True)
