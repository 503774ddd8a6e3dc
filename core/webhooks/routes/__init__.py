"""Pages of subscriptions, deliveries and allowed hosts, at the working unit: `/u/<code>/webhooks…`."""

from core.webhooks.routes import deliveries, endpoints, hosts
from core.webhooks.routes.blueprint import blueprint

__all__ = ["blueprint", "deliveries", "endpoints", "hosts"]
