"""The one check before every view: who asks, at which unit, may they, and which tenants open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask, current_app, g, make_response, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core.access import arrival, queries, reading, store
from core.access.arrival import Arrival, Destination, Working
from core.access.catalogue import Catalogue, catalogue
from core.access.publicly import open_public
from core.access.reach import Reach
from core.access.scope import NOTHING, Scope, scope_of
from core.access.viewer import Decision, Viewer, Way
from core.errors import N_, NotFound, NotPermitted, NotSignedIn, PluginError, PluginNotEnabled
from core.extensions import tenant_scope, today
from core.extensions.phrases import phrase
from core.host.queries import enabled_many
from core.host.request import plugin_host
from core.host.rules import needs_of
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.units.rules.levels import subtree
from core.web.markers import Requirement, is_public_site, plugin_of, requirement_of, undeclared
from core.web.request import actor, behind, database, db, is_fragment, wants_json

REFUSED = phrase(N_("拒绝：%(name)s在%(unit)s要求“%(action)s”"))
KEY = "bangfu.access"
#: a closed unit's page is its history, which belongs to those who may read units
READ_UNITS = "core:unit:read"
NONE_ON: frozenset[str] = frozenset()


def install(app: Flask) -> None:
    """Put the check on the app, after every blueprint and the host. Refuses an app with an endpoint that
    declares nothing, or an action nobody has registered."""
    missing = undeclared(app)
    if missing:
        raise PluginError(N_("这些地址没有声明权限，平台不启动：%(names)s"), names="、".join(missing))
    known = catalogue(app.extensions["bangfu.host"])
    needs = {endpoint: requirement_of(app, endpoint) for endpoint in app.view_functions}
    unknown = sorted({need.action for need in needs.values() if need and need.action} - set(known.actions))
    if unknown:
        raise PluginError(N_("这些权限动作没有登记，平台不启动：%(names)s"), names="、".join(unknown))
    app.extensions[KEY] = known
    app.before_request(check)
    app.after_request(reading.trail_reading)
    app.teardown_request(close_scope)
    app.jinja_env.globals["allowed"] = allowed


def access_catalogue() -> Catalogue:
    """The actions and roles of the running app."""
    return cast(Catalogue, current_app.extensions[KEY])


def allowed(action: str, unit: Unit | None = None) -> bool:
    """For templates and menus: whether the signed-in person may do this at the unit (the working unit unless
    given)."""
    person: Viewer | None = g.get("viewer")
    return person is not None and person.allowed(str(action), unit)


def check() -> AnyResponse | None:
    """Answer 401, 404 or 403, or let the view run with its unit, tenants and scope in place."""
    own, app, endpoint = behind(g), behind(current_app), request.endpoint
    own.viewer, own.tenant_id, own.tenants, own.role = None, PLATFORM, frozenset(), ""
    own.scope, own.make_unit = NOTHING, None
    own.pop("unit", None)
    if endpoint is not None and (endpoint == "static" or endpoint.endswith(".static")):
        return None
    if endpoint is not None and is_public_site(app, endpoint):
        open_public(plugin_of(app, endpoint))
        return None
    viewer = own.viewer = _signed_in()
    if endpoint is None:
        return None
    need = requirement_of(app, endpoint)
    if need is None:
        raise NotPermitted(N_("这个地址没有声明权限"))
    if need.public:
        return None
    if viewer is None:
        return _to_sign_in()
    if need.action:
        _check_action(viewer, need, plugin_of(app, endpoint))
    return None


def _signed_in() -> Viewer | None:
    person = behind(current_user)
    if not person.is_authenticated:
        return None
    session = db()
    arrived: Arrival | None = getattr(person, "arrival", None)  # read along with a token
    if arrived is None:
        arrived = arrival.arrive(session, person.account_id, destination())
    g.arrival = arrived
    standing, rules = arrived.standing, store.rules(session, arrived.standing.version)

    narrow = getattr(person, "narrow", None)  # whoever comes with a token is held to it

    def known() -> Viewer:
        found = Viewer(person.account_id, person.name, standing.grants, rules)
        return cast(Viewer, narrow(found)) if narrow else found
    # A browser and every token of one account may come by the same rows, and none is another.
    return arrived.once((rules, type(person), person.name, person.held_to if narrow else None), known).anew()


def destination() -> Destination:
    """The unit in the address, and what has to be on there; no code that a database could not keep."""
    asked = behind(request)
    code: str | None = (asked.view_args or {}).get("code")
    if code is None or "\0" in code:
        return Destination()
    plugin = plugin_of(behind(current_app), asked.endpoint or "")
    return Destination(code, (needs_of(plugin, plugin_host().requires) or ()) if plugin else ())


def _to_sign_in() -> AnyResponse:
    if wants_json():
        raise NotSignedIn()
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    address = url_for("accounts.sign_in", next=back)
    if is_fragment():
        return make_response("", 401, {"HX-Redirect": url_for("accounts.sign_in")})
    return redirect(address)


def _check_action(viewer: Viewer, need: Requirement, plugin: str | None) -> None:
    action = str(need.action)
    code = (request.view_args or {}).get("code")
    if code is None:
        reach = viewer.reach(action)
        _open(scope_of(reach, _with_plugin(db(), queries.tenants_around(db(), reach), plugin)))
        if not reach:
            _refuse(viewer, action, None, Decision(False, None, frozenset(grant.role for grant in viewer.grants)))
        return
    unit = viewer.place = _working(viewer, code)
    way = _way(viewer, action, unit, plugin)
    if not way.decision.allowed:
        _refuse(viewer, action, unit, way.decision)
    g.role = way.role
    _open(way.scope)


def _way(viewer: Viewer, action: str, unit: Working, plugin: str | None) -> Way:
    """How the action at the unit is decided. While the rows of the arrival stay the same, so does the answer."""
    arrived: Arrival = g.arrival
    known = arrived.tenants is not None and arrived.place is not None and arrived.place.id == unit.id
    places = list(arrived.tenants or ()) if known else queries.tenants_in(db(), Reach((unit.path,), (), (subtree(unit.path),)))
    g.tenant_id = next((place.id for place in reversed(places) if unit.path.startswith(place.path)), PLATFORM)
    found = viewer.ways.get((action, plugin)) if known else None
    if found is None:
        places = _with_plugin(db(), places, plugin, arrived.switches if known else None)
        decision = viewer.decide(action, unit.path)
        found = Way(decision, role_behind(viewer, decision), scope_of(viewer.reach(action).within(unit.path), places))
        if known:
            viewer.ways[action, plugin] = found
    return found


def _working(viewer: Viewer, code: str) -> Working:
    arrived: Arrival = g.arrival
    unit = arrived.place
    if unit is None and "\0" not in code:
        unit = find_unit_by_code(db(), code)  # a closed one, or one that once bore the code
    hidden = unit is None or not viewer.roles_at(unit.path) or (
        unit.closed_on is not None and unit.closed_on <= today() and not viewer.allowed(READ_UNITS, unit))
    if unit is None or hidden:
        raise NotFound(N_("没有编码为 %(code)s 的单位，或者它不在您的任职范围内"), code=code)
    if unit is arrived.place:  # only now: an error page shows the unit's name
        g.make_unit = lambda: arrived.unit(db())
    else:
        g.unit = unit
    return cast(Working, unit)


def _with_plugin(session: Session, places: list[queries.TenantPlace], plugin: str | None,
                 switches: Mapping[str, frozenset[str]] | None = None) -> list[queries.TenantPlace]:
    """Of the tenants those where the plugin is on, by the switches that were read along if there are any."""
    if plugin is None:
        return places
    if switches is None:
        switches = enabled_many(session, plugin_host(), [place.id for place in places])
    needs = needs_of(plugin, plugin_host().requires)
    kept = [place for place in places if needs is not None and switches.get(place.id, NONE_ON).issuperset(needs)]
    if not kept:
        raise PluginNotEnabled(N_("这里没有开启“%(title)s”"), title=plugin_host().title(plugin))
    return kept


def _open(scope: Scope) -> None:
    session, own, tenants = db(), behind(g), scope.tenants
    own.scope, own.tenants = scope, tenants
    opened = own.open_scope = tenant_scope(session, tenants)
    opened.__enter__()
    if len(tenants) > 1:
        reading.watch(session)


class _Closing(Exception):
    """Ends the scope without writing: what was to be written has been committed by now."""


def close_scope(error: BaseException | None = None) -> None:
    """Close the tenant scope of the request."""
    opened: Any = g.pop("open_scope", None)
    if opened is not None:
        opened.__exit__(_Closing, _Closing(), None)


def role_behind(viewer: Viewer, decision: Decision) -> str:
    """The role by which something was allowed, for the trail."""
    if decision.line is None:
        return ""
    wanted = decision.line.role
    return next((role for role in sorted(decision.roles)
                 if wanted == "*" or wanted in viewer.rules.roles_played((role,))), "")


def _refuse(viewer: Viewer, action: str, unit: Working | None, decision: Decision) -> None:
    kept, refused = _facts_of(action, unit, decision, str), refusal(action, unit, decision)
    person, tenant_id = actor(), g.tenant_id
    with apart() as session:
        record(session, person, action, REFUSED(name=viewer.name, unit=kept['unit'], action=kept['action']),
               subject=f"endpoint:{request.endpoint}", tenant_id=tenant_id,
               unit_id=unit.id if unit else None, reason=refused.message % kept)
    raise refused


def refusal(action: str, unit: Working | None, decision: Decision) -> NotPermitted:
    """What is said to whoever may not do this at a unit: as what they are known there, and by which rule."""
    message = (N_("您在“%(unit)s”的身份是“%(roles)s”，规则“%(line)s”禁止“%(action)s”") if decision.line
               else N_("您在“%(unit)s”的身份是“%(roles)s”，没有规则允许“%(action)s”"))
    return NotPermitted(message, None, **_facts_of(action, unit, decision, gettext))


def _facts_of(action: str, unit: Working | None, decision: Decision, say: Callable[[str], str]) -> dict[str, object]:
    """What a refusal speaks of: in Chinese for the trail, in the person's language for the page."""
    known, line = access_catalogue(), decision.line
    roles = [say(known.role_title(role)) for role in sorted(decision.roles)]
    return {"unit": unit.name if unit else say(N_("任何单位")), "roles": "、".join(roles) or say(N_("没有任职")),
            "action": say(known.action_title(action)), "line": line.source or str(line) if line else ""}


@contextmanager
def apart() -> Iterator[Session]:
    """A transaction of its own, for what must stay although the request is refused. The request's own session
    ends first: SQLite has one writer, and it would wait for itself."""
    session: Session | None = g.pop("session", None)
    close_scope()
    if session is not None:
        session.close()  # not rolled back first: that would expire the unit the error page still shows
    with database().transaction() as own:
        yield own


