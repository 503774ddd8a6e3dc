"""What may be ordered for the tree: one value for each kind of change."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import N_

#: changes may be entered before they hold, but not further ahead
DAYS_AHEAD = 366

OPERATION_NAMES = {"create": N_("新建"), "rename": N_("更名"), "recode": N_("变更代码"), "move": N_("划转"),
                   "merge": N_("撤并"), "split": N_("拆分"), "close": N_("撤销"), "reopen": N_("恢复"),
                   "import": N_("导入名单")}


@dataclass(frozen=True, kw_only=True)
class _Order:
    """`on` is the first day on which the change holds; `document` the number of the paper that ordered it."""

    on: dt.date
    document: str = ""


@dataclass(frozen=True, kw_only=True)
class NewUnit:
    """A unit founded by a merge or a split; kind and level are those of the units it comes from."""

    code: str
    name: str
    #: where it stands; beside the first of the units it comes from unless given
    parent: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Create(_Order):
    """新建: a unit under `parent`. A division needs `level` and a code of the national list; of the others an
    empty code is filled in."""

    parent: uuid.UUID
    name: str
    kind: str
    code: str = ""
    level: str = ""


@dataclass(frozen=True, kw_only=True)
class Rename(_Order):
    """更名."""

    unit: uuid.UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Recode(_Order):
    """变更代码: the codes beneath stay as they are."""

    unit: uuid.UUID
    code: str


@dataclass(frozen=True, kw_only=True)
class Move(_Order):
    """划转: the unit with all beneath it goes under another."""

    unit: uuid.UUID
    parent: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Merge(_Order):
    """撤并: the units end, and what stands beneath them goes to `into`, one that stays or a new one."""

    units: tuple[uuid.UUID, ...]
    into: uuid.UUID | NewUnit


@dataclass(frozen=True)
class AssignRule:
    """One rule of a split; the first that fits a child decides. `to` is the code of a target. With `where`
    the rule is for records kept at the divided unit itself, by facts the plugins know."""

    to: str
    children: tuple[str, ...] = ()
    name_starts: str = ""
    code_from: str = ""
    code_to: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)

    def takes(self, code: str, name: str) -> bool:
        """Whether the rule fits a child."""
        if self.children:
            return code in self.children
        if self.name_starts:
            return name.startswith(self.name_starts)
        return bool(self.code_from or self.code_to) and self.code_from <= code <= (self.code_to or code)


@dataclass(frozen=True, kw_only=True)
class Split(_Order):
    """拆分: what stands beneath the unit goes to the targets by the rules, and to `default` where none fits.
    The unit lives on when it is a target itself, else it ends."""

    unit: uuid.UUID
    targets: tuple[uuid.UUID | NewUnit, ...]
    rules: tuple[AssignRule, ...] = ()
    #: the code of a target
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class Close(_Order):
    """撤销: a unit with nothing beneath it ends without a successor."""

    unit: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Reopen(_Order):
    """恢复: a closed unit lives again, under its old parent unless another is given."""

    unit: uuid.UUID
    parent: uuid.UUID | None = None


Order = Create | Rename | Recode | Move | Merge | Split | Close | Reopen


def assign(children: Sequence[tuple[str, str]], rules: Sequence[AssignRule],
           default: str) -> dict[str, tuple[str, int | None]]:
    """For each child (code, name) the code of its target and the number of the rule that decided, counted
    from 1; None where the default did."""
    answer: dict[str, tuple[str, int | None]] = {}
    for code, name in children:
        answer[code] = next(((rule.to, number) for number, rule in enumerate(rules, start=1)
                             if not rule.where and rule.takes(code, name)), (default, None))
    return answer
