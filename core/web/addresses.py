"""Addresses that learn how they are built when somebody first asks for one, and a map that is sorted when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from werkzeug.routing import Map, Rule

Builder = Callable[..., tuple[str, str]]


class Address(Rule):
    """Werkzeug compiles two functions for each of 2,600 rules, two thirds of what starting takes; a process
    builds a tenth of them."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        @cache
        def compiled() -> Builder:
            return Rule._compile_builder(self, append_unknown)

        return lambda rule, **values: compiled()(rule, **values)


class AddressMap(Map):
    """Werkzeug sorts all rules before it names those of one endpoint; the description of the API asks so for each
    address while others are still to be added."""

    def iter_rules(self, endpoint: Any | None = None) -> Iterator[Rule]:
        """All rules, or those of an endpoint."""
        return super().iter_rules() if endpoint is None else iter(self._rules_by_endpoint[endpoint])
