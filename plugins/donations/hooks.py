"""The hooks of the plugin, each handed on to the module that does the work."""

from __future__ import annotations

from flask import Blueprint

from core.host.contract import ActionSpec, JobSpec, MenuItem, RoleSpec, RuleSpec, SectionSpec
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.host.notices import ClockSpec, NoticeSpec
from core.host.processes import Process
from plugins.donations import notices, permissions
from plugins.donations.ledgers import LEDGERS
from plugins.donations.manifest import manifest
from plugins.donations.permissions import Action
from plugins.donations.plan import SECTIONS
from plugins.donations.processes import PROCESSES
from plugins.donations.routes import blueprint, public_pages
from plugins.donations.services import papers, publishing

__all__ = ["manifest"]


@hookimpl
def register_actions() -> list[ActionSpec]:
    return permissions.ACTIONS


@hookimpl
def register_roles() -> list[RoleSpec]:
    return permissions.ROLES


@hookimpl
def register_rules() -> list[RuleSpec]:
    return permissions.RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return SECTIONS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_processes() -> list[Process]:
    return PROCESSES


@hookimpl
def register_jobs() -> list[JobSpec]:
    return [*papers.JOBS, *publishing.JOBS]


@hookimpl
def register_notices() -> list[NoticeSpec]:
    return notices.NOTICES


@hookimpl
def register_clocks() -> list[ClockSpec]:
    return notices.CLOCKS


@hookimpl
def register_public_pages() -> list[Blueprint]:
    return [public_pages]


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("捐赠", "donations.index", "heart-handshake", Action.CAMPAIGN_READ, order=50)]
