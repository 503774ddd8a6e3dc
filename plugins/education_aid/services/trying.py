"""Two plans over the same children: whatever differs is worked out under either, the rest is used as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.tenancy.queries import TenantPlace
from plugins.education_aid.queries.facts import Gathered, gather
from plugins.education_aid.rules.what_if import Outcome, Tried, changed_codes, compare, with_related
from plugins.education_aid.services.reading import PlanItems, computed
from plugins.education_aid.services.shaping import Progress, Worked, shape

#: how many children of each side are sampled by name
SAMPLED = 200


@dataclass(frozen=True)
class Snapshot:
    """Whose facts of which day count, in which term."""

    school_year: int
    term: int
    on: dt.date


@dataclass(frozen=True)
class Trial:
    """What a draft comes to beside the plan that runs; `reused` items are the same for every child."""

    before: Worked
    after: Worked
    found: Outcome
    reused: int

    @property
    def names(self) -> dict[str, str]:
        """The names of the items by code."""
        return {code: item.name for worked in (self.before, self.after) for code, (item, _, _) in worked.sums.items()}

    @property
    def displaced(self) -> tuple[int, int]:
        """How many awards are not given because of another of their group, under either plan."""
        before, after = (sum(count for _, count in worked.displaced.values()) for worked in (self.before, self.after))
        return before, after


def try_out(session: Session, tenant: TenantPlace, snapshot: Snapshot, base: PlanItems, draft: PlanItems, seed: int = 0,
            progress: Progress | None = None) -> Trial:
    """Work the changed items out under the plan that runs and under the draft, over the facts of the snapshot."""
    old, new = (Tried(computed(plan.items), plan.groups) for plan in (base, draft))
    differing = frozenset(name for name, same in (("fee", base.fees == draft.fees), ("tag", base.tags == draft.tags),
                                                  ("tier", base.tiers == draft.tiers)) if not same)
    changed = changed_codes(old, new, differing)
    only = [replace(plan, items=tuple(with_related(tried, changed))) for plan, tried in ((base, old), (draft, new))]
    facts = _facts(session, tenant, snapshot, only, apart=bool(differing))
    results = [shape(tenant.id, gathered, plan, snapshot.school_year, snapshot.term, progress)
               for plan, gathered in zip(only, facts, strict=True)]
    outcome = compare(results[0].awards.columns, results[1].awards.columns, changed, seed, SAMPLED)
    return Trial(results[0], results[1], outcome, sum(item.code not in changed for item in new.items))


def _facts(session: Session, tenant: TenantPlace, snapshot: Snapshot, plans: Sequence[PlanItems], *, apart: bool) -> list[Gathered]:
    """The facts that each plan asks for: read once for all unless the plans themselves give different ones."""
    asked = [plan.asked for plan in plans]
    if not apart:
        together = replace(asked[0], names=tuple(dict.fromkeys(name for one in asked for name in one.names)))
        return [gather(session, tenant.id, snapshot.school_year, snapshot.term, snapshot.on, together)] * len(plans)
    return [gather(session, tenant.id, snapshot.school_year, snapshot.term, snapshot.on, one) for one in asked]
