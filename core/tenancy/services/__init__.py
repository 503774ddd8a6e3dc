"""Use cases of tenants and plans: check, preview, propose, approve, apply, switch, edit."""

from core.tenancy.services.applying import (
    apply_from_command_line,
    approve_plan,
    propose_plan,
    refuse_plan,
    sound_profile,
    sync_switches,
    withdraw_plan,
)
from core.tenancy.services.context import check_profile, directory, known_grammar, layers_above
from core.tenancy.services.drafting import as_if_applied, plan_effects
from core.tenancy.services.editing import Change, Editable, change_value, editable_values
from core.tenancy.services.founding import found_tenant
from core.tenancy.services.previewing import Preview, planned_plugins, preview
from core.tenancy.services.switching import Board, board, effects, switch_plugin

__all__ = [
    "Board",
    "Change",
    "Editable",
    "Preview",
    "apply_from_command_line",
    "approve_plan",
    "as_if_applied",
    "board",
    "change_value",
    "check_profile",
    "directory",
    "editable_values",
    "effects",
    "found_tenant",
    "known_grammar",
    "layers_above",
    "plan_effects",
    "planned_plugins",
    "preview",
    "propose_plan",
    "refuse_plan",
    "sound_profile",
    "switch_plugin",
    "sync_switches",
    "withdraw_plan",
]
