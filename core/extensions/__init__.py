"""The ground floor: the database, column types, tenant scope and the actor of a change."""

from core.extensions.actor import Actor
from core.extensions.clock import CHINA, local, today
from core.extensions.collecting import uncollected
from core.extensions.database import Base, Database
from core.extensions.rows import raw_rows, typed_rows
from core.extensions.scope import TenantScoped, all_tenants, current_scope, past_fence, tenant_scope
from core.extensions.types import Id, Json, PathText, Yuan, new_id, utcnow

__all__ = [
    "CHINA",
    "Actor",
    "Base",
    "Database",
    "Id",
    "Json",
    "PathText",
    "TenantScoped",
    "Yuan",
    "all_tenants",
    "current_scope",
    "local",
    "new_id",
    "past_fence",
    "raw_rows",
    "tenant_scope",
    "today",
    "typed_rows",
    "uncollected",
    "utcnow",
]
