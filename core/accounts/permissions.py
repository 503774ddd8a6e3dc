"""The action that accounts ask for; it is declared with the others of access."""

from __future__ import annotations

from core.access.permissions import Action

__all__ = ["Action"]
