"""What people enter to have a term worked out."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from core.errors import N_

_REQUIRED: dict[str, Any] = {"required": N_("必填"), "invalid": N_("须填整数")}


class RunSchema(Schema):
    """A term, and the day whose facts count."""

    class Meta:
        unknown = EXCLUDE

    school_year = fields.Integer(required=True, error_messages=_REQUIRED,
                                 validate=validate.Range(2000, 2100, error=N_("学年填开学那一年，如 2016")))
    term = fields.Integer(required=True, error_messages=_REQUIRED, validate=validate.OneOf([1, 2], error=N_("请选择学期")))
    as_on = fields.Date(required=True, error_messages={"required": N_("必填"), "invalid": N_("日期不对")})
