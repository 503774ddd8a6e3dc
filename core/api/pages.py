"""The pages of the API: one's own access tokens, and the description with its viewer."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from core.access.guard import access_catalogue
from core.access.queries import nearest_tenant
from core.access.viewer import Viewer
from core.api import queries, services, spec
from core.api.answers import reply
from core.api.permissions import Action
from core.desk.providers import enabled_here
from core.errors import N_, InvalidInput, PlatformError
from core.extensions import utcnow
from core.trail.models import PLATFORM
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.markers import public, require, signed_in
from core.web.request import actor, db, viewer

blueprint = Blueprint("api", __name__, template_folder="templates")


@blueprint.get("/api/openapi.json")
@public("接口说明，不含数据")
def openapi() -> Response:
    """The addresses that every unit has."""
    return reply(spec.described())


@blueprint.get("/api/v1/u/<code>/openapi.json")
@require(Action.UNIT_READ)
def openapi_at(code: str) -> Response:
    """The addresses of a unit: core's, and those of the plugins on there."""
    return reply(spec.described(enabled_here(db())))


@blueprint.get("/api/docs")
@public("接口说明的阅读页，不含数据")
def docs() -> str:
    """The description, readable; at a unit when one is named."""
    code = request.args.get("unit", "").strip()[:40]
    source = url_for("api.openapi_at", code=code) if code else url_for("api.openapi")
    return render_template("api/docs.html", source=source)


@blueprint.get("/me/tokens")
@signed_in
def tokens() -> str:
    """One's own tokens, and the form of a new one."""
    return _page()


@blueprint.post("/me/tokens")
@signed_in
def make() -> str | tuple[str, int]:
    """Make a token; its text is shown in this answer and never again."""
    form = request.form
    try:
        with db().begin_nested():
            here = _unit(form.get("unit", ""))
            tenant = nearest_tenant(db(), here.path)
            _, text = services.make_token(
                db(), viewer().account_id, form.get("title", ""), here, form.getlist("actions"), _days(),
                actor(), able=able_at(viewer(), here), standing=_standing(db()),
                tenant_id=tenant.id if tenant else PLATFORM)
    except PlatformError as error:
        return _page(error=error), error.status
    return _page(made=text)


@blueprint.post("/me/tokens/<uuid:token_id>/revoke")
@signed_in
def revoke(token_id: uuid.UUID) -> Response:
    """End a token at once."""
    services.revoke_token(db(), queries.get_token(db(), viewer().account_id, token_id), actor())
    return redirect(url_for("api.tokens"))  # type: ignore[return-value]


def able_at(person: Viewer, here: Unit) -> frozenset[str]:
    """The actions the person has at the unit or somewhere below it."""
    return frozenset(action for action in access_catalogue().actions if person.reach(action).touches(here.path))


def _page(made: str = "", error: PlatformError | None = None) -> str:
    known, person = access_catalogue(), viewer()
    actions = [(code, known.action_title(code)) for code in sorted(known.actions) if person.reach(code)]
    return render_template("api/tokens.html", rows=queries.list_tokens(db(), person.account_id), made=made,
                           error=error, form=request.form, actions=actions, known=known, now=utcnow(),
                           home=person.home, longest=services.LONGEST_DAYS)


def _standing(session: Session) -> int:
    return sum(token.revoked_at is None and token.until > utcnow()
               for token, _ in queries.list_tokens(session, viewer().account_id))


def _unit(code: str) -> Unit:
    found = find_unit_by_code(db(), code.strip())
    if found is None or not viewer().roles_at(found.path):
        raise InvalidInput(fields={"unit": N_("没有这个单位，或者它不在您的任职范围内")})
    return found


def _days() -> int:
    text = request.form.get("days", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
