"""The signed-in person of one request: what they may do, where, and why not."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

from sqlalchemy.orm import Session

from core.access import arrival, queries, store
from core.access.engine import NO_FACTS, RuleSet
from core.access.queries import Grant, Standing, TenantPlace
from core.access.reach import Reach, reach_of
from core.access.rules import Line
from core.access.scope import Scope, scope_of


class Place(Protocol):
    """A unit, as far as a decision needs it."""

    @property
    def path(self) -> str:
        """Its place in the tree."""


@dataclass(frozen=True)
class Decision:
    """The answer, the line that gave it (none: nothing allows it), and the roles it was asked with."""

    allowed: bool
    line: Line | None
    roles: frozenset[str]

    @property
    def because(self) -> str:
        """The text of the line."""
        return str(self.line) if self.line else ""


@dataclass(frozen=True)
class Way:
    """How an action at a unit was decided, by which role, and what opens."""

    decision: Decision
    role: str
    scope: Scope


class Viewer:
    """An account with its grants of today under one version of the rules."""

    def __init__(self, account_id: uuid.UUID, name: str, grants: Iterable[Grant], rules: RuleSet) -> None:
        self.account_id = account_id
        self.name = name
        self.grants = tuple(grants)
        self.rules = rules
        #: the working unit of the request, set by the guard
        self.place: Place | None = None
        self._roles: dict[str, frozenset[str]] = {}
        self._reaches: dict[str, Reach] = {}
        #: kept by the guard, as long as an arrival stays what it was
        self.ways: dict[tuple[str, str | None], Way] = {}

    def anew(self) -> Self:
        """The same person for another request: what was decided before is shared, where they work is not."""
        found = copy.copy(self)
        found.place = None
        return found

    def roles_at(self, path: str) -> frozenset[str]:
        """The roles that hold at a unit: those given at it or above it."""
        found = self._roles.get(path)
        if found is None:
            found = frozenset(grant.role for grant in self.grants if path.startswith(grant.path))
            self._roles[path] = found
        return found

    def decide(self, action: str, path: str, facts: frozenset[str] = NO_FACTS) -> Decision:
        """May the person do this at the unit of this path, and by which line."""
        roles = self.roles_at(path)
        verdict = self.rules.decide(roles, path, action, facts)
        return Decision(verdict.allowed, verdict.line, roles)

    def allowed(self, action: str, unit: Place | None = None, facts: frozenset[str] = NO_FACTS) -> bool:
        """The same as yes or no, at the working unit unless another is given; with neither, anywhere."""
        place = unit or self.place
        if place is None:
            return bool(self.reach(action))
        return self.rules.decide(self.roles_at(place.path), place.path, action, facts).allowed

    def reach(self, action: str) -> Reach:
        """All units at which the person may do this."""
        found = self._reaches.get(action)
        if found is None:
            found = reach_of({grant.path for grant in self.grants}, self.rules.anchors(action),
                             lambda path: self.rules.decide(self.roles_at(path), path, action).allowed)
            self._reaches[action] = found
        return found

    def scope_paths(self, action: str) -> tuple[str, ...]:
        """The tops of the subtrees at which the person may do this."""
        return self.reach(action).paths

    def tenants(self, session: Session, action: str) -> list[TenantPlace]:
        """The tenants whose rows the person may do this with, less those where a denial applies."""
        return queries.tenants_in(session, self.reach(action))

    def scope(self, session: Session, action: str, unit: Place | None = None) -> Scope:
        """What the scoped queries take: the reach (at and below one unit) with its tenants."""
        reach = self.reach(action)
        if unit is not None:
            reach = reach.within(unit.path)
        return scope_of(reach, queries.tenants_around(session, reach))

    @property
    def home(self) -> Grant | None:
        """The unit to begin at: the highest of the standing assignments."""
        lasting = [grant for grant in self.grants if grant.until is None] or list(self.grants)
        return min(lasting, key=lambda grant: (grant.path.count("/"), grant.path), default=None)


def load_viewer(session: Session, account_id: uuid.UUID, name: str) -> Viewer:
    """The account as it stands now, in one query unless the rules have changed since they were last asked."""
    return viewer_of(session, account_id, name, arrival.arrive(session, account_id).standing)


def viewer_of(session: Session, account_id: uuid.UUID, name: str, standing: Standing) -> Viewer:
    """The account with a standing that has just been read."""
    return Viewer(account_id, name, standing.grants, store.rules(session, standing.version))
