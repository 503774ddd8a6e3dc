"""Accounts as a built-in plugin: its pages, menu entries, events and housekeeping."""

from __future__ import annotations

from flask import Blueprint

from core.accounts import bulk, own, people, review, routes
from core.accounts.events import EVENTS
from core.accounts.permissions import Action
from core.accounts.providers import entering, pages
from core.accounts.providers import own as own_providers
from core.accounts.providers.permissions import ACTIONS, RULES
from core.accounts.providers.permissions import Action as ProviderAction
from core.accounts.tidying import JOBS
from core.host.contract import ActionSpec, EventSpec, JobSpec, MenuItem, RuleSpec
from core.host.markers import hookimpl


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [routes.blueprint, own.blueprint, people.blueprint, bulk.blueprint, review.blueprint, entering.blueprint,
            own_providers.blueprint, pages.blueprint]


@hookimpl
def register_events() -> list[EventSpec]:
    return EVENTS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return JOBS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("账号与任职", "people.overview", "user-shield", Action.ACCOUNT_MANAGE, order=85),
            MenuItem("统一身份认证", "unit_providers.overview", "login", ProviderAction.PROVIDER_MANAGE, order=86)]
