"""The sections of a plan that the plugin understands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.errors import N_
from core.host.contract import SectionSpec
from plugins.education_aid.plan import checks, schemas, wording


def comparable(entry: Mapping[str, Any]) -> tuple[str, Decimal] | None:
    """What a floor or ceiling above an item compares: the amount, by its period."""
    amount = entry.get("amount")
    if not isinstance(amount, Mapping):
        return None
    value = amount.get("fixed", amount.get("average", amount.get("cap")))
    try:
        return (str(amount.get("per", "year")), Decimal(str(value))) if value is not None else None
    except ArithmeticError:
        return None


SECTIONS = [
    SectionSpec("education_aid.item", N_("资助项目"), schemas.ItemSchema, check=checks.items, comparable=comparable,
                describe=wording.item),
    SectionSpec("education_aid.fee", N_("学校收费"), schemas.FeeSchema, describe=wording.fee),
    SectionSpec("education_aid.forbidden_fee", N_("不得收取的费用"), schemas.ForbiddenFeeSchema, describe=wording.forbidden),
    SectionSpec("education_aid.preference", N_("招生与认定照顾"), schemas.PreferenceSchema, check=checks.preferences,
                describe=wording.preference),
    SectionSpec("education_aid.target", N_("资助目标"), schemas.TargetSchema, check=checks.targets, describe=wording.target),
]
