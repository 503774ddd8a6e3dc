"""The plugin's page of a county's public site."""

from __future__ import annotations

from flask import Blueprint, g

from core.web.markers import public, public_blueprint
from core.web.request import db
from tests.sample_plugin import queries

public_pages: Blueprint = public_blueprint("sample", __name__)


@public_pages.get("/")
@public("走访次数向社会公开")
def index(code: str) -> str:
    return f"<p>{g.unit.name}走访 {queries.count_in_tenant(db(), g.tenant_id)} 次</p>"
