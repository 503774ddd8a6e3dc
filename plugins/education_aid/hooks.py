"""The hooks of the plugin, each handed on to the module that does the work."""

from __future__ import annotations

from flask import Blueprint

from core.host.contract import ActionSpec, FolderSpec, JobSpec, MenuItem, RuleSpec, SectionSpec
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.host.notices import NoticeSpec
from core.host.processes import Process
from plugins.education_aid import jobs, models, permissions
from plugins.education_aid.folders import FOLDERS
from plugins.education_aid.ledgers.awards import AWARDS
from plugins.education_aid.ledgers.running import PROCESSES, RUNNING
from plugins.education_aid.manifest import manifest
from plugins.education_aid.notices import NOTICES
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan import SECTIONS
from plugins.education_aid.plan.running import RUNNING_SECTIONS
from plugins.education_aid.routes import blueprint

__all__ = ["manifest", "models"]


@hookimpl
def register_actions() -> list[ActionSpec]:
    return permissions.ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return permissions.RULES


@hookimpl
def register_sections() -> list[SectionSpec]:
    return [*SECTIONS, *RUNNING_SECTIONS]


@hookimpl
def register_folders() -> list[FolderSpec]:
    return FOLDERS


@hookimpl
def register_ledgers() -> list[Ledger]:
    return [AWARDS, *RUNNING]


@hookimpl
def register_processes() -> list[Process]:
    return PROCESSES


@hookimpl
def register_notices() -> list[NoticeSpec]:
    return NOTICES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("学生资助", "education_aid.index", "school", Action.ITEM_READ, order=40)]
