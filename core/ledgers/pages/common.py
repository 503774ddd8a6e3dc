"""What the pages of a ledger share: the fields here, the scope, and values as a page shows them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from core.access.scope import Scope
from core.errors import N_, InvalidInput, NotFound
from core.host.ledgers import Field, Ledger
from core.host.request import plugin_host
from core.ledgers.asking import Asked, read_asked
from core.ledgers.columns import fields_for
from core.ledgers.context import Context
from core.ledgers.finding import finders_for
from core.ledgers.referring import is_id, names_for
from core.ledgers.values import called, stored, written
from core.tenancy.queries import tenant_of
from core.units.models import Unit
from core.units.queries import find_unit, find_unit_by_code, get_unit
from core.web.filters import money, number
from core.web.i18n import listed, words
from core.web.request import db, unit, viewer


def fields_here(ledger: Ledger) -> tuple[Field, ...]:
    """The fields of the tenant one works in; asked once for each request."""
    kept: dict[str, tuple[Field, ...]] = g.setdefault("ledger_fields", {})
    if ledger.code not in kept:
        kept[ledger.code] = fields_for(db(), ledger, g.tenant_id)
    return kept[ledger.code]


def asked_here(ledger: Ledger, args: Mapping[str, str] | None = None) -> Asked:
    """What the address asks."""
    return read_asked(db(), ledger, fields_here(ledger), request.args if args is None else args)


def scope_here(action: str, asked: Asked) -> Scope:
    """The scope of the request, narrowed to the unit chosen in the filter."""
    code = asked.query.get("unit", "")
    if not code:
        found: Scope = g.scope
        return found
    chosen = find_unit_by_code(db(), code)
    if chosen is None or not chosen.path.startswith(unit().path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"), {"unit": N_("不在本单位之下")}, code=code[:40])
    narrowed: Scope = viewer().scope(db(), action, chosen).only(g.tenants)
    return narrowed


def context_here(ledger: Ledger, tenant_id: str = "") -> Context:
    """What a form's check must know: names of units resolve within the caller's scope. A record without a unit of
    its own belongs to the working unit."""
    optional = frozenset({"unit_id"})
    return Context(finders_for(db(), tenant_id or g.tenant_id, g.scope), optional=optional)


def place_for(values: Mapping[str, Any]) -> tuple[str, uuid.UUID]:
    """The tenant and unit a new record belongs to."""
    chosen = values.get("unit_id")
    if chosen is None:
        return g.tenant_id, unit().id
    place = tenant_of(db(), get_unit(db(), uuid.UUID(str(chosen))))
    if place is None or place.id not in g.tenants:
        raise NotFound(N_("没有这个单位，或者它不在您的范围内"))
    return place.id, uuid.UUID(str(chosen))


def names_of(rows: Sequence[Any], fields: Sequence[Field]) -> dict[uuid.UUID, str]:
    """Names of the units, persons and households on a page."""
    return names_for(db(), rows, fields)


def referred(entered: Mapping[str, str], fields: Sequence[Field]) -> dict[str, str]:
    """What the persons and households of a form are called, by field; what is no id is shown as it was entered."""
    ids = {field.name: uuid.UUID(text) for field in fields if field.kind in ("person", "household")
           and is_id(text := entered.get(field.name, ""))}
    names = names_for(db(), [], fields, [ids])
    return {name: names.get(one, "") for name, one in ids.items()}


def cell(row: Any, field: Field, names: Mapping[uuid.UUID, str]) -> Markup | str:
    """A value as the list and the record's page show it."""
    value = stored(row, field)
    if value is None:
        return Markup('<span class="bf-none">—</span>')
    if field.called is not None:
        return escape(words(called(row, field)))
    if field.kind == "yuan":
        return Markup('<span class="bf-num">{}</span>').format(money(value, symbol=False))
    if field.kind in ("integer", "decimal"):
        shown = number(value) if field.kind == "integer" and not _is_year(field) else written(value, field)
        return Markup('<span class="bf-num">{}</span>').format(shown)
    if isinstance(value, dt.date):
        return Markup('<time class="bf-date" datetime="{0}">{0}</time>').format(value.isoformat())
    if field.sealed:
        return Markup('<span class="bf-code">{}</span>').format(value)
    shown = written(value, field, names)
    return escape(listed(shown) if field.kind == "choices" else words(shown) if field.kind in WORDED else shown)


def _is_year(field: Field) -> bool:
    """A number of a few digits needs no sign between its thousands; a year may not have one."""
    return field.most is not None and field.most < 10_000


def label_of(field: Field) -> str:
    """What a field is called, with what it counts."""
    label = words(field.label)
    return words(N_("%(label)s（%(measure)s）"), label=label, measure=words(field.measure)) if field.measure else label


def choices_of(field: Field) -> list[tuple[str, str]]:
    """What may be chosen, in the language of the request."""
    return [(value, words(label)) for value, label in field.choices]


def total_of(value: Decimal | int | None, field: Field) -> str:
    """A sum, with what it counts."""
    if value is None:
        return "—"
    if field.kind == "yuan":
        return money(value)
    return f"{number(value)} {gettext(field.measure)}".strip()


def entered_of(row: Any, fields: Iterable[Field]) -> dict[str, str]:
    """A record as its form shows it. Sealed values are not put into a page: an empty one stays as it is."""
    found = {}
    for field in fields:
        value = None if field.sealed else stored(row, field)
        if field.kind == "unit":
            home = find_unit(db(), value) if value else None
            found[field.name] = home.code if home else ""
        elif field.kind in ("choice", "term", "school_year", "person", "household"):
            found[field.name] = "" if value is None else str(value)
        elif field.kind == "yes_no":
            found[field.name] = "" if value is None else ("是" if value else "否")
        else:
            found[field.name] = written(value, field)
    return found


def chosen_unit(asked: Asked) -> Unit | None:
    """The unit of the filter, for showing its name."""
    return find_unit_by_code(db(), asked.query["unit"]) if asked.query.get("unit") else None


def back_to(code: str, query: Mapping[str, str]) -> str:
    """The address of the list with these values in it."""
    values: dict[str, Any] = {"code": code, **query}
    return url_for(".index", **values)


#: kinds whose cells show a word of ours
WORDED = frozenset({"choice", "yes_no", "term"})
#: as forms and workbooks write it
YES_NO = (N_("是"), N_("否"))


def show(template: str, ledger: Ledger, /, **values: Any) -> str:
    """A page of a ledger."""
    return render_template(f"ledgers/{template}", ledger=ledger, group=_group(ledger), cell=cell, total_of=total_of, unit=unit(),
                           label_of=label_of, choices_of=choices_of, yes_no=[(word, gettext(word)) for word in YES_NO], **values)


def _group(ledger: Ledger) -> list[Ledger]:
    """The ledgers it shares its tabs with, as far as the person may read them here."""
    if not ledger.group:
        return []
    known: list[Ledger] = plugin_host().registered("register_ledgers")
    found = [one for one in known if (one.slug, one.group) == (ledger.slug, ledger.group) and viewer().allowed(one.read, unit())]
    return sorted(found, key=lambda one: one.order)
