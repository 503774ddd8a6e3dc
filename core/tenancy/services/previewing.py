"""What a profile would change, before anything is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.extensions import today
from core.host.manager import PluginHost
from core.host.queries import enabled
from core.tenancy import queries
from core.tenancy.comparing import ORDER, Change, Kind, changes
from core.tenancy.entries import as_json, from_row, plain_entries, typed
from core.tenancy.grammar import Entry, Layer, Profile, Question
from core.tenancy.grammar.layering import Breach, breaches
from core.tenancy.grammar.masks import ACTIVE
from core.tenancy.models import Plan
from core.tenancy.queries import TenantPlace
from core.tenancy.services.context import known_grammar, layers_above, tenant_for


@dataclass(frozen=True)
class LayerChange:
    """How one entry stands to the layer above it."""

    layer: str
    upper: Entry
    own: Entry | None


@dataclass(frozen=True)
class Preview:
    """What applying would do. `base_version` is the version it was compared with; None before the first."""

    tenant: TenantPlace | None
    base_version: int | None
    changes: Sequence[Change]
    plugins_on: Sequence[str]
    plugins_off: Sequence[str]
    plugins_missing: Sequence[str]
    questions: Sequence[Question]
    layers: Sequence[LayerChange]
    #: entries of plans below that would break a fixed value, floor or ceiling of this one
    below: Sequence[tuple[TenantPlace, Breach]] = field(default_factory=tuple)

    def count(self, kind: Kind) -> int:
        """How many entries are added, changed, ended or unchanged."""
        return sum(change.kind == kind for change in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        """The four counts, for the trail and for JSON."""
        return {kind: self.count(kind) for kind in ORDER}


def preview(session: Session, host: PluginHost, profile: Profile) -> Preview:
    """Compare a sound profile with the running plan, the switches, the layers above and the plans below."""
    tenant = tenant_for(session, profile.place)
    base = queries.newest_applied(session, tenant.id) if tenant else None
    before = [from_row(row) for row in queries.list_entries(session, base)] if base else []
    known = known_grammar(session, host)
    on = enabled(session, host, tenant.id) if tenant else frozenset[str]()
    wanted = wanted_plugins(profile.entries)
    installed = [code for code in wanted if code in host.requires]
    return Preview(
        tenant,
        base.version if base else None,
        changes(before, plain_entries(profile)),
        [code for code in installed if code not in on],
        sorted(on - set(wanted)),
        [code for code in wanted if code not in host.requires],
        profile.questions,
        _layer_changes(profile, layers_above(session, profile.place, known)),
        _below(session, host, profile, tenant) if tenant else (),
    )


def wanted_plugins(entries: Sequence[Entry], on: dt.date | None = None) -> list[str]:
    """The plugins a plan has on, today unless a day is given."""
    day = on or today()
    return list(dict.fromkeys(entry.code for entry in entries
                              if entry.section == "plugin" and entry.state == ACTIVE and entry.holds_on(day)))


def planned_plugins(session: Session, plan: Plan | None, on: dt.date | None = None) -> frozenset[str]:
    """The plugins that a stored plan has on, today unless a day is given."""
    rows = queries.list_entries(session, plan, "plugin") if plan else []
    return frozenset(wanted_plugins([from_row(row) for row in rows], on))


def _layer_changes(profile: Profile, above: Sequence[Layer]) -> list[LayerChange]:
    found: list[LayerChange] = []
    for upper in above:
        for entry in upper.entries:
            if entry.section == "value" or "." in entry.section:
                own = next((mine for mine in profile.section(entry.section)
                            if mine.code == entry.code and mine.overlaps(entry)), None)
                found.append(LayerChange(upper.name, as_json(entry), as_json(own) if own else None))
    return found


def _below(session: Session, host: PluginHost, profile: Profile,
           tenant: TenantPlace) -> list[tuple[TenantPlace, Breach]]:
    known = known_grammar(session, host)
    lower = [place for place in queries.tenants_under(session, tenant.unit.path) if place.id != tenant.id]
    plans = queries.running_plans(session, [place.id for place in lower])
    mine = Layer(tenant.id, profile.place.name, profile.entries)
    binding = {(entry.section, entry.code) for entry in profile.entries if entry.mode != "open"}
    found: list[tuple[TenantPlace, Breach]] = []
    if not binding:
        return found
    rows = queries.entries_of_plans(session, plans.values())
    for place in lower:
        entries = [typed(from_row(row), known) for row in rows
                   if row.tenant_id == place.id and (row.section, row.code) in binding]
        found += [(place, breach) for breach in breaches(entries, [mine], known)]
    return found


