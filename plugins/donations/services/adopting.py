"""What goes with the steps of needs and pledges, and taking on a need."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import N_, RuleViolation
from core.extensions import Actor, today
from core.host.manager import PluginHost
from core.host.processes import Step
from core.publicity.services import touch_public
from plugins.donations.models import Need, Pledge
from plugins.donations.plan.needs import library_of
from plugins.donations.queries import needs as queries
from plugins.donations.rules.needs import telling

_RULE = "needs-library"


def submittable(session: Session, need: Need) -> list[str]:
    """What stands against putting a need forward."""
    return [*listable(session, need), *over_quota(session, need)]


def listable(session: Session, need: Need) -> list[str]:
    """What stands against its being public: consent, and a text that tells whose it is."""
    missing = telling(f"{need.code} {need.summary}", queries.names_behind(session, need))
    if need.consent_on is None or not (need.consent_by and need.consent_proof):
        missing.insert(0, N_("没有本人或者监护人同意公开的记录（日期、同意人、凭据）"))
    elif need.consent_on > today():
        missing.insert(0, N_("同意公开的日期晚于今天"))
    return missing


def over_quota(session: Session, need: Need) -> list[str]:
    """Whether the village has put forward as many as the plan lets it."""
    library = library_of(session, need.tenant_id)
    count = queries.count_in_village(session, need)
    if library is None or not library.over(count + 1):
        return []
    return [f"本村已报 {count} 个，方案规定每村最多 {library.most} 个（{library.clause}）"]


def follow_need(session: Session, host: PluginHost | None, need: Need, step: Step, actor: Actor) -> None:
    """What goes with each step of a need, in its transaction."""
    if step.code == "submit":  # two at once: the second waits here, and then counts the first
        queries.hold_village(session, need)
        wrong = over_quota(session, need)
        if wrong:
            raise RuleViolation(N_("不能申报：%(reason)s"), rule=_RULE, reason=wrong[0])
    elif step.code == "list":
        need.listed_on = today()
    if step.target in ("listed", "done", "closed"):
        touch_public(session, need.tenant_id)


def fulfilled(session: Session, need: Need) -> list[str]:
    """What stands against its being done: money still missing, or not yet confirmed."""
    waiting = sum(pledge.state in ("pledged", "delivered") for pledge in queries.pledges_of(session, need))
    missing = [f"还差 {need.amount - need.pledged:,.2f} 元没有认领"] if need.pledged < need.amount else []
    return missing + ([f"有 {waiting} 笔认领没有确认"] if waiting else [])


def untaken(session: Session, need: Need) -> list[str]:
    """What stands against closing it: somebody is about to give."""
    waiting = sum(pledge.state in ("pledged", "delivered") for pledge in queries.pledges_of(session, need))
    return [f"有 {waiting} 笔认领没有办完，请先撤回或确认"] if waiting else []


def follow_pledge(session: Session, host: PluginHost | None, pledge: Pledge, step: Step, actor: Actor) -> None:
    """What goes with each step of a pledge, in its transaction."""
    if step.code == "deliver":
        pledge.delivered_on = today()
    elif step.code == "confirm":
        pledge.confirmed_on = today()
    elif step.code == "withdraw":
        move_pledged(session, pledge, -pledge.amount)


def move_pledged(session: Session, pledge: Pledge, amount: Decimal) -> bool:
    """Add to what is pledged of a need, in one statement that never lets it go beyond the need. False: no room, or the
    need is not open to pledges."""
    after = Need.pledged + amount
    moved = update(Need).where(Need.tenant_id == pledge.tenant_id, Need.id == pledge.need_id, after <= Need.amount,
                               after >= Decimal("0.00"))
    if amount > 0:
        moved = moved.where(Need.state == "listed")
    done = session.execute(moved.values(pledged=after).execution_options(synchronize_session=False))
    session.refresh(session.get_one(Need, (pledge.tenant_id, pledge.need_id)))
    touch_public(session, pledge.tenant_id)
    return done.rowcount == 1  # type: ignore[attr-defined, no-any-return]
