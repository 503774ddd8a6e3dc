"""Accounts as a built-in plugin: its pages and menu entry."""

from __future__ import annotations

from flask import Blueprint

from core.accounts import bulk, own, people, review, routes
from core.accounts.permissions import Action
from core.host.contract import MenuItem
from core.host.markers import hookimpl


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [routes.blueprint, own.blueprint, people.blueprint, bulk.blueprint, review.blueprint]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("账号与任职", "people.overview", "users", Action.ACCOUNT_MANAGE, order=85)]
