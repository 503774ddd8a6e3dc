"""Pages of the administrator: the providers of a unit and below, the test of a connection, and who is linked."""

from __future__ import annotations

import uuid

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue, apart
from core.access.reach import Reach
from core.accounts.giving import account_in_scope, check_helper
from core.accounts.models import Account
from core.accounts.providers import managing, queries, services
from core.accounts.providers.client import Client
from core.accounts.providers.entering import directory, return_address
from core.accounts.providers.faults import ProviderFault
from core.accounts.providers.managing import Setup
from core.accounts.providers.permissions import Action
from core.accounts.providers.queries import Placed
from core.accounts.queries import find_by_login
from core.accounts.sign_in import security
from core.errors import N_, InvalidInput, NotFound, PlatformError
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, unit, viewer

blueprint = unit_blueprint("unit_providers", __name__, template_folder="../templates")
Answer = str | Response | tuple[str, int]


@blueprint.get("/providers")
@require(Action.PROVIDER_MANAGE)
def overview(code: str) -> str:
    return _overview({})


@blueprint.post("/providers")
@require(Action.PROVIDER_MANAGE)
def add(code: str) -> Answer:
    try:
        with db().begin_nested():
            place = _place()
            made = managing.add(db(), place, Setup.of(request.form), actor(), security(),
                                tenant_id=queries.tenant_at(db(), place.path))
    except InvalidInput as error:
        return _overview(error.fields), error.status
    return redirect(url_for("unit_providers.provider", code=code, provider_id=made.id))


@blueprint.get("/providers/<uuid:provider_id>")
@require(Action.PROVIDER_MANAGE)
def provider(code: str, provider_id: uuid.UUID) -> str:
    return _page(_placed(provider_id))


@blueprint.post("/providers/<uuid:provider_id>")
@require(Action.PROVIDER_MANAGE)
def change(code: str, provider_id: uuid.UUID) -> Answer:
    placed = _placed(provider_id)
    try:
        with db().begin_nested():
            managing.change(db(), placed, Setup.of(request.form), request.form.get("version", ""), actor(), security(),
                            tenant_id=_tenant(placed))
    except InvalidInput as error:
        return _page(placed, errors=error.fields), error.status
    return _to(placed)


@blueprint.post("/providers/<uuid:provider_id>/test")
@require(Action.PROVIDER_MANAGE)
def test(code: str, provider_id: uuid.UUID) -> Answer:
    """Ask the provider for its announcement and keys, and show what came."""
    placed, person = _placed(provider_id), actor()
    fault, announced = None, None
    try:
        announced = Client(placed.provider, security(), directory()).tested()
    except ProviderFault as error:
        fault = error
    with apart() as own:
        managing.note_test(own, placed, person, fault.reason if fault else "连接正常", tenant_id=queries.tenant_at(own, placed.path))
    page = _page(placed, announced=announced, fault=fault)
    return (page, 422) if fault else page


@blueprint.post("/providers/<uuid:provider_id>/switch")
@require(Action.PROVIDER_MANAGE)
def switch(code: str, provider_id: uuid.UUID) -> Answer:
    """On, once it answers as it should; off at any time."""
    placed, on = _placed(provider_id), request.form.get("on") == "yes"
    if on:
        try:
            Client(placed.provider, security(), directory()).tested()
        except ProviderFault as fault:
            return _page(placed, fault=fault), 422
    managing.switch(db(), placed, actor(), on=on, tenant_id=_tenant(placed))
    return _to(placed)


@blueprint.post("/providers/<uuid:provider_id>/links")
@require(Action.PROVIDER_MANAGE)
def link(code: str, provider_id: uuid.UUID) -> Answer:
    """Link an account to a subject, or note the value its person will come with."""
    placed, form = _placed(provider_id), request.form
    value = form.get("value", "").strip()
    try:
        with db().begin_nested():
            account = _account(find_by_login(db(), form.get("login", "")))
            if not 0 < len(value) <= 255:
                raise InvalidInput(fields={"value": N_("请填写对方系统里的标识")})
            say = services.expect if form.get("kind") == "first" else services.link
            say(db(), placed, account, value, actor(), security())
    except PlatformError as error:
        fields = error.fields or {"login": error.text}
        return _page(placed, errors=fields), error.status
    return _to(placed)


@blueprint.post("/providers/<uuid:provider_id>/links/<uuid:account_id>/end")
@require(Action.PROVIDER_MANAGE)
def unlink(code: str, provider_id: uuid.UUID, account_id: uuid.UUID) -> Answer:
    placed = _placed(provider_id)
    account, _ = account_in_scope(db(), viewer(), account_id)
    services.unlink(db(), placed, account, actor())
    return _to(placed)


def _reach() -> Reach:
    found: Reach = viewer().reach(Action.PROVIDER_MANAGE).within(unit().path)
    return found


def _placed(provider_id: uuid.UUID) -> Placed:
    return queries.get_in(db(), _reach(), provider_id)


def _tenant(placed: Placed) -> str:
    return queries.tenant_at(db(), placed.path)


def _place() -> Unit:
    code = request.form.get("unit", "").strip()
    found = find_unit_by_code(db(), code) if code else unit()
    if found is None or not _reach().holds(found.path) or found.closed_on is not None:
        raise InvalidInput(fields={"unit": N_("没有这个单位，或者它不在本单位之下")})
    return found


def _account(account: Account | None) -> Account:
    """An account that the administrator may help to sign in: whoever enters a subject could use it."""
    if account is None:
        raise InvalidInput(fields={"login": N_("没有这个登录名，或者它不在您的范围内")})
    try:
        found, posts = account_in_scope(db(), viewer(), account.id)
    except NotFound as error:
        raise InvalidInput(fields={"login": N_("没有这个登录名，或者它不在您的范围内")}) from error
    check_helper(viewer(), found, posts, access_catalogue())
    return found


def _to(placed: Placed) -> Response:
    flash(gettext("已保存"))
    return redirect(url_for("unit_providers.provider", code=g.unit.code, provider_id=placed.provider.id))


def _overview(errors: dict[str, str]) -> str:
    return render_template("accounts/providers/list.html", providers=queries.list_in(db(), _reach()), errors=errors,
                           form=request.form)


def _page(placed: Placed, **more: object) -> str:
    text = request.args.get("q", "")
    return render_template("accounts/providers/provider.html", placed=placed, provider=placed.provider, q=text,
                           links=queries.list_links(db(), placed.provider, text), form=request.form,
                           total=queries.count_links(db(), placed.provider), back=return_address(placed),
                           **{"errors": {}, "announced": None, "fault": None, **more})
