"""Subscriptions: made, edited, paused, removed; secrets rotated; events tested and replayed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.host.contract import Event
from core.trail.services import record
from core.units.models import Unit
from core.webhooks import intake, queries
from core.webhooks.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from core.webhooks.permissions import Action
from core.webhooks.signing import new_secret
from core.webhooks.targets import check_target, parse_target
from core.webhooks.vault import Vault

MADE = phrase(N_("建立推送到 %(place)s"))
CHANGED = phrase(N_("修改推送到 %(place)s"))
REMOVED = phrase(N_("删除推送到 %(place)s"))
KEY_CHANGED = phrase(N_("轮换推送到 %(place)s 的密钥"))
TESTED = phrase(N_("向 %(place)s 发出测试事件"))
SENT_AGAIN = phrase(N_("补发一次推送到 %(place)s"))
MANY_SENT_AGAIN = phrase(N_("补发 %(count)s 次推送到 %(place)s"))
#: subscriptions of one tenant, and deliveries replayed at a time
MOST, MOST_REPLAYED = 50, 1000
#: after a rotation the earlier secret signs as well for this long
OVERLAP = dt.timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """What a subscription is to be: where to tell, of what, and a note."""

    url: str
    kinds: Sequence[str]
    note: str = ""


def make_endpoint(session: Session, settings: Settings, unit: Unit, wanted: Wanted, actor: Actor, *, tenant_id: str,
                  known: Collection[str]) -> tuple[WebhookEndpoint, str]:
    """A new subscription and its secret, which is shown this once. `known` are the kinds of events there are."""
    checked = _checked(session, unit, wanted, known)
    if queries.count_endpoints(session, tenant_id) >= MOST:
        raise Conflict(N_("推送已有 %(count)s 条，请先删除不用的"), count=MOST)
    secret, endpoint_id = new_secret(), new_id()
    made = WebhookEndpoint(
        tenant_id=tenant_id, id=endpoint_id, unit_id=unit.id, url=checked.url, note=checked.note,
        kinds=list(checked.kinds), secret=Vault(settings).seal(secret, endpoint_id), state=EndpointState.ACTIVE,
        halted_why="", failures=0, version=1, made_by=actor.name)
    session.add(made)
    session.flush()  # deliveries refer to it
    _note(session, made, actor, MADE(place=_place(made)), after=_facts(made))
    return made, secret


def edit_endpoint(session: Session, endpoint: WebhookEndpoint, wanted: Wanted, actor: Actor, *,
                  known: Collection[str]) -> None:
    """Change where it tells, of what, or its note; the secret stays."""
    checked = _checked(session, session.get_one(Unit, endpoint.unit_id), wanted, {*known, *endpoint.kinds})
    before, moved = _facts(endpoint), checked.url != endpoint.url
    endpoint.url, endpoint.note, endpoint.kinds = checked.url, checked.note, list(checked.kinds)
    after = _facts(endpoint)
    if before == after and not moved:
        return
    _changed(endpoint)
    _note(session, endpoint, actor, CHANGED(place=_place(endpoint)), before=before,
          after={**after, "url_changed": moved})


def set_state(session: Session, endpoint: WebhookEndpoint, active: bool, actor: Actor) -> None:
    """Pause it, or let it go on. What was held meanwhile stays until somebody replays it."""
    if (endpoint.state == EndpointState.ACTIVE) == active:
        return
    before: dict[str, object] = {"state": endpoint.state}
    endpoint.state = EndpointState.ACTIVE if active else EndpointState.PAUSED
    endpoint.halted_why, endpoint.failing_since, endpoint.failures = "", None, 0
    _changed(endpoint)
    _note(session, endpoint, actor, f"{'恢复' if active else '暂停'}推送到 {_place(endpoint)}", before=before,
          after={"state": endpoint.state})


def remove_endpoint(session: Session, endpoint: WebhookEndpoint, actor: Actor) -> None:
    """End a subscription. Its deliveries stay on record for their time; its secrets go at once."""
    endpoint.state, endpoint.secret = EndpointState.REMOVED, ""
    endpoint.earlier_secret = endpoint.earlier_until = None
    _changed(endpoint)
    _note(session, endpoint, actor, REMOVED(place=_place(endpoint)), before=_facts(endpoint))


def rotate_secret(session: Session, settings: Settings, endpoint: WebhookEndpoint, actor: Actor) -> str:
    """A new secret, shown this once; for a day the earlier one signs as well."""
    secret = new_secret()
    endpoint.earlier_secret, endpoint.earlier_until = endpoint.secret, utcnow() + OVERLAP
    endpoint.secret = Vault(settings).seal(secret, endpoint.id)
    _changed(endpoint)
    _note(session, endpoint, actor, KEY_CHANGED(place=_place(endpoint)))
    return secret


def send_test(session: Session, endpoint: WebhookEndpoint, actor: Actor) -> uuid.UUID:
    """Tell this one subscription of a test event, also while it is paused; the id of the delivery."""
    unit = session.get_one(Unit, endpoint.unit_id)
    event = Event(new_id(), intake.TESTED, utcnow(), endpoint.tenant_id, (unit.id,), {"note": "测试事件"})
    _note(session, endpoint, actor, TESTED(place=_place(endpoint)))
    return intake.lay_down(session, endpoint.tenant_id, endpoint.id, endpoint.unit_id, event,
                           intake.body_of(event, [unit]))


def replay(session: Session, endpoint: WebhookEndpoint, delivery: WebhookDelivery, actor: Actor) -> None:
    """Tell an event again, under its old id."""
    _standing(endpoint, delivery.code)
    if delivery.state in (DeliveryState.QUEUED, DeliveryState.RETRYING):
        raise Conflict(N_("这次推送还没有结束，会自动再试"))
    _again(session, delivery)
    _note(session, endpoint, actor, SENT_AGAIN(place=_place(endpoint)), after={"delivery": str(delivery.id)})


def replay_lost(session: Session, endpoint: WebhookEndpoint, since: dt.datetime, actor: Actor) -> int:
    """Tell again whatever did not get through since a moment (UTC), oldest first; how many."""
    _standing(endpoint)
    found = queries.list_lost(session, endpoint, since, MOST_REPLAYED)
    for delivery in found:
        _again(session, delivery)
    if found:
        _note(session, endpoint, actor, MANY_SENT_AGAIN(count=len(found), place=_place(endpoint)),
              after={"since": since.isoformat(timespec="seconds"), "count": len(found)})
    return len(found)


def _again(session: Session, delivery: WebhookDelivery) -> None:
    delivery.state, delivery.due_at = DeliveryState.QUEUED, utcnow()
    intake.ask(session, delivery.tenant_id, delivery.unit_id, delivery.id)


def _standing(endpoint: WebhookEndpoint, code: str = "") -> None:
    if endpoint.state != EndpointState.ACTIVE and code != intake.TESTED:
        raise Conflict(N_("推送已暂停，请先恢复再补发"))


def _checked(session: Session, unit: Unit, wanted: Wanted, known: Collection[str]) -> Wanted:
    fields: dict[str, str] = {}
    kinds, note = tuple(dict.fromkeys(wanted.kinds)), wanted.note.strip()
    try:
        target = parse_target(wanted.url)
        check_target(target, allowed=queries.is_allowed(session, unit.path, target.host, target.port))
    except InvalidInput as error:
        fields.update(error.fields)
    if not kinds or not set(kinds) <= {*known, "*"}:
        fields["kinds"] = N_("请至少选一种事件")
    if len(note) > 120:
        fields["note"] = N_("说明不超过 120 字")
    if fields:
        raise InvalidInput(fields=fields)
    return Wanted(wanted.url.strip(), ("*",) if "*" in kinds else kinds, note)


def _changed(endpoint: WebhookEndpoint) -> None:
    endpoint.version += 1
    endpoint.changed_at = utcnow()


def _place(endpoint: WebhookEndpoint) -> str:
    return parse_target(endpoint.url).place


def _facts(endpoint: WebhookEndpoint) -> dict[str, object]:
    return {"host": _place(endpoint), "kinds": list(endpoint.kinds), "note": endpoint.note}


def _note(session: Session, endpoint: WebhookEndpoint, actor: Actor, sentence: str, *,
          before: dict[str, object] | None = None, after: dict[str, object] | None = None) -> None:
    record(session, actor, Action.MANAGE, sentence, subject=f"webhook:{endpoint.id}", tenant_id=endpoint.tenant_id,
           unit_id=endpoint.unit_id, before=before, after=after)
