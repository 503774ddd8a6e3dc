"""Hundreds of apps of one run share what Werkzeug compiles for their addresses: the builder of an address depends on
the rule alone, and compiling 1,400 of them is two thirds of making an app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing.rules import Rule

Builder = Callable[..., tuple[str, str]]
_compile: Callable[[Rule, bool], Builder] = Rule._compile_builder
_known: dict[tuple[Any, ...], Builder] = {}


def share_builders() -> None:
    """Let every rule made from now on look for its builder among those compiled before."""
    Rule._compile_builder = _shared  # type: ignore[method-assign]


def _shared(rule: Rule, append_unknown: bool = True) -> Builder:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _known:
        _known[key] = _compile(rule, append_unknown)
    return _known[key]
