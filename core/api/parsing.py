"""Reads the query of a request by its schema, made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError
from webargs.flaskparser import FlaskParser


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

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def run(*args: Any, **values: Any) -> Any:
                try:
                    taken = schema.load(request.args.to_dict(), unknown=EXCLUDE)
                except ValidationError:
                    taken = self.parse(schema, request, location=location)
                return view(*args, taken, **values)
            return run
        return decorate
