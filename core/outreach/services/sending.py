"""The background work that sends a campaign's messages, some at a time: numbers are opened for a request and kept nowhere."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, PlatformError
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.host.contract import JobRun
from core.jobs.errors import JobPostponed
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.outreach import queries
from core.outreach.channels import PATIENCE, Answer, Channel, Message
from core.outreach.models import Campaign, Delivery
from core.outreach.permissions import Action
from core.outreach.rules.words import FAILED, REFUSED, SENT, WAITING
from core.outreach.services.gateways import channel_of
from core.privacy.columns import sensitive_fields
from core.privacy.vault import vault_of
from core.registry.models import Guardian
from core.trail.services import record

BEGUN = phrase(N_("开始发送“%(title)s”短信"))
SEND = "outreach.send"


@dataclass
class _Turn:
    """Some messages on their way: the channel, the text, whom, and the list they stand on."""

    channel: Channel
    text: str
    list_number: int
    messages: list[Message] = field(default_factory=list)


def start(session: Session, campaign: Campaign, actor: Actor) -> Job:
    """Ask for the messages that wait to be sent; one job at a time for each campaign."""
    if not queries.waiting(session, campaign.tenant_id, campaign.id, 1, listed=False):
        raise Conflict(N_("没有待发的短信；请先列出名单"))
    if queries.find_gateway(session, campaign.tenant_id) is None:
        raise Conflict(N_("还没有设置短信通道，请本县管理员先设置"))
    record(session, actor, Action.MESSAGE_WRITE, BEGUN(title=campaign.title), subject=f"core.campaigns:{campaign.id}",
           tenant_id=campaign.tenant_id, unit_id=campaign.unit_id)
    return enqueue(session, actor, SEND, {"campaign": str(campaign.id)}, tenant_id=campaign.tenant_id, unit_id=campaign.unit_id,
                   key=f"{SEND}:{campaign.id}")


def send_all(run: JobRun) -> None:
    """Send until nobody waits. A process that dies sends its last few again, with the same key."""
    campaign_id, done = uuid.UUID(run.arguments["campaign"]), 0
    with run.transaction() as session:
        number = _next_list(session, run.tenant_id, campaign_id)
        total = _unlisted(session, run.tenant_id, campaign_id)
    counts: Counter[str] = Counter()
    while True:
        with run.transaction() as session:
            turn = _prepare(session, run, campaign_id, number)
        if turn is None:
            break
        answer = turn.channel.send(turn.text, turn.messages, f"{run.job_id}:{turn.messages[0].id}") if turn.messages else Answer()
        with run.transaction() as session:
            counts += _settle(session, run.tenant_id, turn, answer, done)
        if answer.trouble:
            raise JobPostponed(f"gateway: {answer.trouble}", seconds=PATIENCE)
        done += len(turn.messages)
        run.progress(done, total)
    with run.transaction() as session:
        _finish(session, run, campaign_id, counts, number)


def _next_list(session: Session, tenant_id: str, campaign_id: uuid.UUID) -> int:
    newest = session.scalar(select(func.max(Delivery.list_number)).where(
        Delivery.tenant_id == tenant_id, Delivery.campaign_id == campaign_id))
    return (newest or 0) + 1


def _unlisted(session: Session, tenant_id: str, campaign_id: uuid.UUID) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(
        Delivery.tenant_id == tenant_id, Delivery.campaign_id == campaign_id, Delivery.state == WAITING, Delivery.list_number == 0)) or 0


def _prepare(session: Session, run: JobRun, campaign_id: uuid.UUID, number: int) -> _Turn | None:
    """The next few whose number is still there and who have not refused since; the others are settled at once."""
    campaign = session.get_one(Campaign, (run.tenant_id, campaign_id))
    gateway = queries.find_gateway(session, run.tenant_id)
    if gateway is None:
        raise PlatformError(N_("短信通道已不在，请本县管理员设置后再发送"))
    channel = channel_of(session, run.settings, gateway)
    rows = queries.waiting(session, run.tenant_id, campaign_id, channel.chunk, listed=False)
    if not rows:
        return None
    turn = _Turn(channel, campaign.message, number)
    refused = queries.refused_keys(session, run.tenant_id)
    sealed = queries.sealed_phones(session, run.tenant_id, [row.guardian_id for row in rows])
    vault, purpose = vault_of(session), sensitive_fields(Guardian)["phone"].purpose
    for row in rows:
        phone, key = sealed.get(row.guardian_id, (None, ""))
        if phone is None or key in refused:
            _mark(row, FAILED if phone is None else REFUSED, "gone" if phone is None else "asked")
        else:
            turn.messages.append(Message(row.id, vault.open(purpose, row.guardian_id, phone)))
    return turn


def _settle(session: Session, tenant_id: str, turn: _Turn, answer: Answer, done: int) -> Counter[str]:
    """Note what became of them; on a list they get their lines."""
    rows = {row.id: row for row in session.scalars(select(Delivery).where(
        Delivery.tenant_id == tenant_id, Delivery.id.in_([one.id for one in turn.messages])))}
    for line, message in enumerate(turn.messages, done + 1):
        row = rows.get(message.id)
        if row is None:
            continue
        row.tries += 1
        if message.id in answer.listed:
            row.list_number, row.line, row.version = turn.list_number, line, row.version + 1
        elif message.id in answer.sent:
            _mark(row, SENT)
        elif message.id in answer.failed:
            _mark(row, FAILED, "rejected")
    return Counter({SENT: len(answer.sent), FAILED: len(answer.failed), "listed": len(answer.listed)})


def _mark(row: Delivery, state: str, reason: str = "") -> None:
    row.state, row.reason, row.settled_at, row.version = state, reason, utcnow(), row.version + 1


def _finish(session: Session, run: JobRun, campaign_id: uuid.UUID, counts: Counter[str], number: int) -> None:
    campaign = session.get_one(Campaign, (run.tenant_id, campaign_id))
    said = (f"第 {number} 份名单 {counts['listed']} 人，请下载后由短信平台发送" if counts["listed"]
            else f"已发 {counts[SENT]} 条，失败 {counts[FAILED]} 条")
    record(session, run.actor, Action.MESSAGE_WRITE, f"“{campaign.title}”短信：{said}", subject=f"core.campaigns:{campaign.id}",
           tenant_id=run.tenant_id, unit_id=campaign.unit_id)
    run.finish_in(session, said)


def settle_results(rows: Sequence[Delivery], sent: dict[int, bool]) -> Counter[str]:
    """Note what a list's file says of its lines; lines it does not name go on waiting."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row.line in sent and row.state == WAITING:
            _mark(row, SENT if sent[row.line] else FAILED, "" if sent[row.line] else "rejected")
            counts[row.state] += 1
    return counts
