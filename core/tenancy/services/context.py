"""What a profile is checked against in a running platform: units, programmes and the plans above."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.host.manager import PluginHost
from core.tenancy import queries
from core.tenancy.entries import layer
from core.tenancy.grammar import Checked, Directory, Grammar, Layer, UnitFact, check, grammar
from core.tenancy.grammar.profile import Place
from core.tenancy.queries import NATIONAL, TenantPlace
from core.units.models import Unit
from core.units.queries import find_unit, find_unit_by_code


class DatabaseDirectory:
    """The units of the database, open ones first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fictitious = queries.fictitious_codes(session)

    def find(self, code: str) -> UnitFact | None:
        """The unit of that code, or None."""
        unit = find_unit_by_code(self._session, code)
        if unit is None:
            return None
        above = find_unit(self._session, unit.parent_id) if unit.parent_id else None
        return UnitFact(unit.code, unit.name, unit.level, unit.kind, above.code if above else "",
                        fictitious=unit.code in self._fictitious)


def known_grammar(session: Session, host: PluginHost) -> Grammar:
    """Core's sections, those of the installed plugins, and the programmes of the running national base."""
    plan = queries.running_plan(session, NATIONAL)
    rows = queries.list_entries(session, plan, "programme") if plan else []
    return grammar(host.registered("register_sections"), host.requires, {row.code: row.name for row in rows})


def layers_above(session: Session, place: Place, known: Grammar) -> list[Layer]:
    """The running plans of the tenants above the profile's unit, the country first."""
    unit = find_unit_by_code(session, place.unit) or find_unit_by_code(session, place.under)
    if unit is None:
        return []
    own = [found.id for found in queries.chain_of(session, unit) if found.unit.code == place.unit]
    return [found for found in layers_of(session, unit, known) if found.tenant_id not in own]


def layers_of(session: Session, unit: Unit, known: Grammar) -> list[Layer]:
    """The running plans at and above a unit, the country first."""
    places = queries.chain_of(session, unit)
    plans = queries.running_plans(session, [place.id for place in places])
    rows = queries.entries_of_plans(session, plans.values())
    return [layer(place.id, place.name, [row for row in rows if row.plan_id == plans[place.id].id], known)
            for place in places if place.id in plans]


def directory(session: Session) -> Directory | None:
    """The units to check against, or None while the database has none."""
    return DatabaseDirectory(session) if queries.has_units(session) else None


def check_profile(session: Session, host: PluginHost, data: bytes | str, file: str) -> Checked:
    """Check a profile against the running platform."""
    known = known_grammar(session, host)
    units = directory(session)
    first = check(data, file, known, directory=units)
    if first.profile is None:
        return first
    above = layers_above(session, first.profile.place, known)
    return check(data, file, known, directory=units, layers=above) if above else first


def tenant_for(session: Session, place: Place) -> TenantPlace | None:
    """The tenant a profile speaks of, if it has been founded."""
    unit = find_unit_by_code(session, place.unit)
    return queries.own_tenant(session, unit) if unit else None
