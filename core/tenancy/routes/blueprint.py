"""The blueprint that every page of this slice hangs on."""

from __future__ import annotations

from flask import request

from core.host.request import plugin_host
from core.tenancy.entries import describe
from core.tenancy.grammar import Grammar
from core.tenancy.grammar.wording import key_words
from core.tenancy.services import known_grammar
from core.web.markers import unit_blueprint
from core.web.request import db

blueprint = unit_blueprint("tenancy", "core.tenancy", template_folder="templates")
blueprint.add_app_template_filter(describe, "said")
blueprint.add_app_template_filter(key_words, "key_words")


def known() -> Grammar:
    """The grammar of this platform as it stands."""
    return known_grammar(db(), plugin_host())


def sent(name: str, most: int = 400) -> str:
    """A line of text from the form, without what no database keeps."""
    return request.form.get(name, "").replace("\x00", "").strip()[:most]
