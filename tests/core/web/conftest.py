"""A bare application of the toolkit alone, without database, slices or people."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_wtf.csrf import CSRFProtect

from core.config import ROOT
from core.web import filters, headers, i18n
from core.web.markers import public
from tests.support.pages import share_templates

Render = Callable[..., str]


@pytest.fixture
def frame() -> SimpleNamespace:
    """What the shell knows of a page: a county, the way to it, its menu and a person."""
    return SimpleNamespace(
        unit=SimpleNamespace(code="522723", name="贵定县", level="county", kind="division"),
        crumbs=[("", "全国"), ("52", "贵州省"), ("522723", "贵定县")],
        menu=[("工作台", "/u/522723/", "home", True), ("方案", "/u/522723/plan", "book", False)],
        viewer=SimpleNamespace(name="测试甲"),
        units=[("522723", "贵定县", "县级管理员")],
        elevated=None,
        product="帮扶",
    )


@pytest.fixture
def toolkit(frame: SimpleNamespace) -> Flask:
    """The toolkit installed on an empty application; `?bare` leaves the shell out."""
    app = Flask("core", static_folder=str(ROOT / "core/web/static"), template_folder=str(ROOT / "core/web/templates"))
    app.config.update(SECRET_KEY="test-key", TESTING=True)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    CSRFProtect(app)
    for part in (i18n, headers, filters):
        part.install(app)
    share_templates(app.jinja_env)
    app.context_processor(lambda: {"shell": frame, "allowed": lambda action: True})
    app.add_url_rule("/list", "list", public("测试")(lambda: render_template_string(PAGE)))
    return app


PAGE = """{% extends "shell.html" %}{% import "components.html" as ui %}
{% block title %}下级单位{% endblock %}{% block help %}一句话说明{% endblock %}
{% block actions %}<a class="btn" href="/x">动作</a>{% endblock %}
{% block content %}<p id="inside">{{ ui.th('名称', 'name', '', request.args.get('sort', '')) }}</p>{% endblock %}"""


@pytest.fixture
def render(toolkit: Flask) -> Render:
    """Render a piece of template with the components as `ui`."""

    def run(source: str, **values: Any) -> str:
        with toolkit.test_request_context("/list?q=甲&after=7"):
            return render_template_string('{% import "components.html" as ui %}' + source, **values)

    return run
