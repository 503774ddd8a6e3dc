"""A giver's wish, and whether a spending keeps to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import N_


@dataclass(frozen=True)
class Aim:
    """What money is for: a place (the path of a unit), a use, a project, a person; empty where nothing is said."""

    place: str = ""
    use: str = ""
    project: str = ""
    person_id: uuid.UUID | None = None


def strays(wish: Aim, spending: Aim) -> Iterator[str]:
    """In what a spending leaves a wish: a place outside the one named, another use, project or person."""
    if wish.place and not spending.place.startswith(wish.place):
        yield N_("地点")
    if wish.use and spending.use != wish.use:
        yield N_("用途")
    if wish.project and spending.project != wish.project:
        yield N_("项目")
    if wish.person_id and spending.person_id != wish.person_id:
        yield N_("受助人")
