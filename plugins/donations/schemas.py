"""What people may enter on the plugin's own forms; the ledgers judge their own."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate, validates

from core.errors import N_, InvalidInput
from core.ledgers.checking import messages_of
from plugins.donations.rules import words
from plugins.donations.rules.voluntary import LAW, apportioned

_DAY: dict[str, Any] = {"invalid": N_("日期须写作 2026-11-21"), "required": N_("必填")}
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
_NEEDED: dict[str, Any] = {"required": N_("必填"), "null": N_("必填")}


class Money(fields.Field[Decimal]):
    """An amount larger than nothing with at most two places, in plain digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Decimal:
        text = str(value).strip()
        if not _AMOUNT.fullmatch(text) or not text.isascii():
            raise ValidationError(N_("金额须是半角数字，最多 2 位小数、不到 100 亿，如 1234.50"))
        if Decimal(text) <= 0:
            raise ValidationError(N_("金额须大于零"))
        return Decimal(text).quantize(Decimal("0.01"))


class Line(fields.String):
    """A text that is not longer than its column, and asks a fixed sum of nobody."""

    def __init__(self, most: int, *, needed: bool = False, **options: Any) -> None:
        most_said = N_("最多 %(most)d 个字") % {"most": most}
        options.setdefault("validate", [validate.Length(max=most, error=most_said)])
        if needed:
            options["validate"].append(validate.Length(min=1, error=N_("必填")))
        else:
            options.setdefault("load_default", "")
        super().__init__(required=needed, error_messages=_NEEDED, **options)


class FormSchema(Schema):
    """A form: what is left empty is not there."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def without_blanks(self, data: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        """Drop empty answers and what stands around the others."""
        return {name: value.strip() if isinstance(value, str) else value for name, value in data.items()
                if not isinstance(value, str) or value.strip()}


def read(schema: Schema, form: Mapping[str, Any]) -> dict[str, Any]:
    """The typed answers of a form; raises InvalidInput with what is wrong with each field."""
    try:
        found: dict[str, Any] = schema.load(form)
    except ValidationError as error:
        raise InvalidInput(N_("填写有误"), messages_of(error)) from error
    return found


def blank(schema: type[Schema], entered: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in each field of a form, nothing where nothing was entered."""
    return {**dict.fromkeys(schema._declared_fields, ""), **entered}


class CampaignSchema(FormSchema):
    """A campaign. There is no field for an amount, and no words that ask one are taken."""

    code = fields.String(required=True, error_messages=_NEEDED, validate=validate.Regexp(
        r"^[0-9A-Za-z._-]{1,40}$", error=N_("编号用字母、数字、点、短横，最多 40 个")))
    title = Line(120, needed=True)
    plan_code = Line(60)
    kind = fields.String(required=True, error_messages=_NEEDED,
                         validate=validate.OneOf(words.codes(words.CAMPAIGN_KINDS), error=N_("请选择")))
    holder = Line(120, needed=True)
    holder_kind = fields.String(required=True, error_messages=_NEEDED,
                                validate=validate.OneOf(words.codes(words.HOLDER_KINDS), error=N_("请选择")))
    qualification = Line(80)
    starts_on = fields.Date(required=True, error_messages=_DAY)
    concentrated_from = fields.Date(load_default=None, error_messages=_DAY)
    concentrated_to = fields.Date(load_default=None, error_messages=_DAY)
    ends_on = fields.Date(load_default=None, error_messages=_DAY)
    use_plan = Line(2000)
    note = Line(1000)

    @validates("title", "use_plan", "note", "holder")
    def voluntary(self, value: str, data_key: str) -> None:
        """Nobody is asked a fixed sum."""
        said = apportioned(value)
        if said:
            raise ValidationError(f"“{said}”是摊派或者变相摊派：捐赠应当自愿（{LAW}）")


class SpendingSchema(FormSchema):
    """A payment out of gifts."""

    account_id = fields.UUID(required=True, error_messages={**_NEEDED, "invalid_uuid": N_("请选择账户")})
    gift_id = fields.UUID(load_default=None, error_messages={"invalid_uuid": N_("请选择捐赠")})
    project_code = Line(40)
    use = fields.String(required=True, error_messages=_NEEDED, validate=validate.OneOf(words.codes(words.USES), error=N_("请选择用途")))
    amount = Money(required=True, error_messages=_NEEDED)
    spent_on = fields.Date(required=True, error_messages=_DAY)
    place = Line(20)
    household = Line(60)
    person = Line(60)
    campaign_id = fields.UUID(load_default=None, error_messages={"invalid_uuid": N_("请选择活动")})
    memo = Line(200)


class AmountSchema(FormSchema):
    """An amount alone."""

    amount = Money(required=True, error_messages=_NEEDED)


class ProjectSchema(FormSchema):
    """What gifts are used for."""

    code = CampaignSchema._declared_fields["code"]
    title = Line(120, needed=True)
    campaign_code = Line(40)
    use = fields.String(required=True, error_messages=_NEEDED, validate=validate.OneOf(words.codes(words.USES), error=N_("请选择用途")))
    starts_on = fields.Date(required=True, error_messages=_DAY)
    ends_on = fields.Date(load_default=None, error_messages=_DAY)
    note = Line(1000)


class PhotoSchema(FormSchema):
    """What is said of photographs of a ceremony."""

    title = Line(120, needed=True)
    taken_on = fields.Date(load_default=None, error_messages=_DAY)
    consent_on = fields.Date(load_default=None, error_messages=_DAY)
    wanted_public = fields.Boolean(load_default=False)


def id_of(text: str) -> uuid.UUID | None:
    """An id of a form, or None for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
