"""Campaigns from draft to end: nothing opens without a declaration, and nothing asks anybody for a sum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.trail.services import record
from core.units.models import Unit
from plugins.donations.models import Campaign, Project
from plugins.donations.permissions import Action
from plugins.donations.plan.reading import find_rule
from plugins.donations.queries.gifts import campaigns_by_code
from plugins.donations.rules import words
from plugins.donations.rules.voluntary import LAW, apportioned
from plugins.donations.rules.windows import next_day
from plugins.donations.services.publishing import begin_clock

CAMPAIGN_ENTERED = phrase(N_("登记捐赠活动“%(title)s”"))
PROMISED = phrase(N_("“%(title)s”作出合规承诺"))
EXTENDED = phrase(N_("捐赠活动“%(title)s”延期"))
PLANNED = phrase(N_("“%(title)s”附上资金用途方案"))
PROJECT_ENTERED = phrase(N_("登记捐赠项目“%(title)s”"))
PROJECT_ENDED = phrase(N_("捐赠项目“%(title)s”于 %(day)s 结束"))
CHARITY_LAW = N_("《中华人民共和国慈善法》第二十二条")
EIGHT_RULES = N_("CO-032 厉行节约，不以扶贫名义谋取私利")
_CHECKED = ("title", "note", "use_plan", "holder")


def draft(session: Session, tenant_id: str, unit: Unit, values: Mapping[str, Any], actor: Actor) -> Campaign:
    """A new campaign, not yet open."""
    _voluntary(session, tenant_id, values)
    _days(values)
    if values["code"] in campaigns_by_code(session, tenant_id):
        raise InvalidInput(N_("编号 %(code)s 已有捐赠活动"), {"code": N_("这个编号已经用过")}, code=values["code"])
    made = Campaign(tenant_id=tenant_id, unit_id=unit.id, created_by=actor.account_id, **values)
    rule = find_rule(session, tenant_id, "campaign", made.plan_code) if made.plan_code else None
    separate = rule is not None and rule.get("use") == "separate"
    made.use_state = "pending" if separate and not (made.use_plan or "").strip() else "attached"
    if made.ends_on is None and rule is not None and rule.get("closes"):
        made.ends_on = next_day(rule.get("closes"), made.concentrated_to or made.starts_on)
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    _trail(session, made, actor, Action.CAMPAIGN_WRITE, CAMPAIGN_ENTERED(title=made.title),
           after={"holder": made.holder, "kind": made.kind})
    return made


def _voluntary(session: Session, tenant_id: str, values: Mapping[str, Any]) -> None:
    for name in _CHECKED:
        said = apportioned(str(values.get(name) or ""))
        if said:
            rule = find_rule(session, tenant_id, "campaign", str(values.get("plan_code") or ""))
            raise RuleViolation(N_("“%(said)s”是摊派或者变相摊派：捐赠应当自愿（%(law)s）"), rule="apportionment",
                                clause=rule.clause if rule else LAW, said=said, law=LAW)


def _days(values: Mapping[str, Any]) -> None:
    starts, ends = values["starts_on"], values.get("ends_on")
    first, last = values.get("concentrated_from"), values.get("concentrated_to")
    if ends is not None and ends < starts:
        raise InvalidInput(N_("结束日不能早于开始日"), {"ends_on": N_("早于开始日")})
    if (first is None) != (last is None):
        name = "concentrated_from" if first is None else "concentrated_to"
        raise InvalidInput(N_("集中捐赠须写明起止日"), {name: N_("起止日都要填")})
    if first is not None and last is not None and not starts <= first <= last <= (ends or last):
        raise InvalidInput(N_("集中捐赠的起止日须在活动起止日之内"), {"concentrated_to": N_("不在活动起止日之内")})


def declare(session: Session, campaign: Campaign, actor: Actor) -> None:
    """Declare that nobody gains by the campaign."""
    if campaign.declared_on is not None:
        raise Conflict(N_("已于 %(day)s 作出合规承诺"), day=campaign.declared_on)
    campaign.declared_on, campaign.declared_by = today(), actor.name[:80]
    _trail(session, campaign, actor, Action.CAMPAIGN_WRITE, PROMISED(title=campaign.title), after={"declared": str(today())})


def open_campaign(session: Session, campaign: Campaign, actor: Actor) -> None:
    """Open it for gifts; raises RuleViolation without a declaration, and for public fund-raising by an unqualified body."""
    if campaign.state != "draft":
        raise Conflict(N_("活动“%(title)s”%(state)s，不能再开启"), title=campaign.title,
                       state=words.label(words.CAMPAIGN_STATES, campaign.state))
    if campaign.declared_on is None:
        raise RuleViolation(N_("没有合规承诺，不能开启：请先承诺厉行节约、不以扶贫名义谋取私利"), rule="no-declaration", clause=EIGHT_RULES)
    if campaign.kind == "public" and (campaign.holder_kind not in words.QUALIFIED or not campaign.qualification):
        raise RuleViolation(N_("公开募捐须由取得公开募捐资格的慈善组织开展，并写明资格证书编号；%(holder)s可以改为单位内倡议，"
                               "或与有资格的组织合作"), rule="unqualified-holder", clause=CHARITY_LAW, holder=campaign.holder)
    _step(session, campaign, "open", actor, f"开启捐赠活动“{campaign.title}”")


def close(session: Session, campaign: Campaign, on: dt.date, actor: Actor) -> None:
    """End it: from the day on which its clocks run."""
    if campaign.state != "open":
        raise Conflict(N_("活动“%(title)s”%(state)s，不能结束"), title=campaign.title,
                       state=words.label(words.CAMPAIGN_STATES, campaign.state))
    if not campaign.starts_on <= on <= today():
        raise InvalidInput(N_("结束日须在开始日与今天之间"), {"on": N_("日期不对")})
    campaign.closed_on = on
    _step(session, campaign, "closed", actor, f"结束捐赠活动“{campaign.title}”")
    begin_clock(session, campaign, actor)


def extend(session: Session, campaign: Campaign, until: dt.date | None, actor: Actor, reason: str) -> None:
    """Let it go on until another day, or without an end."""
    if campaign.state == "closed":
        raise Conflict(N_("活动已经结束，不能延期；请登记新的活动"))
    if until is not None and until < (campaign.ends_on or campaign.starts_on):
        raise InvalidInput(N_("延期只能往后延"), {"until": N_("早于原来的结束日")})
    if len(reason.strip()) < 4:
        raise InvalidInput(N_("延期须写明理由"), {"reason": N_("至少 4 个字")})
    before = str(campaign.ends_on or "")
    campaign.ends_on = until
    campaign.version += 1
    _trail(session, campaign, actor, Action.CAMPAIGN_APPROVE, EXTENDED(title=campaign.title), before={"ends_on": before},
           after={"ends_on": str(until or "")}, reason=reason)


def attach_use_plan(session: Session, campaign: Campaign, text: str, actor: Actor) -> None:
    """Attach what the money is for; from now on it may be spent."""
    if len(text.strip()) < 4:
        raise InvalidInput(N_("请写明资金用途，或另报方案的文号"), {"use_plan": N_("至少 4 个字")})
    _voluntary(session, campaign.tenant_id, {"use_plan": text, "plan_code": campaign.plan_code})
    campaign.use_plan, campaign.use_state = text.strip()[:2000], "attached"
    campaign.version += 1
    _trail(session, campaign, actor, Action.CAMPAIGN_WRITE, PLANNED(title=campaign.title), after={"use": "attached"})


def add_project(session: Session, tenant_id: str, unit: Unit, values: Mapping[str, Any], actor: Actor) -> Project:
    """A project that gifts are used for."""
    if values.get("ends_on") and values["ends_on"] < values["starts_on"]:
        raise InvalidInput(N_("结束日不能早于开始日"), {"ends_on": N_("早于开始日")})
    made = Project(tenant_id=tenant_id, unit_id=unit.id, **values)
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.SPENDING_WRITE, PROJECT_ENTERED(title=made.title), subject=f"donations.projects:{made.id}",
           tenant_id=tenant_id, unit_id=unit.id, after={"use": made.use})
    return made


def _step(session: Session, campaign: Campaign, state: str, actor: Actor, sentence: str) -> None:
    before, campaign.state = campaign.state, state
    campaign.version += 1
    session.flush()  # two who step at once: the second finds the state it did not expect
    _trail(session, campaign, actor, Action.CAMPAIGN_APPROVE, sentence, before={"state": before}, after={"state": state})


def _trail(session: Session, campaign: Campaign, actor: Actor, action: str, sentence: str, *,
           before: dict[str, object] | None = None, after: dict[str, object] | None = None, reason: str = "") -> None:
    record(session, actor, action, sentence, subject=f"donations.campaigns:{campaign.id}", tenant_id=campaign.tenant_id,
           unit_id=campaign.unit_id, before=before, after=after, reason=reason)


def end_project(session: Session, project: Project, on: dt.date, actor: Actor) -> None:
    """Say when a project ended: from that day the clock of publishing its use runs."""
    if not project.starts_on <= on <= today():
        raise InvalidInput(N_("结束日须在开始日与今天之间"), {"on": N_("日期不对")})
    before, project.ends_on = str(project.ends_on or ""), on
    project.version += 1
    record(session, actor, Action.SPENDING_WRITE, PROJECT_ENDED(title=project.title, day=on), subject=f"donations.projects:{project.id}",
           tenant_id=project.tenant_id, unit_id=project.unit_id, before={"ends_on": before}, after={"ends_on": str(on)})
    begin_clock(session, project, actor)
