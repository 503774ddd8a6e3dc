"""Reads the query of a request by its schema, made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

#: queries of an address that are remembered: the plain ones of first pages, which come again and again
MOST_KEPT, LONGEST_KEPT = 64, 60


class Parser(FlaskParser):
    """webargs makes the schema anew for every request, with a copy of each field; ours is made when the address is
    declared. What it finds wrong is found again by webargs, which says it as everywhere."""

    DEFAULT_VALIDATION_STATUS = 422

    def use_args(self, argmap: Any, req: Any = None, *, location: str | None = None,
                 **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """As webargs has it; a query must be plain values, of which the first counts."""
        schema: Schema = argmap() if isinstance(argmap, type) else argmap
        if location != "query":
            return super().use_args(schema, req, location=location, **options)

        kept: dict[bytes, dict[str, Any]] = {}

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def run(*args: Any, **values: Any) -> Any:
                asked = request.query_string
                taken = kept.get(asked)
                if taken is None:
                    try:
                        taken = schema.load(request.args.to_dict(), unknown=EXCLUDE)
                    except ValidationError:
                        taken = self.parse(schema, request, location=location)
                    if len(kept) < MOST_KEPT and len(asked) < LONGEST_KEPT:
                        kept[asked] = taken
                return view(*args, dict(taken), **values)
            return run
        return decorate
