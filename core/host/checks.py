"""What the rows of a check stand for: the classes of a school, villages, the records of a plugin, each with its facts.

A plan says which checks there are (`[[check]]`): questions, how often, who signs. A source says what each row is about.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KINDS = frozenset({"text", "integer", "yuan"})


@dataclass(frozen=True)
class CheckPlace:
    """Where and for when a check is begun: the unit that is checked, in its tenant, on a day."""

    tenant_id: str
    unit_id: uuid.UUID
    path: str
    on: dt.date


@dataclass(frozen=True)
class CheckRow:
    """One row before anything is checked. `key` tells it from the others of the check; `facts` are what is known of it, by
    the names of the source's columns: counts and sums, nothing that tells who a person is."""

    key: str
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckColumn:
    """A fact shown beside each row: text, integer or yuan."""

    name: str
    label: str
    kind: str = "text"


@dataclass(frozen=True)
class CheckSource:
    """A kind of rows that checks can have. `code` is `slug.plural`; a plan names it as `rows`."""

    code: str
    #: what one row is: 班级, 学校, 村
    title: str
    #: reads the rows of a place, in their order; called in the transaction that begins a check
    rows: Callable[[Session, CheckPlace], list[CheckRow]]
    columns: tuple[CheckColumn, ...] = ()

    @property
    def slug(self) -> str:
        """The plugin it belongs to, or "core"."""
        return self.code.partition(".")[0]


def source_faults(sources: Iterable[CheckSource]) -> list[tuple[str, dict[str, str]]]:
    """What is wrong with sources: messages with their parameters."""
    return [(N_("检查 %(code)s 的栏目重复，或者类型有误"), {"code": source.code}) for source in sources
            if len({column.name for column in source.columns}) != len(source.columns)
            or not {column.kind for column in source.columns} <= KINDS]
