"""Every extension point of the platform.

Names follow one grammar: `register_<plurals>` once at start, with no tenant; `collect_<plurals>` for the
tenants in a place, returning a list; `on_<noun>_<past participle>` told inside the transaction of the
change; `before_<…>` may veto by raising `RuleViolation`. The order is always that of the manifests
(`order`, then `slug`), core's own features first. HOOKS.md says the same in Chinese.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from core.host.checks import CheckSource
from core.host.contract import (
    ActionSpec,
    Card,
    Effect,
    Event,
    EventSpec,
    FolderSpec,
    Found,
    JobSpec,
    MenuItem,
    Place,
    Retained,
    RoleSpec,
    RuleSpec,
    SectionSpec,
    Subject,
    TimelineEntry,
    Todo,
    UnitChange,
)
from core.host.ledgers import Ledger
from core.host.markers import hookspec
from core.host.notices import ClockSpec, NoticeSpec, PublicPart
from core.host.processes import Process

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from core.extensions import Actor


@hookspec
def register_actions() -> list[ActionSpec]:
    """Actions that access rules may allow, `slug:resource:verb`.

    When: once at start, while the plugin is examined.
    Scope: platform.
    Args: none.
    Returns: the actions; an empty list adds none.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_roles() -> list[RoleSpec]:
    """Roles that assignments may name, beyond those of core.

    When: once at start, while the plugin is examined.
    Scope: platform.
    Args: none.
    Returns: the roles; a code already taken is a fault of the later plugin.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_rules() -> list[RuleSpec]:
    """Default access rules: which roles hold the plugin's actions.

    When: once at start, while the plugin is examined.
    Scope: platform.
    Args: none.
    Returns: the rules, on the plugin's own objects (`slug.…`) alone.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_sections() -> list[SectionSpec]:
    """Sections of a plan that the plugin understands, with their checks.

    When: once at start, while the plugin is examined.
    Scope: platform; the checks then run for each plan that is read.
    Args: none.
    Returns: the sections, `slug.…`; an empty list: plans have nothing to say to the plugin.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_blueprints() -> list[Blueprint]:
    """The plugin's pages, made with `plugin_blueprint(slug, …)`.

    When: once at start, while the plugin is examined.
    Scope: platform; every address answers 404 at units where the plugin is off.
    Args: none.
    Returns: at most one blueprint named like the slug, every view with its action.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_apis() -> list[Blueprint]:
    """The plugin's addresses of the API, made with `core.api.blueprint.plugin_api(slug, …)`.

    When: once at start, while the plugin is examined.
    Scope: platform; every address answers 404 at units where the plugin is off, and is absent from
        the description of the API there.
    Args: none.
    Returns: at most one blueprint named `slug-api`, every address with its action.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_menus() -> list[MenuItem]:
    """Entries of the shell's menu.

    When: once at start, while the plugin is examined.
    Scope: platform; shown where the plugin is on, to those who hold the entry's action.
    Args: none.
    Returns: the entries; an empty list adds none.
    Order: `MenuItem.order`, then manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_jobs() -> list[JobSpec]:
    """Background work: what `core.jobs.services.enqueue` can ask for, and what comes round by itself.

    When: once at start, while the plugin is examined.
    Scope: platform; a job of a tenant where the plugin is off waits until it is on again.
    Args: none.
    Returns: the jobs, `slug.verb`; an empty list: no background work.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_folders() -> list[FolderSpec]:
    """Archive folders (一生一档, 一户一档, a unit's) with what each should hold.

    When: once at start, while the plugin is examined.
    Scope: platform; a plugin's folders are shown where the plugin is on.
    Args: none.
    Returns: the folders, `slug.noun`; an empty list: none.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_events() -> list[EventSpec]:
    """Kinds of events that other systems may subscribe to; `core.host.events.emit` tells of them.

    When: once at start, while the plugin is examined.
    Scope: platform; offered to subscribers of the tenants where the plugin is on.
    Args: none.
    Returns: the kinds, `slug.noun.done`, each with what its data hold; an empty list: none.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.1.
    """
    return []


@hookspec
def register_ledgers() -> list[Ledger]:
    """Ledgers: core makes list, form, record page, API, Excel in and out, totals and trail of each.

    When: once at start, while the plugin is examined.
    Scope: platform; every address of a ledger answers 404 at units where its plugin is off.
    Args: none.
    Returns: the ledgers, their codes `slug.…` and their actions the plugin's own; an empty list adds none.
    Order: manifest order, then `Ledger.order`.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.2.
    """
    return []


@hookspec
def register_processes() -> list[Process]:
    """Processes: core makes buttons, bulk steps, timeline, to-dos, deadlines and the list of what is overdue.

    When: once at start, while the plugin is examined.
    Scope: platform; every address of a process answers 404 at units where its plugin is off.
    Args: none.
    Returns: the processes, their codes `slug.noun` and their actions the plugin's own; an empty list adds none.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.2.
    """
    return []


@hookspec
def register_notices() -> list[NoticeSpec]:
    """Kinds of notices that the plugin publishes, each with the columns that may be public.

    When: once at start, while the plugin is examined.
    Scope: platform; a notice is opened by `core.publicity.services.open_notice` for one tenant.
    Args: none.
    Returns: the kinds, `slug.noun`; an empty list publishes nothing.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.3.
    """
    return []


@hookspec
def register_clocks() -> list[ClockSpec]:
    """Duties to publish within some time of an event, with the terms of the law.

    When: once at start, while the plugin is examined.
    Scope: platform; a clock is started by `core.publicity.services.start_clock` for one tenant.
    Args: none.
    Returns: the clocks, `slug.noun`; an empty list: no such duty.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.3.
    """
    return []


@hookspec
def register_public_pages() -> list[Blueprint]:
    """The plugin's pages of a county's public site, made with `public_blueprint(slug, …)`.

    When: once at start, while the plugin is examined.
    Scope: platform; every address answers 404 where the tenant does not exist or the plugin is off.
    Args: none.
    Returns: at most one blueprint named `slug-public`, every view `public(…)` for a stated reason.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.3.
    """
    return []


@hookspec
def register_checks() -> list[CheckSource]:
    """What the rows of checks can stand for, with the facts beside each: a plan's `[[check]]` names one as `rows`.

    When: once at start, while the plugin is examined; a source's `rows` are read whenever a check is begun.
    Scope: platform; checks of a plugin's rows can be begun where the plugin is on.
    Args: none.
    Returns: the sources, `slug.plural`; an empty list: no rows of its own.
    Order: manifest order.
    If it raises: the plugin is quarantined with the reason; the platform starts without it.
    Since: 0.4.
    """
    return []


@hookspec
def collect_cards(session: Session, place: Place) -> list[Card]:
    """Numbers for the workbench.

    When: each time the workbench of a unit is shown.
    Scope: tenants of the place.
    Args: session: the caller's, with the scope of the place open; never commit. place: the unit
        looked at; `place.tenants` are only those where the plugin is on, and `place.scope(action)`
        is what the caller may see there, for the scoped queries.
    Returns: the cards; an empty list shows none.
    Order: manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_todos(session: Session, place: Place) -> list[Todo]:
    """What waits for someone at this unit (待办).

    When: each time the workbench of a unit is shown.
    Scope: tenants of the place.
    Args: session: the caller's, with the scope of the place open; never commit. place: the unit
        looked at; `place.tenants` are only those where the plugin is on, and `place.scope(action)`
        is what the caller may see there, for the scoped queries.
    Returns: one line per kind of work, with its count; an empty list: nothing waits.
    Order: due day, then manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_unit_entries(session: Session, place: Place) -> list[TimelineEntry]:
    """What happened to a unit, for its timeline.

    When: each time the page of a unit is shown.
    Scope: tenants of the place.
    Args: session: the caller's, with the scope of the place open; never commit. place: the unit
        looked at; `place.tenants` are only those where the plugin is on, and `place.scope(action)`
        is what the caller may see there, for the scoped queries.
    Returns: the newest entries, at most 50; an empty list: nothing to tell.
    Order: day, newest first, then manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_person_entries(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    """What the plugin knows of a person, for the timeline on their page.

    When: each time the page of a person is shown.
    Scope: the tenant that keeps the record.
    Args: session: the caller's, with the scope of the place open; never commit. place: the working
        unit; `place.tenants` is the tenant of the record where the plugin is on, and
        `place.scope(action)` is what the caller may see there, for the scoped queries. person: whose
        page it is; the caller may see it.
    Returns: the newest entries, at most 50; an empty list: nothing to tell.
    Order: day, newest first, then manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_household_entries(session: Session, place: Place, household: Subject) -> list[TimelineEntry]:
    """What the plugin knows of a household, for the timeline on their page.

    When: each time the page of a household is shown.
    Scope: the tenant that keeps the record.
    Args: session: the caller's, with the scope of the place open; never commit. place: the working
        unit; `place.tenants` is the tenant of the record where the plugin is on, and
        `place.scope(action)` is what the caller may see there, for the scoped queries. household: whose
        page it is; the caller may see it.
    Returns: the newest entries, at most 50; an empty list: nothing to tell.
    Order: day, newest first, then manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_hits(session: Session, place: Place, words: str, limit: int) -> list[Found]:
    """Search hits among the plugin's records.

    When: when someone searches from a unit.
    Scope: tenants of the place.
    Args: session: the caller's, with the scope of the place open; never commit. place: the unit
        looked at; `place.tenants` are only those where the plugin is on, and `place.scope(action)`
        is what the caller may see there, for the scoped queries. words: what was typed, trimmed and
        not empty. limit: how many to return at most.
    Returns: the hits, best first; an empty list: none.
    Order: manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_public_parts(session: Session, tenant_id: str) -> list[PublicPart]:
    """Parts of a county's public page: a fund summary, projects and their progress, needs.

    When: the public page is made anew, at most once a minute; nobody is signed in.
    Scope: the tenant, where the plugin is on.
    Args: session: the caller's, for reading, with the scope of the tenant open. tenant_id: the tenant.
    Returns: the parts, nothing of a person in them; an empty list: none.
    Order: `PublicPart.order`, then manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.3.
    """
    return []


@hookspec
def collect_change_effects(session: Session, change: UnitChange, tenant_id: str) -> list[Effect]:
    """What a change of the tree would do to the plugin's records.

    When: for the preview of a merge, split, move or close, before anything is written.
    Scope: platform: every installed plugin, switched on or not, because data stay and follow the
        tree.
    Args: session: the caller's, with the scope of the tenant open. change: the change in preview.
        tenant_id: whose records to count.
    Returns: the effects with their counts; an empty list: untouched.
    Order: manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_switch_effects(session: Session, tenant_id: str, on: bool) -> list[Effect]:
    """What switching the plugin would mean for a tenant.

    When: for the preview of a switch, before anything is written.
    Scope: one tenant, and only the plugin that is being switched.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. on: the
        state asked for.
    Returns: the effects, in addition to pages and menus, which core lists itself.
    Order: with several at once, what is required first.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_plan_effects(session: Session, tenant_id: str, starts_on: dt.date,
                         drafted: Callable[[], AbstractContextManager[None]]) -> list[Effect]:
    """What a version of a plan would mean once it runs: who gains, who loses, what it costs by which fund.

    When: for the preview of a version and for the page on which it is approved; nothing is written.
    Scope: one tenant, the plugins that are on there.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: whose plan it is.
        starts_on: the first day the version would run. drafted: opens a block within which
        `core.tenancy` reads the version as the running plan; outside it the present plan is read.
    Returns: the effects with their counts, sums in their text; an empty list: nothing to say.
    Order: manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def collect_retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    """What the plugin needs of persons whose data are to be erased, or who may be due for it.

    When: before a person is erased, for the page of what is kept about them, and for the list of all
        whose every period has ended.
    Scope: platform: every installed plugin, switched on or not, because data stay.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. person_ids:
        the persons, at most 1,000, and with them the records merged into theirs: one statement for
        all of them, never one for each.
    Returns: what is kept of whom, by which law and until when, also where that day has passed; an
        empty list: nothing.
    Order: manifest order.
    If it raises: in production logged with plugin, hook and tenant, its answer dropped; elsewhere
        raised.
    Since: 0.1.
    """
    return []


@hookspec
def before_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    """A last word before the tree changes.

    When: in the transaction of a change of the tree, before anything is written.
    Scope: platform: every installed plugin, switched on or not, because data stay and follow the
        tree.
    Args: session: the caller's. change: what is about to happen. actor: who does it.
    Returns: nothing; to veto, raise `RuleViolation` with the rule and what to do.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_unit_changed(session: Session, change: UnitChange, actor: Actor) -> None:
    """The tree has changed: let the plugin's records follow.

    When: in the transaction of the change, after the units are written.
    Scope: platform: every installed plugin, switched on or not, because data stay and follow the
        tree.
    Args: session: the caller's, with the scope of the tenants concerned open. change: `moved` maps
        each unit that ceased to its successor; `rules` assign records on a split. actor: who did
        it.
    Returns: nothing.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_unit_restored(session: Session, change: UnitChange, actor: Actor) -> None:
    """A change of the tree was undone: take back what followed it.

    When: in the transaction of the undoing, after the units are restored.
    Scope: platform: every installed plugin, switched on or not, because data stay and follow the
        tree.
    Args: session: as in `on_unit_changed`. change: the change that was undone, with its
        `operation_id`. actor: who undid it.
    Returns: nothing.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def before_plugin_disabled(session: Session, tenant_id: str, actor: Actor) -> None:
    """A last word before the plugin is switched off.

    When: in the transaction of the switch, before anything is written.
    Scope: one tenant, and only the plugin that is being switched.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. actor:
        who switches.
    Returns: nothing; to veto, raise `RuleViolation` (money under way, a publicity period running).
    Order: dependants first.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_plugin_enabled(session: Session, tenant_id: str, actor: Actor) -> None:
    """The plugin was switched on for a tenant.

    When: in the transaction of the switch, after it is written.
    Scope: one tenant, and only the plugin that is being switched.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. actor:
        who switched.
    Returns: nothing. Data of an earlier time are still there.
    Order: what is required first.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_plugin_disabled(session: Session, tenant_id: str, actor: Actor) -> None:
    """The plugin was switched off for a tenant; its data stay.

    When: in the transaction of the switch, after it is written.
    Scope: one tenant, and only the plugin that is being switched.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. actor:
        who switched.
    Returns: nothing. It must not delete records.
    Order: dependants first.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_plan_applied(session: Session, tenant_id: str, plan_id: uuid.UUID, actor: Actor) -> None:
    """A tenant's plan has a new version in force.

    When: in the transaction that applies the plan, after its entries and switches are written.
    Scope: the tenant, where the plugin is on.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. plan_id:
        the version applied. actor: who approved it.
    Returns: nothing.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_event_emitted(session: Session, tenant_id: str, event: Event) -> None:
    """Something happened that other systems may want to know.

    When: in the transaction of the change, at `core.host.events.emit`.
    Scope: the tenant, where the plugin is on.
    Args: session: the caller's, with the caller's scope or else that of the tenant open. tenant_id: the
        tenant in which it was done. event: what happened; its data are those its kind declares.
    Returns: nothing. It must not wait for anybody: what takes time is enqueued as a job.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_persons_merged(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    """Two records were found to be one person: let the plugin's records follow.

    When: in the transaction of the merge, after the registry's own rows are written.
    Scope: platform: every installed plugin, switched on or not, because data stay and follow the
        person.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. merge_id:
        the merge, by which it is undone. kept_id: the record that stays. merged_id: the record that
        is no longer used. actor: who decided it.
    Returns: nothing. Remember what went over, so that it can go back.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_persons_parted(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                      merged_id: uuid.UUID, actor: Actor) -> None:
    """A merge of persons was undone: take back what followed it.

    When: in the transaction of the undoing, after the registry's own rows are back.
    Scope: platform: every installed plugin, switched on or not, because data stay and follow the
        person.
    Args: session: as in `on_persons_merged`. tenant_id: the tenant. merge_id: the merge that was
        undone. kept_id: the record that stayed. merged_id: the record that is used again. actor: who
        undid it.
    Returns: nothing. What was entered since the merge stays with the kept record.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_person_erased(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> None:
    """A person's data are being erased: remove whatever tells who they were.

    When: in the transaction of the erasure, once nobody needs the identity any more.
    Scope: platform: every installed plugin, switched on or not, because data stay.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. person_id:
        the person, or a record once merged into theirs. actor: who erases.
    Returns: nothing. Names, numbers, addresses and free text about the person go; amounts, days and
        the person's id stay, so that sums remain true.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """


@hookspec
def on_demo_loaded(session: Session, tenant_id: str, actor: Actor) -> None:
    """The demo is being loaded: bring made-up records.

    When: once for each tenant of the demo, after units, plans and accounts are there.
    Scope: the tenant, where the plugin is on.
    Args: session: the caller's, with the scope of the tenant open. tenant_id: the tenant. actor:
        the command line.
    Returns: nothing. Called again it must not add the same records twice; no real person's data.
    Order: manifest order.
    If it raises: the error propagates and undoes the whole change.
    Since: 0.1.
    """
