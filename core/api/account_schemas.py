"""What writes of accounts and assignments take."""

from __future__ import annotations

from marshmallow import Schema, fields

from core.api.schemas import short


class PostIn(Schema):
    """A role at a unit, for a time."""

    role = short(40, least=1, required=True, description="角色代码")
    unit = short(40, description="本单位或下级单位的代码；不填为本单位")
    since = fields.Date(load_default=None, allow_none=True, metadata={"description": "自这一天起；不填为今天"})
    until = fields.Date(load_default=None, allow_none=True, metadata={"description": "到这一天止，不含当日；不填为长期"})


class OpenIn(PostIn):
    """A new account with its first role."""

    login = short(60, least=2, required=True, pattern=r"^[a-z0-9][a-z0-9._-]{1,59}\Z")
    name = short(60, least=1, required=True)


class GiveIn(PostIn):
    """A role for an account that exists."""

    login = short(60, least=1, required=True)


class ChangeIn(Schema):
    """A corrected name, or the end of an account: its assignments here end, and without any other it is closed."""

    name = short(60, description="更正后的姓名")
    active = fields.Boolean(load_default=True, metadata={"description": "false 为办理离任，须写明 reason"})
    reason = short(400)


class EndIn(Schema):
    """The end of an assignment."""

    valid_to = fields.Date(required=True, metadata={"description": "到这一天止，不含当日"})
    reason = short(400)
