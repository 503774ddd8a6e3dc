"""One's own links to identity providers: made and undone by whoever has signed in with a password."""

from __future__ import annotations

import uuid

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.accounts import sign_in as signing
from core.accounts.providers import queries, services
from core.accounts.providers.entering import refused, way_out
from core.accounts.providers.faults import ProviderFault
from core.accounts.queries import list_posts
from core.errors import N_, NotFound, NotPermitted
from core.web.markers import signed_in
from core.web.request import actor, db

blueprint = Blueprint("own_providers", __name__, url_prefix="/me/providers", template_folder="../templates")


@blueprint.get("")
@signed_in
def overview() -> str:
    posts = list_posts(db(), current_user.account_id)
    linked = queries.list_identities(db(), current_user.account_id)
    offered = [placed for placed in queries.list_active(db()) if placed.trusts(posts) or placed.provider.id in linked]
    return render_template("accounts/providers/own.html", offered=offered, linked=linked,
                           by_password=current_user.within is None)


@blueprint.post("/<uuid:provider_id>/link")
@signed_in
def link(provider_id: uuid.UUID) -> Response:
    """To the provider. A form may not be redirected to another host, so a page leads on."""
    placed = queries.get_active(db(), provider_id)
    account_id = current_user.account_id
    if current_user.within is not None:
        raise NotPermitted(N_("您是用统一身份认证登录的。要关联，请退出后用密码登录"))
    if not placed.trusts(list_posts(db(), account_id)):
        raise NotFound(N_("没有这种登录方式，或者它已停用"))
    try:
        address = way_out(placed, "", account_id)
    except ProviderFault as fault:
        return refused(placed, fault)
    return make_response(render_template("accounts/providers/leading_on.html", placed=placed, address=address))


@blueprint.post("/<uuid:provider_id>/unlink")
@signed_in
def unlink(provider_id: uuid.UUID) -> Response:
    placed = queries.find_placed(db(), provider_id)
    if placed is None:
        raise NotFound(N_("没有这种登录方式，或者它已停用"))
    services.unlink(db(), placed, signing.own_account(), actor())
    return redirect(url_for("own_providers.overview"))
