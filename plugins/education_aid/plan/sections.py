"""The sections of a plan that the plugin understands."""

from __future__ import annotations

from core.errors import N_
from core.host.contract import SectionSpec
from plugins.education_aid.plan import checks, schemas, wording
from plugins.education_aid.plan.bounds import comparable

SECTIONS = [
    SectionSpec("education_aid.item", N_("资助项目"), schemas.ItemSchema, check=checks.items, comparable=comparable,
                describe=wording.item),
    SectionSpec("education_aid.exclusive", N_("不重复享受"), schemas.ExclusiveSchema, check=checks.exclusives, describe=wording.exclusive),
    SectionSpec("education_aid.fee", N_("学校收费"), schemas.FeeSchema, describe=wording.fee),
    SectionSpec("education_aid.forbidden_fee", N_("不得收取的费用"), schemas.ForbiddenFeeSchema, describe=wording.forbidden),
    SectionSpec("education_aid.preference", N_("招生与认定照顾"), schemas.PreferenceSchema, check=checks.preferences,
                describe=wording.preference),
    SectionSpec("education_aid.target", N_("资助目标"), schemas.TargetSchema, check=checks.targets, describe=wording.target),
]
