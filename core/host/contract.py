"""The plain values that pass between core and plugins: no tables, no Flask."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import N_, TenantScopeError


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
class TimelineEntry:
    """Something that happened to a unit, for its timeline."""

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
class Effect:
    """A line of what a change would do, listed before it is done."""

    text: str
    count: int = 0
    #: info, warning or danger
    status: str = "info"
