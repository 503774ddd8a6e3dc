"""Publishing donors and amounts when a campaign has ended, and the use when a project has, each within its days."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.documents.storage import Store
from core.errors import N_, Conflict
from core.extensions import Actor, today
from core.host.manager import PluginHost
from core.host.notices import ClockSpec, NoticeSpec, Term
from core.publicity.models import DutyClock, Notice
from core.publicity.services import Attachment, open_notice, start_clock
from core.units.queries import get_unit
from plugins.donations import notices
from plugins.donations.models import Campaign, Project
from plugins.donations.plan.reading import rules_of
from plugins.donations.queries import publishing as queries
from plugins.donations.services.photos import public_photos

Ended = Campaign | Project


def subject_of(one: Ended) -> str:
    """By which notices and clocks name it."""
    return f"donations.{'campaigns' if isinstance(one, Campaign) else 'projects'}:{one.id}"


def begin_clock(session: Session, one: Ended, actor: Actor) -> DutyClock | None:
    """Count from the end of a campaign or project until it has to be published: the plan's days beside the law's, and
    the earlier day binds. None while it goes on."""
    ended = queries.ended_on(one)
    if ended is None or ended > today():
        return None
    spec, event = _duty(one)
    return start_clock(session, spec, one.tenant_id, get_unit(session, one.unit_id), one.title, ended, actor,
                       subject=subject_of(one), terms=_terms(session, one.tenant_id, event))


def _duty(one: Ended) -> tuple[ClockSpec, str]:
    if isinstance(one, Campaign):
        return notices.GIFTS_CLOCK, notices.CAMPAIGN_END
    return notices.USE_CLOCK, notices.PROJECT_END


def _terms(session: Session, tenant_id: str, event: str) -> list[Term]:
    """What the plan says; days that it masks set no term of its own."""
    rules = [rule for rule in rules_of(session, tenant_id, "clock") if rule.get("event") == event]
    return [Term(rule.need("days"), rule.need("day_kind"), rule.clause) for rule in rules
            if isinstance(rule.get("days"), int) and rule.get("day_kind")]


def publish(session: Session, host: PluginHost | None, one: Ended, actor: Actor, *, attachments: Sequence[Attachment] = (),
            store: Store | None = None, photos: bool = False) -> Notice:
    """Publish donors and amounts of a campaign, or the use of a project; with `photos` the pictures of its ceremony that
    may be public. Raises LeakFound with each place that would give somebody away, Conflict while it goes on."""
    if not _clock_runs(session, one, actor):
        raise Conflict(N_("“%(title)s”还没有结束，结束后再公示"), title=one.title)
    if photos and store is not None and isinstance(one, Campaign):
        attachments = [*attachments, *public_photos(session, store, one)]
    return open_notice(session, host, spec_of(one), one.tenant_id, get_unit(session, one.unit_id), title_of(one),
                       rows_of(session, one), actor, subject=subject_of(one), attachments=attachments, store=store)


def _clock_runs(session: Session, one: Ended, actor: Actor) -> bool:
    """Whether it has ended; its clock is started where nobody has done so."""
    return subject_of(one) in queries.clocks_for(session, [subject_of(one)]) or begin_clock(session, one, actor) is not None


def spec_of(one: Ended) -> NoticeSpec:
    """The kind of notice for it."""
    return notices.GIFTS if isinstance(one, Campaign) else notices.USE


def title_of(one: Ended) -> str:
    """What its notice is called."""
    return f"{one.title}：{spec_of(one).title}"


def rows_of(session: Session, one: Ended) -> list[dict[str, object]]:
    """What its notice would show, before anything is published."""
    return queries.gift_rows(session, one) if isinstance(one, Campaign) else queries.use_rows(session, one)
