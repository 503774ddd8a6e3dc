"""All reads of the tree, as it is today and as it was on any day."""

from core.units.queries.dated import (
    Ranges,
    UnitState,
    ancestors_as_of,
    children_as_of,
    in_subtree,
    states_of,
    subtree_as_of,
    unit_as_of,
)
from core.units.queries.operations import (
    get_operation,
    list_operations,
    operations_on,
    successors,
)
from core.units.queries.search import search_units
from core.units.queries.today import (
    ancestors,
    count_by_level,
    count_children,
    find_unit,
    find_unit_by_code,
    get_unit,
    get_unit_by_code,
    list_children,
    open_in,
)
from core.units.rules.levels import subtree

__all__ = [
    "Ranges",
    "UnitState",
    "ancestors",
    "ancestors_as_of",
    "children_as_of",
    "count_by_level",
    "count_children",
    "find_unit",
    "find_unit_by_code",
    "get_operation",
    "get_unit",
    "get_unit_by_code",
    "in_subtree",
    "list_children",
    "list_operations",
    "open_in",
    "operations_on",
    "search_units",
    "states_of",
    "subtree",
    "subtree_as_of",
    "successors",
    "unit_as_of",
]
