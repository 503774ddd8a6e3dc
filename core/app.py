"""The web application: puts the slices together; every decision is made inside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Response, g
from flask_wtf.csrf import CSRFProtect

import core.access.hooks
import core.accounts.hooks
import core.api.hooks
import core.auditing.hooks
import core.desk.hooks
import core.documents.hooks
import core.funds.hooks
import core.host.hooks
import core.inspections.hooks
import core.jobs.hooks
import core.ledgers.hooks
import core.ledgers.imports.hooks
import core.matching.hooks
import core.outreach.hooks
import core.people.hooks
import core.processes.hooks
import core.publicity.hooks
import core.registry.hooks
import core.tenancy.hooks
import core.units.hooks
import core.webhooks.hooks
from core import privacy
from core.access import guard
from core.access.catalogue import rule_faults
from core.accounts import sign_in
from core.api import mounting
from core.config import Settings
from core.desk import problems, providers
from core.extensions import Database
from core.extensions.collecting import uncollected
from core.host.manager import PluginHost, load
from core.jobs import consumer
from core.jobs.running import Parts
from core.ledgers import mounting as ledgers
from core.processes import mounting as steps
from core.processes import showing
from core.tenancy.queries import tenant_unit_ids
from core.trail import redaction
from core.web import filters, headers, i18n
from core.web.addresses import Address, AddressMap
from core.web.request import Carried

HERE = Path(__file__).parent
#: core's own features, registered the same way as plugins
BUILTINS = (
    core.desk.hooks,
    core.units.hooks,
    core.tenancy.hooks,
    core.access.hooks,
    core.registry.hooks,
    core.accounts.hooks,
    core.auditing.hooks,
    core.documents.hooks,
    core.funds.hooks,
    core.jobs.hooks,
    core.processes.hooks,
    core.ledgers.hooks,
    core.ledgers.imports.hooks,
    core.publicity.hooks,
    core.people.hooks,
    core.inspections.hooks,
    core.matching.hooks,
    core.webhooks.hooks,
    core.outreach.hooks,
    core.host.hooks,
    core.api.hooks,
)
LARGEST_UPLOAD = 32 * 1024 * 1024
View = TypeVar("View", bound=Callable[..., Any])


class Platform(Flask):
    """Every view and step of the platform is a plain function: Flask need not look at two dozen for each request."""

    app_ctx_globals_class = Carried
    url_rule_class = Address
    url_map_class = AddressMap

    def ensure_sync(self, func: View) -> View:
        """The function as it is."""
        return func


@uncollected()  # what is made stays; looking through it took longer than making it
def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. It does not start with an endpoint that declares no action."""
    settings = settings or Settings.from_env()
    app = Platform("core", static_folder=str(HERE / "web/static"), template_folder=str(HERE / "web/templates"))
    app.config.update(
        BANGFU_SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=12),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_ENABLED=not settings.testing,
        WTF_CSRF_CHECK_DEFAULT=False,  # the API's own check, which knows who needs none
        RATELIMIT_ENABLED=not settings.testing,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    database = Database(settings.database_url)
    privacy.install(database, settings)
    redaction.keep_key_in(settings.data_dir)
    host = load_plugins(settings)
    host.check_schema(database.engine)
    app.extensions["bangfu.database"] = database
    app.extensions["bangfu.host"] = host
    # Units knows no tenants; it is told which units a merge or a closing must not touch.
    app.extensions["bangfu.tenant_units"] = tenant_unit_ids
    csrf = CSRFProtect(app)
    for part in (i18n, headers, filters, sign_in, problems, providers, showing):
        part.install(app)
    mounting.install(app, csrf)
    for blueprint in (*host.registered("register_blueprints"), *host.registered("register_public_pages")):
        app.register_blueprint(blueprint)
    ledgers.mount(app, host)
    steps.mount(app, host)
    mounting.mount(app, host)
    # Flask calls these in reverse: the guard's own come first, then the commit and the end of the session.
    app.after_request(_commit)
    app.teardown_request(_close)
    guard.install(app)
    sign_in.install_steps(app)
    if not settings.testing:
        consumer.install(Parts(settings, database, host), work=settings.jobs)
    return app


def load_plugins(settings: Settings) -> PluginHost:
    """The host with core's own features and every plugin whose default rules access can read as well."""
    host = load(settings, BUILTINS)
    host.review(lambda found: rule_faults(host, found.registered["register_rules"]))
    return host


def _commit(response: Response) -> Response:
    """Commit what a good answer has written; an error answer keeps nothing."""
    session = g.get("session")
    if session is not None:
        if response.status_code < 400:
            session.commit()
        else:
            session.rollback()
    return response


def _close(error: BaseException | None = None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()
