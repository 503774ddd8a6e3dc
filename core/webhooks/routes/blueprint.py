"""The blueprint that every page of this slice hangs on, and what its pages share."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import g
from flask_babel import gettext

from core.host.contract import EventSpec
from core.host.request import plugin_host
from core.web.markers import unit_blueprint
from core.web.request import db
from core.webhooks import queries
from core.webhooks.models import WebhookEndpoint
from core.webhooks.refusals import write_refusal
from core.webhooks.targets import parse_target
from core.webhooks.words import DELIVERIES, ENDPOINTS, REASONS

blueprint = unit_blueprint("webhooks", "core.webhooks", template_folder="templates")
blueprint.teardown_app_request(write_refusal)


@blueprint.app_template_filter("delivery_words")
def delivery_words(state: str) -> str:
    """A delivery's state in words."""
    return str(gettext(DELIVERIES[state][0]))


@blueprint.app_template_filter("delivery_colour")
def delivery_colour(state: str) -> str:
    """Its colour."""
    return DELIVERIES[state][1]


@blueprint.app_template_filter("endpoint_words")
def endpoint_words(state: str) -> str:
    """A subscription's state in words."""
    return str(gettext(ENDPOINTS[state][0]))


@blueprint.app_template_filter("endpoint_colour")
def endpoint_colour(state: str) -> str:
    """Its colour."""
    return ENDPOINTS[state][1]


@blueprint.app_template_filter("webhook_reason")
def webhook_reason(reason: str) -> str:
    """Why a try failed, in words."""
    return str(gettext(REASONS[reason])) if reason in REASONS else reason


@blueprint.app_template_filter("webhook_place")
def webhook_place(url: str) -> str:
    """Host and port of an address."""
    return parse_target(url).place


@blueprint.app_template_filter("stored_moment")
def stored_moment(text: str) -> dt.datetime:
    """A moment that is kept as text."""
    return dt.datetime.fromisoformat(text)


def kinds() -> list[EventSpec]:
    """The kinds of events the tenant here may subscribe to."""
    return queries.kinds_at(db(), plugin_host(), g.tenant_id)


def titles() -> dict[str, str]:
    """The titles of all kinds, also of plugins that are off by now."""
    return {spec.code: gettext(spec.title) for spec in plugin_host().registered("register_events")}


def endpoint_here(endpoint_id: uuid.UUID, *, lock: bool = False) -> WebhookEndpoint:
    """A subscription in scope; any other is 404."""
    return queries.get_endpoint(db(), g.scope, endpoint_id, lock=lock)
