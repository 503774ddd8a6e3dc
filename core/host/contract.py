"""The plain values that pass between core and plugins: no tables, no Flask."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import N_, TenantScopeError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.config import Settings
    from core.extensions import Actor, Database
    from core.host.manager import PluginHost


@dataclass(frozen=True)
class Manifest:
    """What a plugin says of itself. `slug` prefixes its actions, tables, addresses and plan sections."""

    slug: str
    title: str
    version: str
    #: one sentence an official understands
    summary: str
    #: slugs of the plugins it needs switched on as well
    requires: tuple[str, ...] = ()
    #: the first version of core it works with
    core: str = "0.1"
    #: position in menus and of hook results; the slug decides between equals
    order: int = 100


@dataclass(frozen=True)
class ActionSpec:
    """An action `plugin:resource:verb` with the title officials read; verbs: read, write, approve, export,
    manage."""

    code: str
    title: str


@dataclass(frozen=True)
class RoleSpec:
    """A role that assignments may name. `inherits` lists roles whose permissions it has as well; `levels`
    the levels it may be given at (empty: any)."""

    code: str
    title: str
    inherits: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    #: the clause or design row the role comes from
    source: str = ""


@dataclass(frozen=True)
class RuleSpec:
    """A default access rule: `obj` is `plugin.resource` (or `plugin.*`), `act` a verb or `*`, `cond` a
    condition on facts (`is_submitter`, `!role:aid_centre`), `eft` allow or deny."""

    role: str
    obj: str
    act: str
    cond: str = ""
    eft: str = "allow"
    source: str = ""


@dataclass(frozen=True)
class Problem:
    """A fault in a plan. `key` is the path of the faulty value as the profile writes it."""

    key: str
    rule: str
    message: str
    clause: str = ""


@dataclass(frozen=True)
class SectionSpec:
    """A section of a plan that a plugin (or core) understands: `[[<section>]]` tables in the profile.

    `schema` is a marshmallow schema class for one entry's own keys, apart from those every entry has
    (code, name, clause, from, to, mode, note). `check` looks at the whole list after the schema passed.
    `comparable` gives the amount that floor and ceiling compare, or None.
    `describe` says an entry's value in Chinese, for the plan page.
    """

    section: str
    title: str
    schema: type[Any]
    check: Callable[[list[dict[str, Any]]], list[Problem]] | None = None
    comparable: Callable[[Mapping[str, Any]], Any] | None = None
    describe: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True)
class EventSpec:
    """A kind of event that other systems may subscribe to: `core.account.created`, or `slug.noun.done` of a
    plugin. `data` says what it holds, name by name. Events carry ids, codes, states and links, and never what
    describes a person: whoever may know more asks the API for it."""

    code: str
    #: as officials read it
    title: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something that happened, as subscribers are told. `unit_ids` are the units it is about: their tenants
    are told as well, and whoever subscribed further down only of what concerns a unit there."""

    id: uuid.UUID
    code: str
    at: dt.datetime
    tenant_id: str
    unit_ids: tuple[uuid.UUID, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MenuItem:
    """An entry of the shell's menu, shown to those who hold `action`, at units where the plugin is on."""

    label: str
    endpoint: str
    icon: str
    action: str
    order: int = 100


def _nobody(action: str) -> Any:
    raise TenantScopeError(N_("没有说明是谁在查看，不能读取记录"))


@dataclass(frozen=True)
class Place:
    """Where a `collect_…` hook is asked about: the unit, its path, and the tenants open to the caller.

    `scope(action)` gives what the caller may see with an action here, as the queries of
    `core.access.scoping` take it: a card must not count what its list would not show.
    """

    unit_id: uuid.UUID
    code: str
    name: str
    path: str
    tenants: frozenset[str]
    scope: Callable[[str], Any] = field(default=_nobody, compare=False)

    def within(self, tenants: frozenset[str]) -> Place:
        """The same place for these of its tenants alone."""
        return replace(self, tenants=tenants, scope=lambda action: self.scope(action).only(tenants))


@dataclass(frozen=True)
class Card:
    """A card on the workbench: a number with its unit, what it says, and where it leads."""

    title: str
    value: str
    hint: str = ""
    url: str = ""
    #: plain, info, success, warning or danger
    status: str = "plain"


@dataclass(frozen=True)
class Todo:
    """One thing waiting for this person (待办), with its due day and where to do it."""

    title: str
    url: str
    due: dt.date | None = None
    count: int = 1


@dataclass(frozen=True)
class Subject:
    """Whom a page is about: `kind` is person or household, `unit_id` where their record stands."""

    kind: str
    tenant_id: str
    id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to a unit, a person or a household, for its timeline."""

    on: dt.date
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Found:
    """A search hit with the page it leads to."""

    title: str
    hint: str
    url: str


@dataclass(frozen=True)
class UnitChange:
    """A change of the tree as plugins see it. `moved` maps the id of each unit that ceased to the id of its
    successor. A split has several successors: there the first of `rules` that fits a record decides. A rule
    reads `{"from": id, "where": {fact: value or list of values}, "to": id}`; without `where` it takes the
    rest. The facts a plugin offers are its own, such as the title of a visit."""

    operation_id: uuid.UUID
    kind: str
    on: dt.date
    unit_ids: tuple[uuid.UUID, ...]
    moved: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    rules: tuple[Mapping[str, Any], ...] = ()

    def successor(self, unit_id: uuid.UUID, facts: Mapping[str, Any]) -> uuid.UUID:
        """The unit a record of `unit_id` with these facts belongs to after the change."""
        for rule in self.rules:
            if rule.get("from", unit_id) == unit_id and _fits(rule.get("where") or {}, facts):
                found: uuid.UUID = rule["to"]
                return found
        return self.moved.get(unit_id, unit_id)


def _fits(where: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return all(name in facts and facts[name] in (wanted if isinstance(wanted, list | tuple) else [wanted])
               for name, wanted in where.items())


@dataclass(frozen=True)
class FolderItem:
    """What an archive folder should hold: an item counts as met with `least` documents, and takes no more than
    `most`."""

    code: str
    title: str
    required: bool = True
    least: int = 1
    most: int = 50
    clause: str = ""


@dataclass(frozen=True)
class FolderSpec:
    """An archive folder (一生一档, 一户一档 …): `code` is `slug.noun`, `subject` whose folder it is: unit, household
    or person. A plan adds items in its section `archive_items`."""

    code: str
    title: str
    subject: str
    items: tuple[FolderItem, ...]
    clause: str = ""

    @property
    def slug(self) -> str:
        """The plugin it belongs to, or "core"."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Retained:
    """Records of a person that a law or a plan needs: `what` they are, the `law`, until which day (None: it cannot be
    said yet; one that is over may be given too). With `identity` they must stay with the name; otherwise amounts stay
    and the name may go. Not `stated`: no plan says for how long, so that the person never becomes due, and is erased
    only where somebody rightly asks."""

    person_id: uuid.UUID
    what: str
    law: str
    identity: bool = False
    until: dt.date | None = None
    count: int = 1
    stated: bool = True


@dataclass(frozen=True)
class Effect:
    """A line of what a change would do, listed before it is done."""

    text: str
    count: int = 0
    #: info, warning or danger
    status: str = "info"


class JobRun(Protocol):
    """One attempt at a job, as the function that does its work sees it.

    Work that must happen once goes into a `transaction()`; whoever comes too late to it (the lease ran out
    and another worker took the job) rolls back with `core.jobs.errors.JobLost`. Let `JobLost` and
    `JobCancelled` pass.
    """

    job_id: uuid.UUID
    tenant_id: str
    unit_id: uuid.UUID | None
    #: what was given to `enqueue`
    arguments: dict[str, Any]
    #: who started it, with the source "job"
    actor: Actor
    settings: Settings
    host: PluginHost
    database: Database
    #: 1 at the first try; never the same twice
    attempt: int
    #: the result that `finish_in` kept before: of periodic work, at its last turn
    last: dict[str, Any] | None

    def transaction(self, reason: str = "") -> AbstractContextManager[Session]:
        """A writing session with the job's tenant open, committed at the end if this attempt still holds the
        job. Work of the platform (tenant "00") has every tenant open if it gives a reason, and none without; a
        plugin's periodic work has those open where the plugin is on. On SQLite nobody else writes meanwhile:
        commit long work in parts."""

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Say how far the work is, which renews the lease; said at every row, it is written twice a second.
        Raises `JobCancelled` when somebody has asked for an end, `JobLost` when another worker has the job."""

    def finish_in(self, session: Session, sentence: str, result: dict[str, Any] | None = None) -> None:
        """Mark the job done in the transaction of its last effect, with a sentence that people read."""

    def keep_file(self, name: str, content_type: str, path: Path) -> None:
        """Keep a copy of a file as the job's result; people download it from the job's page for 30 days."""


@dataclass(frozen=True)
class JobSpec:
    """Background work that `core.jobs.services.enqueue` can ask for, or that comes round by itself.

    `run` may be called again after a crash: it does its writing in `run.transaction()` and ends with
    `run.finish_in` in the last of them. A `PlatformError` fails the job at once with its Chinese text; any
    other error is tried again, `core.jobs.errors.JobPostponed` quietly and when it says.
    """

    #: slice or plugin, and a verb: "webhooks.deliver"
    code: str
    #: as officials read it
    title: str
    run: Callable[[JobRun], None]
    #: tries in all before it counts as failed
    attempts: int = 3
    #: seconds before the second, third … try; the last repeats
    waits: tuple[int, ...] = (30, 120, 600)
    #: seconds: periodic work of the platform, one run at a time, over all tenants
    every: int | None = None
    #: seconds without a sign of life until another worker may take it
    lease: int = 60
    #: False: housekeeping that is not on people's list
    visible: bool = True
    #: host and a job's arguments → what tells it from others of its kind, as officials read it: the ledger of an export
    about: Callable[[Any, Mapping[str, Any]], str] | None = None
