"""What plugins say of a version before it is applied: who would gain or lose, and what it would cost."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from functools import partial

from sqlalchemy.orm import Session

from core.extensions import new_id, today
from core.host.contract import Effect
from core.host.manager import PluginHost
from core.host.queries import enabled
from core.tenancy.drafts import Draft, reading_as
from core.tenancy.entries import to_row
from core.tenancy.grammar import Profile
from core.tenancy.models import Plan
from core.tenancy.queries import APPLIED, TenantPlace


def as_if_applied(session: Session, tenant_id: str, profile: Profile) -> AbstractContextManager[None]:
    """Within the block the profile is the tenant's running plan; nothing of it is written."""
    plan = Plan(id=new_id(), tenant_id=tenant_id, version=0, state=APPLIED, source="", file="", digest="",
                title=str(profile.documents[0]["title"]), head={}, starts_on=dt.date.min, proposed_by="")
    return reading_as(session, Draft(plan, [to_row(plan, entry) for entry in profile.entries]))


def plan_effects(session: Session, host: PluginHost, tenant: TenantPlace | None, profile: Profile) -> list[Effect]:
    """What the plugins that are on in the tenant say the version would do; nothing before there is a tenant."""
    if tenant is None:
        return []
    found: list[Effect] = host.collect(
        "collect_plan_effects", enabled(session, host, tenant.id), session=session, tenant_id=tenant.id,
        starts_on=max(profile.starts, today()), drafted=partial(as_if_applied, session, tenant.id, profile))
    return found
