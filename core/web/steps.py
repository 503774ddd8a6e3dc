"""Steps that extensions put before and after every request, taken off where they have nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

Step = Callable[..., Any]


def take(app: Flask, module: str) -> dict[str, list[Step]]:
    """Take the steps of a module off the app, and hand them over: those "before", "after" and at the "end"."""
    kinds: dict[str, list[Any]] = {
        "before": app.before_request_funcs.setdefault(None, []), "after": app.after_request_funcs.setdefault(None, []),
        "end": app.teardown_request_funcs.setdefault(None, [])}
    taken = {kind: [step for step in steps if _module_of(step) == module] for kind, steps in kinds.items()}
    for kind, steps in kinds.items():
        steps[:] = [step for step in steps if step not in taken[kind]]
    return taken


def _module_of(step: Step) -> str:
    return str(getattr(step, "func", step).__module__)  # some are partial
