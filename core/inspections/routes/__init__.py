"""The pages of 督查整改: checks, and problems with their measures."""

from core.inspections.routes import checks, findings
from core.inspections.routes.blueprint import blueprint

__all__ = ["blueprint", "checks", "findings"]
