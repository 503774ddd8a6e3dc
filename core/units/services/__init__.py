"""All writes to the tree: lists of divisions loaded, units founded, changed, and changes undone."""

from core.units.rules.orders import (
    AssignRule,
    Close,
    Create,
    Merge,
    Move,
    NewUnit,
    Recode,
    Rename,
    Reopen,
    Split,
)
from core.units.services.importing import ImportSummary, ensure_root, import_divisions
from core.units.services.operations import Preview, do_operation, plan_operation
from core.units.services.paths import move_subtree
from core.units.services.undoing import undo_operation, why_not_undo

__all__ = [
    "AssignRule",
    "Close",
    "Create",
    "ImportSummary",
    "Merge",
    "Move",
    "NewUnit",
    "Preview",
    "Recode",
    "Rename",
    "Reopen",
    "Split",
    "do_operation",
    "ensure_root",
    "import_divisions",
    "move_subtree",
    "plan_operation",
    "undo_operation",
    "why_not_undo",
]
