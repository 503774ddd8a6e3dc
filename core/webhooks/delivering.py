"""The job that tells one event to one subscription, and the one that tidies up."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.errors import N_, PlatformError
from core.extensions import utcnow
from core.extensions.phrases import phrase
from core.host.contract import JobRun, JobSpec
from core.jobs.errors import JobPostponed
from core.outward.addresses import Target
from core.trail.services import record
from core.units.models import Unit
from core.webhooks import queries, sending
from core.webhooks.intake import DELIVER, TESTED
from core.webhooks.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from core.webhooks.permissions import Action
from core.webhooks.sending import Outcome
from core.webhooks.signing import signed_headers
from core.webhooks.targets import parse_target
from core.webhooks.vault import Vault
from core.webhooks.words import FINAL, REASONS

PAUSED = phrase(N_("自动暂停推送到 %(place)s：%(said)s"))
#: seconds before the second, third … try: seven more over one and a half days, as Standard Webhooks advises
WAITS = (5, 300, 1800, 7200, 18000, 36000, 50400)
TRIES = len(WAITS) + 1
#: deliveries are kept for this long, and one that has stood still for this long has been lost on the way
KEPT, STOPPED = dt.timedelta(days=30), dt.timedelta(days=3)
#: tries shown of one delivery
HISTORY = 20
_WHY = N_("推送事件")


@dataclass(frozen=True)
class _Order:
    """All that a try needs, read in one transaction."""

    target: Target
    headers: dict[str, str]
    body: bytes
    allowed: bool


def deliver(run: JobRun) -> None:
    """One try: read, send with no transaction open, note what came of it."""
    delivery_id = uuid.UUID(run.arguments["delivery"])
    with run.transaction(_WHY) as session:
        order = _prepare(session, run, delivery_id)
    if order is None:
        return
    if order.target.secure or order.allowed:
        outcome = sending.send(order.target, order.headers, order.body, allowed=order.allowed,
                               seconds=run.settings.webhook_seconds)
    else:
        outcome = Outcome("host")
    with run.transaction(_WHY) as session:
        last = _settle(session, run, delivery_id, outcome)
        if outcome.ok:
            run.finish_in(session, f"已送达 {order.target.place}")
    if outcome.ok:
        return
    if last:
        raise PlatformError(REASONS[outcome.reason])
    raise JobPostponed(f"{order.target.place}: {outcome.reason}", seconds=_wait(run, outcome))


def _prepare(session: Session, run: JobRun, delivery_id: uuid.UUID) -> _Order | None:
    delivery = session.get(WebhookDelivery, (run.tenant_id, delivery_id))
    endpoint = session.get(WebhookEndpoint, (run.tenant_id, delivery.endpoint_id)) if delivery else None
    if delivery is None or endpoint is None or endpoint.state == EndpointState.REMOVED:
        if delivery is not None:
            delivery.state, delivery.due_at = DeliveryState.FAILED, None
        run.finish_in(session, "推送已删除，没有送出")
        return None
    if endpoint.state != EndpointState.ACTIVE and delivery.code != TESTED:
        delivery.state, delivery.due_at = DeliveryState.HELD, None
        run.finish_in(session, "推送已暂停，留待补发")
        return None
    target, body = parse_target(endpoint.url), delivery.body.encode()
    place = session.get_one(Unit, endpoint.unit_id)
    headers = signed_headers(secrets_of(Vault(run.settings), endpoint), delivery.event_id, int(time.time()), body)
    return _Order(target, {"Content-Type": "application/json; charset=utf-8", "User-Agent": "bangfu-webhooks/1",
                           **headers}, body, queries.is_allowed(session, place.path, target.host, target.port))


def secrets_of(vault: Vault, endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign for a subscription now: after a rotation the new one and the earlier one."""
    found = [vault.open(endpoint.secret, endpoint.id)]
    if endpoint.earlier_secret and endpoint.earlier_until and endpoint.earlier_until > utcnow():
        found.append(vault.open(endpoint.earlier_secret, endpoint.id))
    return found


