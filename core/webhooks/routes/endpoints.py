"""Subscriptions: list, form, page, and what is done with one."""

from __future__ import annotations

import datetime as dt
import inspect
import uuid
from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, Conflict, InvalidInput, PlatformError
from core.extensions import CHINA, today, utcnow
from core.web.markers import require
from core.web.request import actor, db, id_argument, settings, unit
from core.webhooks import queries, recipe, services
from core.webhooks.models import WebhookEndpoint
from core.webhooks.permissions import Action
from core.webhooks.refusals import noting_refusals
from core.webhooks.routes.blueprint import blueprint, endpoint_here, kinds, titles
from core.webhooks.routes.deliveries import filters_of, listed
from core.webhooks.services import Wanted


@blueprint.get("/webhooks")
@require(Action.MANAGE)
def overview(code: str) -> str:
    page = queries.page_of_endpoints(db(), g.scope, before=id_argument("before"))
    last = queries.last_deliveries(db(), [row.id for row in page])
    units = {row.id: row for row in queries.units_of(db(), list({row.unit_id for row in page}))}
    return render_template("webhooks/overview.html", rows=page, last=last, units=units, titles=titles(), more=page.next)


@blueprint.get("/webhooks/events")
@require(Action.MANAGE)
def events(code: str) -> str:
    """The kinds of events, and how a receiver verifies them."""
    return render_template("webhooks/events.html", kinds=kinds(), recipe=inspect.getsource(recipe))


@blueprint.get("/webhooks/new")
@require(Action.MANAGE)
def new(code: str) -> str:
    return _form(Wanted("https://", []))


@blueprint.post("/webhooks")
@require(Action.MANAGE)
def make(code: str) -> str | tuple[str, int]:
    """Make a subscription; its secret is shown in this answer and never again."""
    wanted = _wanted()
    if g.tenant_id not in g.tenants:
        raise Conflict(N_("本单位不属于任何租户，没有事件可以推送"))
    try:
        with noting_refusals(wanted.url), db().begin_nested():
            made, secret = services.make_endpoint(db(), settings(), unit(), wanted, actor(), tenant_id=g.tenant_id,
                                                  known={spec.code for spec in kinds()})
    except PlatformError as error:
        return _form(wanted, error=error), error.status
    return render_template("webhooks/secret.html", endpoint=made, secret=secret, rotated=False)


@blueprint.get("/webhooks/<uuid:endpoint_id>")
@require(Action.MANAGE)
def show(code: str, endpoint_id: uuid.UUID) -> str:
    endpoint = endpoint_here(endpoint_id)
    here = queries.units_of(db(), [endpoint.unit_id])[0]
    return render_template("webhooks/show.html", endpoint=endpoint, here=here, titles=titles(), now=utcnow(),
                           today=today(), **listed(filters_of(endpoint.id)))


@blueprint.get("/webhooks/<uuid:endpoint_id>/edit")
@require(Action.MANAGE)
def edit(code: str, endpoint_id: uuid.UUID) -> str:
    found = endpoint_here(endpoint_id)
    return _form(Wanted(found.url, found.kinds, found.note), found)


@blueprint.post("/webhooks/<uuid:endpoint_id>")
@require(Action.MANAGE)
def change(code: str, endpoint_id: uuid.UUID) -> Response | tuple[str, int]:
    """Change a subscription, if it is still as the form showed it."""
    endpoint, wanted = endpoint_here(endpoint_id, lock=True), _wanted()
    try:
        _check_version(endpoint)
        with noting_refusals(wanted.url), db().begin_nested():
            services.edit_endpoint(db(), endpoint, wanted, actor(), known={spec.code for spec in kinds()})
    except PlatformError as error:
        return _form(wanted, endpoint, error), error.status
    return _back(endpoint)


@blueprint.post("/webhooks/<uuid:endpoint_id>/pause")
@require(Action.MANAGE)
def pause(code: str, endpoint_id: uuid.UUID) -> Response:
    return _done(endpoint_id, lambda found: services.set_state(db(), found, False, actor()), gettext("已暂停"))


@blueprint.post("/webhooks/<uuid:endpoint_id>/resume")
@require(Action.MANAGE)
def resume(code: str, endpoint_id: uuid.UUID) -> Response:
    return _done(endpoint_id, lambda found: services.set_state(db(), found, True, actor()),
                 gettext("已恢复；暂停期间的事件可以补发"))


@blueprint.post("/webhooks/<uuid:endpoint_id>/remove")
@require(Action.MANAGE)
def remove(code: str, endpoint_id: uuid.UUID) -> Response:
    services.remove_endpoint(db(), endpoint_here(endpoint_id, lock=True), actor())
    flash(gettext("推送已删除"), "success")
    return redirect(url_for("webhooks.overview", code=code))


@blueprint.post("/webhooks/<uuid:endpoint_id>/secret")
@require(Action.MANAGE)
def rotate(code: str, endpoint_id: uuid.UUID) -> str:
    """A new secret, shown in this answer and never again."""
    endpoint = endpoint_here(endpoint_id, lock=True)
    secret = services.rotate_secret(db(), settings(), endpoint, actor())
    return render_template("webhooks/secret.html", endpoint=endpoint, secret=secret, rotated=True)


@blueprint.post("/webhooks/<uuid:endpoint_id>/test")
@require(Action.MANAGE)
def test(code: str, endpoint_id: uuid.UUID) -> Response:
    """Tell it of a test event, and go to what becomes of that."""
    delivery_id = services.send_test(db(), endpoint_here(endpoint_id), actor())
    return redirect(url_for("webhooks.delivery", code=code, delivery_id=delivery_id))


@blueprint.post("/webhooks/<uuid:endpoint_id>/replay")
@require(Action.MANAGE)
def replay_lost(code: str, endpoint_id: uuid.UUID) -> Response:
    """Replay whatever did not get through since a day, in China's time."""
    try:
        day = dt.date.fromisoformat(request.form.get("since", ""))
    except ValueError as error:
        raise InvalidInput(fields={"since": N_("日期应写作 2026-11-21")}) from error
    since = dt.datetime.combine(day, dt.time(), CHINA).astimezone(dt.UTC).replace(tzinfo=None) if day.year > 1 \
        else dt.datetime.min  # noqa: DTZ901 - stored without zone
    endpoint = endpoint_here(endpoint_id, lock=True)
    count = services.replay_lost(db(), endpoint, since, actor())
    flash(gettext("补发 %(count)s 次", count=count) if count else gettext("没有要补发的推送"), "success")
    return _back(endpoint)


def _done(endpoint_id: uuid.UUID, work: Callable[[WebhookEndpoint], None], said: str) -> Response:
    endpoint = endpoint_here(endpoint_id, lock=True)
    work(endpoint)
    flash(said, "success")
    return _back(endpoint)


def _back(endpoint: WebhookEndpoint) -> Response:
    return redirect(url_for("webhooks.show", code=unit().code, endpoint_id=endpoint.id))


def _wanted() -> Wanted:
    form = request.form
    plain = {name: form.get(name, "").replace("\x00", "") for name in ("url", "note")}
    return Wanted(plain["url"], ["*"] if form.get("all") else form.getlist("kinds"), plain["note"])


def _check_version(endpoint: WebhookEndpoint) -> None:
    if request.form.get("version") != str(endpoint.version):
        raise Conflict(N_("您打开表单之后已有人改动，请重新打开、核对后再改"))


def _form(wanted: Wanted, endpoint: WebhookEndpoint | None = None, error: PlatformError | None = None) -> str:
    return render_template("webhooks/form.html", wanted=wanted, endpoint=endpoint, error=error, kinds=kinds())
