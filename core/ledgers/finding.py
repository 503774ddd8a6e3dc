"""What an entered name or number stands for: units by code, name or path; persons and households by number."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.access.reach import Range
from core.access.scope import Scope
from core.errors import N_
from core.extensions.phrases import phrase
from core.ledgers.context import Finder, Found
from core.ledgers.referring import find_households, find_persons
from core.tenancy.queries import find_tenant, tenants_under
from core.units.models import Unit
from core.units.rules.levels import subtree

_CHUNK = 500
SEVERAL_UNITS = phrase(N_("有 %(count)s 个单位叫“%(text)s”，请写区划代码，或写上级，如“%(example)s”"))


def finders_for(session: Session, tenant_id: str, scope: Scope) -> dict[str, Finder]:
    """The finders of a check: within one tenant, and no further than the scope."""
    return {"unit": lambda texts: find_units(session, tenant_id, scope, texts),
            "person": lambda texts: find_persons(session, tenant_id, scope, texts),
            "household": lambda texts: find_households(session, tenant_id, scope, texts)}


def ranges_of(session: Session, tenant_id: str, scope: Scope) -> tuple[Range, ...]:
    """The ranges of paths of the tenant's units in scope."""
    for part in scope.part:
        if part.tenant == tenant_id:
            return part.ranges
    place = find_tenant(session, tenant_id) if tenant_id in scope.whole else None
    return (subtree(place.unit.path),) if place else ()


def find_units(session: Session, tenant_id: str, scope: Scope, texts: Iterable[str]) -> Found:
    """Open units of the tenant in scope, by id, code, name, or names from above joined by “/”. A name several units
    bear is refused with what to write instead."""
    ranges = ranges_of(session, tenant_id, scope)
    wanted = list(texts)
    last = {text: text.replace("／", "/").split("/")[-1].strip() for text in wanted}
    units = _units(session, ranges, [*wanted, *last.values()])
    foreign = [subtree(place.unit.path) for place in tenants_under(session, _top(session, tenant_id)) if place.id != tenant_id]
    own = [unit for unit in units if not any(low <= unit.path < high for low, high in foreign)]
    chains = _chains(session, own)
    found: dict[str, uuid.UUID | str] = {}
    for text in wanted:
        hits = [unit for unit in own if text in (unit.code, str(unit.id))]
        if not hits:
            steps = [step.strip() for step in text.replace("／", "/").split("/")]
            hits = [unit for unit in own if unit.name == steps[-1] and _fits(chains[unit.id], steps[:-1])]
        if len(hits) == 1:
            found[text] = hits[0].id
        elif hits:
            found[text] = SEVERAL_UNITS(count=len(hits), text=text, example=f"{chains[hits[0].id][-1]}/{hits[0].name}")
    return found


def _top(session: Session, tenant_id: str) -> str:
    place = find_tenant(session, tenant_id)
    return place.unit.path if place else ""


def _units(session: Session, ranges: Sequence[Range], texts: Sequence[str]) -> list[Unit]:
    if not ranges:
        return []
    here = or_(*(and_(Unit.path >= low, Unit.path < high) for low, high in ranges))
    names, found = sorted(set(texts)), {}
    for at in range(0, len(names), _CHUNK):
        part = names[at : at + _CHUNK]
        ids = [uuid.UUID(text) for text in part if _is_id(text)]
        statement = select(Unit).where(here, Unit.closed_on.is_(None),
                                       or_(Unit.code.in_(part), Unit.name.in_(part), Unit.id.in_(ids)))
        found.update({unit.id: unit for unit in session.scalars(statement)})
    return list(found.values())


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _chains(session: Session, units: Sequence[Unit]) -> dict[uuid.UUID, list[str]]:
    """The names above each unit, from the top."""
    paths = {unit.id: _upwards(unit.path) for unit in units}
    wanted = sorted({path for above in paths.values() for path in above})
    names: dict[str, str] = {}
    for at in range(0, len(wanted), _CHUNK):
        rows = session.execute(select(Unit.path, Unit.name).where(Unit.path.in_(wanted[at : at + _CHUNK])))
        for path, name in rows:
            names[path] = name
    return {unit_id: [names.get(path, "") for path in above] for unit_id, above in paths.items()}


def _upwards(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts))]


def _fits(above: Sequence[str], steps: Sequence[str]) -> bool:
    """Whether the steps stand among the names above, in their order."""
    left = iter(above)
    return all(step in left for step in steps)