def _settle(session: Session, run: JobRun, delivery_id: uuid.UUID, outcome: Outcome) -> bool:
    """Note a try; whether it was the last."""
    delivery = session.get_one(WebhookDelivery, (run.tenant_id, delivery_id))
    endpoint = session.get_one(WebhookEndpoint, (run.tenant_id, delivery.endpoint_id), with_for_update=True)
    now, last = utcnow(), outcome.ok or outcome.reason in FINAL or run.attempt >= TRIES
    delivery.tries += 1
    delivery.status, delivery.reason = outcome.status, outcome.reason
    delivery.answer, delivery.millis, delivery.sent_at = outcome.answer, outcome.millis, now
    delivery.history = [*delivery.history, {
        "at": now.isoformat(timespec="seconds"), "status": outcome.status, "reason": outcome.reason,
        "millis": outcome.millis}][-HISTORY:]
    delivery.due_at = None if last else now + dt.timedelta(seconds=_wait(run, outcome))
    delivery.state = (DeliveryState.DELIVERED if outcome.ok else
                      DeliveryState.FAILED if last else DeliveryState.RETRYING)
    if outcome.reason in ("address", "host"):
        said = f"拒绝推送到 {parse_target(endpoint.url).place}：{REASONS[outcome.reason]}"
        record(session, run.actor, Action.MANAGE, said, subject=f"webhook:{endpoint.id}", tenant_id=run.tenant_id,
               unit_id=endpoint.unit_id, reason=outcome.reason)
    _watch(session, run, endpoint, outcome, now)
    return last


def _wait(run: JobRun, outcome: Outcome) -> int:
    """Seconds until the next try: our own patience, or the receiver's, whichever is longer."""
    return max(WAITS[min(run.attempt, len(WAITS)) - 1], outcome.wait)


def _watch(session: Session, run: JobRun, endpoint: WebhookEndpoint, outcome: Outcome, now: dt.datetime) -> None:
    """Pause a subscription that nothing has got through to for days, or that says it is gone."""
    if outcome.ok:
        if endpoint.failing_since is not None:
            endpoint.failing_since, endpoint.failures = None, 0
        return
    endpoint.failing_since, endpoint.failures = endpoint.failing_since or now, endpoint.failures + 1
    days = run.settings.webhook_pause_days
    why = "gone" if outcome.reason == "gone" else ""
    if now - endpoint.failing_since >= dt.timedelta(days=days):
        why = why or "days"
    if endpoint.state != EndpointState.ACTIVE or not why:
        return
    endpoint.state, endpoint.halted_why, endpoint.changed_at = EndpointState.HALTED, why, now
    endpoint.version += 1
    said = REASONS["gone"] if why == "gone" else f"连续 {days} 天没有一次送达"
    record(session, run.actor, Action.MANAGE, PAUSED(place=parse_target(endpoint.url).place, said=said),
           subject=f"webhook:{endpoint.id}", tenant_id=run.tenant_id, unit_id=endpoint.unit_id,
           before={"state": EndpointState.ACTIVE}, after={"state": EndpointState.HALTED})


def tidy(run: JobRun) -> None:
    """Forget old deliveries and earlier secrets, and say of a delivery that stands still that it was lost."""
    now = utcnow()
    with run.transaction("清理到期的推送记录和旧密钥") as session:
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.made_at < now - KEPT))
        session.execute(update(WebhookDelivery).where(
            WebhookDelivery.state.in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
            WebhookDelivery.due_at < now - STOPPED).values(
                state=DeliveryState.FAILED, reason="stopped", due_at=None))
        for endpoint in session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.earlier_until < now)):
            endpoint.earlier_secret = endpoint.earlier_until = None
        run.finish_in(session, "已清理")


JOBS = [
    JobSpec(DELIVER, N_("推送事件"), deliver, attempts=TRIES, waits=WAITS, lease=60, visible=False),
    JobSpec("webhooks.tidy", N_("清理推送记录"), tidy, every=24 * 3600, visible=False),
]
