"""Boxes of forms that complete persons and households as one types."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue

from core.access.scope import Scope
from core.ledgers.referring import find_persons
from core.people.queries import search_households, search_persons
from core.people.routes.blueprint import blueprint, scope_for
from core.privacy.masks import mask_name
from core.registry.models import Household, Person
from core.registry.permissions import Action
from core.registry.queries import get_record
from core.registry.rules.documents import wanted_numbers
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import db

MOST = 12


@blueprint.get("/registry/<any(person,household):kind>/pick")
@require(Action.PERSON_READ)
def pick(code: str, kind: str) -> ResponseReturnValue:
    """Persons or households for the words typed so far; a whole number finds its holder in all of the tenant."""
    words = request.args.get("q", "").strip()
    if not words:
        return jsonify([])
    if kind == "household":
        return jsonify(_options(search_households(db(), scope_for(Action.HOUSEHOLD_READ), words, MOST)))
    scope = scope_for(Action.PERSON_READ)
    return jsonify(_options(search_persons(db(), scope, words, MOST)) or _by_number(words, scope))


def _options(rows: Sequence[Person | Household]) -> list[dict[str, str]]:
    places = units_by_id(db(), {row.unit_id for row in rows})
    found = []
    for row in rows:
        named = (row.name, row.id_number_mask) if isinstance(row, Person) else (row.head_name, row.number)
        place = places[row.unit_id].name if row.unit_id in places else ""
        found.append({"value": str(row.id), "text": " ".join(part for part in (*named, place) if part)})
    return found


def _by_number(words: str, scope: Scope) -> list[dict[str, str]]:
    """Who holds a whole number may refer to its bearer, and is shown no more of them than they have."""
    if not wanted_numbers(words):
        return []
    person_id = find_persons(db(), g.tenant_id, scope, [words]).get(words)
    if person_id is None or isinstance(person_id, str):
        return []
    row = get_record(db(), Person, g.tenant_id, person_id)
    return [{"value": words, "text": f"{mask_name(row.name)} {row.id_number_mask}"}]
