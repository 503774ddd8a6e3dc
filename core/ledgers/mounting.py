"""Puts every registered ledger on the app, and its entry into the menu."""

from __future__ import annotations

from flask import Flask

from core.host.contract import MenuItem
from core.host.ledgers import Ledger
from core.host.manager import PluginHost
from core.ledgers.pages import make_blueprint

#: between the workbench and the pages of administration
ORDER = 30


def ledgers_of(host: PluginHost) -> list[Ledger]:
    """Every ledger, in the order people meet them."""
    found: list[Ledger] = host.registered("register_ledgers")
    return found


def mount(app: Flask, host: PluginHost) -> None:
    """The pages of every ledger."""
    for ledger in ledgers_of(host):
        app.register_blueprint(make_blueprint(ledger))


def menu_items(host: PluginHost) -> list[tuple[str, MenuItem]]:
    """An entry of the menu for each ledger that stands alone, with the slug of its plugin."""
    found = sorted(host.registered_by("register_ledgers"), key=lambda pair: pair[1].order)
    return [(slug, MenuItem(ledger.title, f"{ledger.endpoint}.index", ledger.icon, ledger.read, ORDER))
            for slug, ledger in found if not ledger.group]
