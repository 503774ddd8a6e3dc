"""A refused address leaves its trail entry although the request that named it keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from core.errors import InvalidInput
from core.trail.services import record
from core.web.request import actor, database, unit
from core.webhooks.permissions import Action
from core.webhooks.targets import parse_target

_KEY = "webhook_refused"


@contextmanager
def noting_refusals(url: str) -> Iterator[None]:
    """Note the refusal of a well-formed address; of the address only its host, since it may carry a key."""
    try:
        yield
    except InvalidInput as error:
        try:
            place = parse_target(url).place
        except InvalidInput:
            place = ""
        if place and "url" in error.fields:
            g.webhook_refused = (actor(), f"拒绝推送到 {place}", error.fields["url"], g.tenant_id, unit().id)
        raise


def write_refusal(error: BaseException | None = None) -> None:
    """In a transaction of its own, after the request's has ended: SQLite has one writer."""
    noted = g.pop(_KEY, None)
    if noted is not None:
        person, sentence, reason, tenant_id, unit_id = noted
        with database().transaction() as own:
            record(own, person, Action.MANAGE, sentence, subject="webhook:refused", tenant_id=tenant_id,
                   unit_id=unit_id, reason=reason)
