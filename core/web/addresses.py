"""Addresses that learn how they are built when somebody first asks for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Address(Rule):
    """Werkzeug compiles two functions for each of 2,600 rules, two thirds of what starting takes; a process
    builds a tenth of them."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        @cache
        def compiled() -> Builder:
            return Rule._compile_builder(self, append_unknown)

        return lambda rule, **values: compiled()(rule, **values)
