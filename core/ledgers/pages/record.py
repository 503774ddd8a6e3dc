"""One record: its page with timeline, its form, removal and return, and the original of a sealed value."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from core.errors import N_, Conflict, InvalidInput, NotFound, PlatformError
from core.host.ledgers import Field, Ledger
from core.ledgers import queries, storing
from core.ledgers.checking import compile_schema, messages_of
from core.ledgers.correcting import correct
from core.ledgers.freezing import frozen, refuse_frozen, seen
from core.ledgers.pages import common, meanwhile
from core.ledgers.revealing import reveal_value
from core.ledgers.values import written
from core.units.queries import find_unit, find_unit_by_code
from core.web.markers import require
from core.web.request import actor, db, unit, viewer

Errors = dict[str, str]


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of one record."""
    _install_reading(blueprint, ledger)
    _install_writing(blueprint, ledger)
    if ledger.process is not None and ledger.process.correct:
        _install_correcting(blueprint, ledger, ledger.process.correct)


def _install_reading(blueprint: Blueprint, ledger: Ledger) -> None:
    @blueprint.get("/<uuid:record_id>")
    @require(ledger.read)
    def detail(code: str, record_id: uuid.UUID) -> str:
        return _detail(ledger, record_id)

    @blueprint.post("/<uuid:record_id>/reveal")
    @require(ledger.read)
    def reveal(code: str, record_id: uuid.UUID) -> ResponseReturnValue:
        """The original of one sealed value, with a reason; itself an entry on the trail."""
        row = queries.get_record(db(), ledger, g.scope, record_id)
        name = request.form.get("field", "")
        field = next((one for one in common.fields_here(ledger) if one.name == name and one.sealed), None)
        if field is None:
            raise NotFound(N_("没有这一项"))
        try:
            text = reveal_value(db(), viewer(), actor(), ledger, row, field, request.form.get("reason", ""))
        except InvalidInput as refused:
            return _detail(ledger, record_id, refused=refused, asked_field=field), refused.status
        return _detail(ledger, record_id, revealed={field.name: text})


def _detail(ledger: Ledger, record_id: uuid.UUID, revealed: Mapping[str, str] | None = None,
            refused: PlatformError | None = None, asked_field: Field | None = None) -> str:
    row = queries.get_record(db(), ledger, g.scope, record_id)
    fields = common.fields_here(ledger)
    home = find_unit(db(), row.unit_id)
    held = ledger.process if ledger.process is not None and frozen(ledger, row.state) else None
    may_write = home is not None and viewer().allowed(ledger.write, home) and held is None
    may_correct = home is not None and held is not None and bool(held.correct) and viewer().allowed(held.correct, home)
    names = common.names_of([row], fields)
    return common.show(
        "record.html", ledger, row=row, fields=fields, names=names, revealed=revealed or {},
        home=home, may_correct=may_correct, entries=queries.timeline(db(), ledger, row), may_write=may_write,
        refused=refused, asked_field=asked_field,
        name=written(getattr(row, ledger.naming.column), ledger.naming, names), removed=getattr(row, "removed_at", None) is not None,
        may_reveal=home is not None and viewer().allowed("core:identity:read", home),
        richer=ledger.page(row) if ledger.page else "")


def _install_writing(blueprint: Blueprint, ledger: Ledger) -> None:
    @blueprint.get("/new")
    @require(ledger.write)
    def new(code: str) -> str:
        if not ledger.creatable:
            raise NotFound(N_("这本台账不能逐条登记"))
        entered = {field.name: str(field.default) for field in common.fields_here(ledger) if field.default is not None}
        return _form(ledger, {**entered, **request.args.to_dict()}, {}, None)

    @blueprint.post("/new")
    @require(ledger.write)
    def create(code: str) -> ResponseReturnValue:
        if not ledger.creatable:
            raise NotFound(N_("这本台账不能逐条登记"))
        fields = common.fields_here(ledger)
        try:
            values = _loaded(ledger, request.form.to_dict(), fields)
            tenant_id, unit_id = common.place_for(values)
            record_id = storing.create(db(), ledger, tenant_id, unit_id, values, actor(), fields=fields)
        except InvalidInput as refused:
            return _form(ledger, request.form, _said(refused), None), 422
        flash(gettext("已登记"), "success")
        return redirect(url_for(".detail", code=code, record_id=record_id))

    @blueprint.get("/<uuid:record_id>/edit")
    @require(ledger.write)
    def edit(code: str, record_id: uuid.UUID) -> str:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        refuse_frozen(ledger, [seen(ledger, row)])
        return _form(ledger, common.entered_of(row, common.fields_here(ledger)), {}, row)

    @blueprint.post("/<uuid:record_id>/edit")
    @require(ledger.write)
    def change(code: str, record_id: uuid.UUID) -> ResponseReturnValue:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        fields = common.fields_here(ledger)
        try:
            values = _entered(ledger, row, fields)
            storing.update(db(), ledger, row, values, _version(), actor(), fields=fields)
        except InvalidInput as refused:
            return _form(ledger, request.form, _said(refused), row), 422
        except Conflict as overtaken:
            return _again(ledger, record_id, overtaken)
        flash(gettext("已保存"), "success")
        return redirect(url_for(".detail", code=code, record_id=record_id))

    @blueprint.post("/<uuid:record_id>/remove")
    @require(ledger.write)
    def remove(code: str, record_id: uuid.UUID) -> ResponseReturnValue:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        storing.remove(db(), ledger, row, request.form.get("version", 0, type=int), actor(),
                       reason=request.form.get("reason", "").strip())
        flash(gettext("已删除，可在“已删除”中恢复"), "success")
        return redirect(url_for(".detail", code=code, record_id=record_id))

    @blueprint.post("/<uuid:record_id>/restore")
    @require(ledger.write)
    def restore(code: str, record_id: uuid.UUID) -> ResponseReturnValue:
        storing.restore(db(), ledger, queries.get_record(db(), ledger, g.scope, record_id), actor())
        flash(gettext("已恢复"), "success")
        return redirect(url_for(".detail", code=code, record_id=record_id))


