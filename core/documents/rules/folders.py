"""When a folder is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.host.contract import FolderItem


@dataclass(frozen=True)
class Completeness:
    """How many of the required items have what they need, and which lack it."""

    met: int
    required: int
    missing: tuple[FolderItem, ...]

    @property
    def whole(self) -> bool:
        """Nothing is missing."""
        return not self.missing


def completeness(items: Iterable[FolderItem], counts: Mapping[str, int]) -> Completeness:
    """Compare what a folder must hold with what it holds (number of documents by item)."""
    required = [item for item in items if item.required]
    missing = tuple(item for item in required if counts.get(item.code, 0) < item.least)
    return Completeness(len(required) - len(missing), len(required), missing)
