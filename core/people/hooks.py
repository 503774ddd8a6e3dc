"""The registry's ledgers and pages as a built-in plugin."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from core.host.contract import ActionSpec, Found, JobSpec, MenuItem, Place, RuleSpec, Subject, TimelineEntry
from core.host.ledgers import Ledger
from core.host.markers import hookimpl
from core.people import entries, jobs, searching
from core.people.ledgers import LEDGERS
from core.people.permissions import ACTIONS, RULES
from core.people.permissions import Action as Keys
from core.people.routes import blueprint
from core.registry.permissions import Action


@hookimpl
def register_actions() -> list[ActionSpec]:
    return ACTIONS


@hookimpl
def register_rules() -> list[RuleSpec]:
    return RULES


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [blueprint]


@hookimpl
def register_ledgers() -> list[Ledger]:
    return LEDGERS


@hookimpl
def register_jobs() -> list[JobSpec]:
    return jobs.JOBS


@hookimpl
def register_menus() -> list[MenuItem]:
    return [MenuItem("人口与学籍", "registry.overview", "users", Action.PERSON_READ, order=30),
            MenuItem("学校与教职工", "ledger-core-school_facts.index", "school", Action.SCHOOL_READ, order=31),
            MenuItem("保存到期的人员", "registry.due", "archive", Action.IDENTITY_ERASE, order=94),
            MenuItem("个人信息密钥", "registry.keys", "key", Keys.VAULT_READ, order=95)]


@hookimpl
def collect_person_entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    return entries.of_person(session, place, person)


@hookimpl
def collect_household_entries(session: Session, place: Place, household: Subject) -> list[TimelineEntry]:
    return entries.of_household(session, place, household)


@hookimpl
def collect_hits(session: Session, place: Place, words: str, limit: int) -> list[Found]:
    return searching.hits(session, place, words, limit)