def _install_correcting(blueprint: Blueprint, ledger: Ledger, action: str) -> None:
    @blueprint.get("/<uuid:record_id>/correct")
    @require(action)
    def correct_form(code: str, record_id: uuid.UUID) -> str:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        return _form(ledger, common.entered_of(row, common.fields_here(ledger)), {}, row, correcting=True)

    @blueprint.post("/<uuid:record_id>/correct")
    @require(action)
    def correct_record(code: str, record_id: uuid.UUID) -> ResponseReturnValue:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        fields = common.fields_here(ledger)
        try:
            values = _entered(ledger, row, fields)
            correct(db(), ledger, row, values, _version(), actor(), reason=request.form.get("correction-reason", ""), fields=fields)
        except InvalidInput as refused:
            return _form(ledger, request.form, _said(refused), row, correcting=True), 422
        except Conflict as overtaken:
            return _again(ledger, record_id, overtaken, correcting=True)
        flash(gettext("已更正，前后对照和理由已留痕"), "success")
        return redirect(url_for(".detail", code=code, record_id=record_id))


def _entered(ledger: Ledger, row: Any, fields: tuple[Field, ...]) -> dict[str, Any]:
    """What the form of a record that is there says; it stays in its tenant."""
    sent = {name: value for name, value in request.form.to_dict().items() if value.strip() or not _is_sealed(fields, name)}
    values = _loaded(ledger, sent, fields, partial=True)
    if values.get("unit_id") is None:
        values.pop("unit_id", None)
    elif common.place_for(values)[0] != row.tenant_id:
        raise InvalidInput(N_("记录不能移到别的租户"), {"unit_id": N_("不在同一个租户")})
    return values


def _is_sealed(fields: tuple[Field, ...], name: str) -> bool:
    return any(field.name == name and field.sealed for field in fields)


def _loaded(ledger: Ledger, sent: dict[str, str], fields: tuple[Field, ...], partial: bool = False) -> dict[str, Any]:
    sent = {name: "、".join(request.form.getlist(name)) if len(request.form.getlist(name)) > 1 else value
            for name, value in sent.items()}
    try:
        found: dict[str, Any] = compile_schema(ledger, common.context_here(ledger), fields)().load(sent, partial=partial)
    except ValidationError as error:
        raise InvalidInput(N_("填写有误"), messages_of(error)) from error
    return found


def _said(refused: InvalidInput) -> Errors:
    return dict(refused.fields) or {"": refused.text}


def _version() -> int:
    """The version at which the form was filled."""
    return request.form.get("version", 0, type=int)


def _again(ledger: Ledger, record_id: uuid.UUID, overtaken: Conflict, *, correcting: bool = False) -> ResponseReturnValue:
    """The form of a record that somebody has changed meanwhile, with what was typed, for saving upon what is there now."""
    db().rollback()
    row = queries.get_record(db(), ledger, g.scope, record_id)
    held = frozen(ledger, row.state) if ledger.process is not None else False
    if row.version == _version() or held != correcting:
        if not correcting:
            refuse_frozen(ledger, [seen(ledger, row)])
        raise overtaken
    found = meanwhile.compare(db(), ledger, row, [field for field in common.fields_here(ledger) if field.editable])
    return _form(ledger, found.entered, {}, row, correcting=correcting, overtaken=found), overtaken.status


def _form(ledger: Ledger, entered: Mapping[str, str], errors: Errors, row: Any, *, correcting: bool = False,
          overtaken: meanwhile.Meanwhile | None = None) -> str:
    fields = [field for field in common.fields_here(ledger) if field.editable]
    home = find_unit_by_code(db(), entered["unit_id"]) if entered.get("unit_id") else None
    taken = overtaken.taken if overtaken else set()
    lists = {field.name: (request.form.getlist(field.name) if request.method == "POST" and field.name not in taken
                          else [value for value, label in field.choices if label in entered.get(field.name, "").split("、")])
             for field in fields if field.kind == "choices"}
    refused = request.method == "POST" and overtaken is None
    opened = None if row is None else meanwhile.sent_back() if refused else meanwhile.opened_with(row, fields)
    return common.show("form.html", ledger, entered=entered, names=common.referred(entered, fields), errors=errors,
                       row=row, fields=fields, lists=lists, correcting=correcting, overtaken=overtaken, opened=opened,
                       version=None if row is None else _version() if refused else row.version,
                       removed=getattr(row, "removed_at", None) is not None,
                       unit_name=f"{home.name} {home.code}" if home else "", here=unit())
