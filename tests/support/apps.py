"""Apps are made once for each set of plugins and lent from test to test: only database, data and counts change.

Making one takes half a second, most of it for addresses, schemas and plugins that no test changes. What an app keeps
besides those is put back before it is lent again; an app whose addresses, steps or plugins a test has changed is not
lent any more.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from core import privacy
from core.accounts.sign_in import limiter
from core.api import health, limits, spec
from core.app import create_app
from core.config import Settings
from core.extensions import Database
from core.publicity.site import caching
from core.publicity.site.keeping import Shelf
from core.trail import redaction
from tests.support.pages import share_templates

#: what belongs to one test, and is put in anew for the next
OWN: dict[str, Any] = {limits.KEY: limits.Window, health.KEY: health.Metrics, caching.KEY: Shelf}
#: worked out from the plugins alone
KEPT = f"{spec.KEY}.whole"


@dataclass
class Lent:
    """An app with what it was when it was made."""

    app: Flask
    config: dict[str, Any]
    extensions: dict[str, Any]
    shape: list[Any]

    @classmethod
    def made(cls, settings: Settings) -> Lent:
        app = create_app(settings)
        share_templates(app.jinja_env)
        app.extensions["bangfu.database"].dispose()
        made = cls(app, dict(app.config), dict(app.extensions), shape(app))
        gc.freeze()  # it stays to the end, and looking through it would be a tenth of all time
        return made

    def ready(self, settings: Settings) -> Flask:
        """The app as new, on the database of these settings."""
        app = self.app
        app.config.clear()
        app.config.update(self.config, BANGFU_SETTINGS=settings)
        if KEPT in app.extensions:
            self.extensions[KEPT] = app.extensions[KEPT]
        app.extensions.clear()
        app.extensions.update(self.extensions, **{name: new() for name, new in OWN.items()})
        app.extensions["bangfu.database"] = database = Database(settings.database_url)
        privacy.install(database, settings)
        redaction.keep_key_in(settings.data_dir)
        limiter.enabled = app.config["RATELIMIT_ENABLED"]
        app._got_first_request = False  # a test may add an address of its own
        return app


def shape(app: Flask) -> list[Any]:
    """What a test may change of an app besides its configuration and extensions."""
    host = app.extensions["bangfu.host"]
    steps = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs, app.template_context_processors,
             app.url_default_functions, app.url_value_preprocessors)
    return [dict(app.view_functions), len(list(app.url_map.iter_rules())), list(app.blueprints),
            [{name: list(found) for name, found in part.items() if found} for part in steps],
            # Flask leaves empty places where it has looked for a handler.
            {(name, code): dict(found) for name, part in app.error_handler_spec.items() for code, found in part.items() if found},
            list(app.teardown_appcontext_funcs), dict(app.jinja_env.globals), dict(app.jinja_env.filters), app.jinja_env.loader,
            app.session_interface, [found.slug for found in host.plugins], list(host.quarantined)]


_free: dict[str, list[Lent]] = {}


@contextmanager
def lent_app(settings: Settings) -> Iterator[Flask]:
    """An app with these settings, made for them or used by an earlier test."""
    assert settings.testing, "an app that works on its own has threads, and is not lent"
    free = _free.setdefault(repr(dataclasses.replace(settings, database_url="", data_dir=Path())), [])
    lent = free.pop() if free else None
    if lent is None or lent.shape != shape(lent.app):
        lent = Lent.made(settings)
    app = lent.ready(settings)
    try:
        yield app
    finally:
        app.extensions["bangfu.database"].dispose()
        free.append(lent)
