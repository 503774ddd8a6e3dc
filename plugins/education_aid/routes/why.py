"""为什么是这个数: one child, every item, with the clause, the dated value and the facts; also in print for the parent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext

from core.errors import N_, InvalidInput, NotFound
from core.tenancy.grammar.masks import plain
from core.tenancy.queries import TenantPlace, get_tenant
from core.web.i18n import words
from core.web.markers import require
from core.web.request import db
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan import wording
from plugins.education_aid.plan.vocabulary import fact_of, source_of, title_of
from plugins.education_aid.queries import runs
from plugins.education_aid.queries.pupils import names_in
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.rules.items import AUTUMN, DAY, MONTH, NOTHING, YEAR, Item, halves
from plugins.education_aid.rules.words import term_title
from plugins.education_aid.services import entitling
from plugins.education_aid.services.reading import ITEM, PlanItems, aid_grammar, in_force


@blueprint.get("/persons/<uuid:person_id>/why")
@require(Action.AWARD_READ)
def why(code: str, person_id: uuid.UUID) -> str:
    """What one child is entitled to in a term, and why it is that much; beside it what was stored."""
    year, term = _term()
    scope = scope_for(Action.AWARD_READ)
    enrolment = runs.find_enrolment(db(), scope, person_id, year, term)
    if enrolment is None:
        raise NotFound(N_("没有这名学生，或者不在您的范围内"))
    name = runs.names_of(db(), enrolment.tenant_id, {person_id}).get(person_id, "")
    run = runs.latest_run(db(), enrolment.tenant_id, year, term)
    if run is None:
        return show("why.html", person_id=person_id, name=name, found=None, year=year,
                    term=term, title=term_title(year, term))
    tenant = get_tenant(db(), enrolment.tenant_id)
    found = entitling.why(db(), tenant, person_id, year, term, run.as_on)
    stored = {one.item: one for one in runs.awards_of(db(), scope, person_id) if one.school_year == year and one.term == term}
    return show("why.html", person_id=person_id, name=name, found=found, run=run, stored=stored, year=year, term=term,
                title=term_title(year, term), said=said, title_of=title_of, titles=titles, source_of=source_of, keeps=wording.KEEPS,
                **_of_plan(tenant, found.plan, stored, run))


def _of_plan(tenant: TenantPlace, plan: PlanItems, stored: Mapping[str, Award], run: AidRun) -> dict[str, Any]:
    """What the page says of an item by its plan: where it stands, the standard, for whom, and who pays."""
    names = names_in(db(), plan.items)
    printed = {one.source.entry.code: plain(one.value) for one in in_force(db(), tenant, ITEM, run.as_on, aid_grammar())}
    return {"plans": {one: get_tenant(db(), one).name for one in plan.plans},
            "standard": lambda item, attended: wording.amount(printed[item.code].get("amount")) + over_term(item, run.term, attended),
            "where": lambda item: wording.named(item.where.describe(words), names),
            "bears": lambda item: bears(stored.get(item.code), printed[item.code].get("share"))}


def over_term(item: Item, term: int, attended: int | None) -> str:
    """What a term has of what the plan states for a year, a month or a day."""
    amount, at = item.amount, 0 if term == AUTUMN else 1
    if amount.kind == NOTHING:
        return ""
    if amount.per == YEAR:
        return str(gettext("，秋季、春季各半"))
    if amount.per == DAY and (attended is not None or amount.days is not None):
        return str(gettext("，本学期 %(days)s 天", days=attended if attended is not None else halves(amount.days or 0)[at]))
    if amount.per == MONTH and amount.months is not None:
        return str(gettext("，一年 %(months)s 个月，秋季、春季各半", months=amount.months))
    return ""


def bears(award: Award | None, share: Any) -> str:
    """Who pays how much of what was stored; without it, what the plan says of shares."""
    if award is None or not award.shares:
        return wording.share(share)
    return "，".join(f"{wording.payer(name)} {Decimal(part):,.2f} 元" for name, part in award.shares.items())


def titles(names: tuple[str, ...]) -> str:
    """Missing facts as officials call them."""
    return "、".join(title_of(name) for name in names)


def said(name: str, value: object) -> str:
    """A fact in the words of officials."""
    fact = fact_of(name)
    if value is None:
        return "不详"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, set | frozenset | list):
        return "、".join(fact.label_of(str(one)) if fact else str(one) for one in sorted(map(str, value))) or "无"
    if name.startswith("fee_"):
        return f"{int(str(value)) / 100:,.2f} 元/年"
    return fact.label_of(str(value)) if fact else str(value)


def _term() -> tuple[int, int]:
    try:
        return int(request.args.get("school_year", "")), int(request.args.get("term", ""))
    except ValueError as error:
        raise InvalidInput(N_("地址里须写明学年和学期")) from error
