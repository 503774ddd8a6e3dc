"""What ends by its own day: campaigns are closed on it, and the clocks of publishing start without anybody's help."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, today
from core.host.contract import JobRun, JobSpec
from plugins.donations.queries import publishing as queries
from plugins.donations.services.campaigns import close
from plugins.donations.services.publishing import begin_clock, subject_of


def close_over(session: Session, actor: Actor) -> int:
    """Close the campaigns whose last day is over, in all tenants of the session; gives how many."""
    over = queries.campaigns_over(session, today())
    for campaign in over:
        assert campaign.ends_on is not None  # that is how they were found
        close(session, campaign, campaign.ends_on, actor)
    return len(over)


def begin_missing(session: Session, actor: Actor) -> int:
    """Start the clocks of whatever has ended by its own day, in all tenants of the session. Gives how many."""
    found = queries.ended_lately(session, today())
    running = queries.clocks_for(session, [subject_of(one) for one in found])
    return sum(begin_clock(session, one, actor) is not None for one in found if subject_of(one) not in running)


def follow_days(run: JobRun) -> None:
    """Campaigns and projects end on days that were entered beforehand: nobody has to remember them."""
    with run.transaction("捐赠活动到期结束和公示时限起算") as session:
        closed, begun = close_over(session, run.actor), begin_missing(session, run.actor)
        run.finish_in(session, f"结束 {closed} 个到期的活动，另起算 {begun} 个公示时限")


JOBS = [JobSpec("donations.clocks", N_("捐赠活动到期结束和公示时限起算"), follow_days, every=3600, visible=False)]
