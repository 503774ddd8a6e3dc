"""The addresses of `/api/v1`, by resource."""

from core.api.blueprint import ApiBlueprint
from core.api.routes import access, accounts, jobs, me, plans, trail, units, webhooks

APIS: list[ApiBlueprint] = [me.api, units.api, plans.api, accounts.api, access.api, trail.api, jobs.api, webhooks.api]
