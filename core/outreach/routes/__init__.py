"""政策宣讲 at the working unit: campaigns, messages, the gateway."""

from core.outreach.routes import campaigns, gateway, messages
from core.outreach.routes.blueprint import blueprint

__all__ = ["blueprint", "campaigns", "gateway", "messages"]
