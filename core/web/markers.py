"""How a route declares what it asks of its caller. `core.access` decides, `core.app` installs the check.

An app with one endpoint that declares nothing does not start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Flask

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "__bangfu_requirement__"


@dataclass(frozen=True)
class Requirement:
    """What a view asks for: an action at the unit named in its address, a mere sign-in, or nothing."""

    action: str | None = None
    public: str | None = None
    signed_in: bool = False


def require(action: str) -> Callable[[View], View]:
    """The caller needs `action` at the unit in the address (`/u/<code>/…`), or anywhere where the address
    names no unit; `core.access` answers 404 out of scope and 403 in scope without the action."""
    return _mark(Requirement(action=str(action)))


def public(reason: str) -> Callable[[View], View]:
    """Open to everybody, for a stated reason."""
    if not reason.strip():
        raise ValueError("a public route states its reason")
    return _mark(Requirement(public=reason))


def signed_in(view: View) -> View:
    """Any signed-in account, for pages about the account itself."""
    return _mark(Requirement(signed_in=True))(view)


def _mark(requirement: Requirement) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        setattr(view, _MARK, requirement)
        return view

    return decorate


def unit_blueprint(name: str, import_name: str, **options: Any) -> Blueprint:
    """A blueprint of core whose pages work at a unit: `/u/<code>/…`."""
    return Blueprint(name, import_name, url_prefix="/u/<code>", **options)


def plugin_blueprint(slug: str, import_name: str, **options: Any) -> Blueprint:
    """A plugin's blueprint at `/u/<code>/p/<slug>/…`; it answers 404 wherever the plugin is off."""
    blueprint = Blueprint(slug, import_name, url_prefix=f"/u/<code>/p/{slug}", **options)
    blueprint.plugin = slug  # type: ignore[attr-defined]
    return blueprint


def public_blueprint(slug: str, import_name: str, **options: Any) -> Blueprint:
    """A plugin's pages of a county's public site at `/public/<code>/<slug>/…`, every view `public(…)`. They answer
    404 where the tenant is not there or the plugin is off; `g.tenant_id` and `g.unit` are the tenant's, and its scope
    is open for reading."""
    blueprint = Blueprint(f"{slug}-public", import_name, url_prefix=f"/public/<code>/{slug}", **options)
    blueprint.plugin = slug  # type: ignore[attr-defined]
    blueprint.public_site = True  # type: ignore[attr-defined]
    return blueprint


def is_public_site(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint is a page of a county's public site, core's own or a plugin's."""
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    return getattr(blueprint, "public_site", False)


def requirement_of(app: Flask, endpoint: str) -> Requirement | None:
    """What the endpoint declared, if anything. Flask's own static files are public by nature."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Requirement(public="样式、脚本与图标")
    return getattr(app.view_functions[endpoint], _MARK, None)


def plugin_of(app: Flask, endpoint: str) -> str | None:
    """The plugin an endpoint belongs to, or None for core."""
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    return getattr(blueprint, "plugin", None)


def undeclared(app: Flask) -> list[str]:
    """Every endpoint of the URL map that declares nothing."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    return sorted(endpoint for endpoint in endpoints if requirement_of(app, endpoint) is None)
