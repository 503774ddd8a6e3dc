"""Bulk edit: of the chosen rows, or of all that the filter finds."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, PlatformError
from core.host.ledgers import Field, Ledger
from core.ledgers import changing
from core.ledgers.changing import Choice
from core.ledgers.pages import common
from core.web.markers import require
from core.web.request import actor, db


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of bulk edit."""

    @blueprint.get("/bulk")
    @require(ledger.write)
    def bulk_form(code: str) -> str:
        return _form(ledger, _choice(ledger), None)

    @blueprint.post("/bulk/choose")
    @require(ledger.write)
    def choose(code: str) -> ResponseReturnValue:
        if not request.form.getlist("ids"):
            flash(gettext("请先在列表里勾选记录"), "warning")
            return redirect(common.back_to(code, common.asked_here(ledger).query))
        return _form(ledger, _choice(ledger), None)

    @blueprint.post("/bulk")
    @require(ledger.write)
    def bulk_preview(code: str) -> ResponseReturnValue:
        choice, fields = _choice(ledger), common.fields_here(ledger)
        try:
            field = _field(fields, request.form.get("field", ""))
            if field.name not in request.form:
                return _form(ledger, choice, None, field)
            value = changing.judged(ledger, field, _text(field), fields, common.context_here(ledger))
            found = changing.preview(db(), ledger, common.scope_here(ledger.write, choice.asked), choice, field, value, fields)
        except InvalidInput as refused:
            field = next((one for one in fields if one.name == request.form.get("field")), None)  # type: ignore[assignment]
            return _form(ledger, choice, refused, field), refused.status
        return common.show("bulk_preview.html", ledger, choice=choice, field=field, found=found, text=_text(field), asked=choice.asked)

    @blueprint.post("/bulk/confirm")
    @require(ledger.write)
    def bulk_confirm(code: str) -> ResponseReturnValue:
        choice, fields = _choice(ledger), common.fields_here(ledger)
        field = _field(fields, request.form.get("field", ""))
        value = changing.judged(ledger, field, _text(field), fields, common.context_here(ledger))
        count = changing.change(db(), ledger, common.scope_here(ledger.write, choice.asked), choice, field, value, actor(), fields=fields,
                                expected=request.form.get("count", -1, type=int), reason=request.form.get("reason", "").strip())
        flash(gettext("已修改 %(count)s 条", count=count), "success")
        return redirect(common.back_to(code, choice.asked.query))


def _choice(ledger: Ledger) -> Choice:
    try:
        ids = tuple(uuid.UUID(text) for text in request.form.getlist("ids")[:1_000])
    except ValueError as error:
        raise InvalidInput(N_("所选的记录不对，请重新勾选")) from error
    return Choice(common.asked_here(ledger), ids)


def _field(fields: tuple[Field, ...], name: str) -> Field:
    found = next((one for one in changing.changeable(fields) if one.name == name), None)
    if found is None:
        raise InvalidInput(N_("请选择要修改的项目"), {"field": N_("请选择")})
    return found


def _text(field: Field) -> str:
    return "、".join(part for part in request.form.getlist(field.name) if part)


def _form(ledger: Ledger, choice: Choice, refused: PlatformError | None, field: Field | None = None) -> str:
    fields = changing.changeable(common.fields_here(ledger))
    pairs = [(one.name, one.label) for one in fields]
    return common.show("bulk.html", ledger, choice=choice, refused=refused, field=field, asked=choice.asked, pairs=pairs,
                       entered=request.form)
