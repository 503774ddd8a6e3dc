"""平均标准分档: which schools have awards within a band and what their mean is, and the pupils of one with what each gets."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core.errors import N_, InvalidInput, NotFound
from core.ledgers.storing import frame_of, store
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db
from plugins.education_aid.ledgers.bands import VARIED
from plugins.education_aid.models import AidRun, Award
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import bands as reading
from plugins.education_aid.queries.runs import names_of
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import Term, term_asked, years_around
from plugins.education_aid.rules.words import TERMS
from plugins.education_aid.services.banding import Band, bands_of
from plugins.education_aid.services.varying import average


@blueprint.get("/bands")
@require(Action.AWARD_READ)
def band_list(code: str) -> str:
    """Every school in scope with an item whose average may be varied: how many pupils, the mean, and what it should be."""
    term, run, bands = _asked()
    lines = reading.schools_of(db(), scope_for(Action.AWARD_READ), run, bands) if run is not None and bands else []
    schools = units_by_id(db(), {line.unit_id for line in lines})
    lines.sort(key=lambda line: (schools[line.unit_id].path, line.item))
    return show("bands.html", term=term, terms=TERMS, years=years_around(), run=run, bands=bands, lines=lines, schools=schools)


@blueprint.get("/bands/<uuid:school_id>/<item>")
@require(Action.AWARD_READ)
def band(code: str, school_id: uuid.UUID, item: str) -> str:
    """The pupils of a school who have an item, what each gets, and the mean."""
    term, found, rows = _pupils(Action.AWARD_READ, school_id, item)
    names, varied = names_of(db(), rows[0].tenant_id, [row.person_id for row in rows]), _varied(rows, term)
    return show("band.html", term=term, band=found, rows=rows, names=names, varied=varied, mean=average([row.amount for row in rows]),
                off=sum((row.amount for row in rows), Decimal(0)) - found.standard * len(rows),
                school=units_by_id(db(), {school_id})[school_id])


@blueprint.post("/bands/<uuid:school_id>/<item>")
@require(Action.AWARD_MANAGE)
def vary(code: str, school_id: uuid.UUID, item: str) -> ResponseReturnValue:
    """Set what pupils get; only what differs from before is written."""
    term, _, rows = _pupils(Action.AWARD_MANAGE, school_id, item)
    reason = request.form.get("reason", "").strip()[:200]
    if not reason:
        raise InvalidInput(N_("分档须写明理由"), fields={"reason": N_("必填")})
    changed = [{"person_id": str(row.person_id), "unit_id": str(row.unit_id), "school_year": term.school_year, "term": term.number,
                "item": item, "amount": amount, "reason": reason}
               for row in rows if (amount := _amount(request.form.get(f"amount-{row.id}", ""), row)) != row.amount]
    if changed:
        store(db(), VARIED, rows[0].tenant_id, frame_of(VARIED, changed, VARIED.fields), actor(), unit_id=school_id, reason=reason,
              sentence=f"平均标准分档：{len(changed)} 人")
    flash(ngettext("已调整 %(num)s 人", "已调整 %(num)s 人", len(changed)) if changed else gettext("没有变动"),
          "success" if changed else "info")
    return redirect(url_for("education_aid.band", code=code, school_id=school_id, item=item, school_year=term.school_year,
                            term=term.number))


def _asked() -> tuple[Term, AidRun | None, dict[str, Band]]:
    term = term_asked()
    run = reading.run_of(db(), g.tenant_id, term.school_year, term.number)
    return term, run, bands_of(db(), run) if run is not None else {}


def _pupils(action: str, school_id: uuid.UUID, item: str) -> tuple[Term, Band, list[Award]]:
    term, run, bands = _asked()
    rows = list(reading.pupils_of(db(), scope_for(action), run, school_id, item)) if run is not None and item in bands else []
    if not rows:
        raise NotFound(N_("这个学期这所学校没有可以分档的这项资助，或者它不在您的范围内"))
    return term, bands[item], rows


def _varied(rows: list[Award], term: Term) -> dict[uuid.UUID, str]:
    """Award → why it was set, of those that were."""
    held = reading.varied_of(db(), rows[0].tenant_id, term.school_year, term.number)
    return {row.id: held[row.person_id, row.item].reason for row in rows if (row.person_id, row.item) in held}


def _amount(text: str, row: Award) -> Decimal:
    """What was entered for an award; nothing entered leaves it as it is."""
    try:
        return Decimal(text.replace(",", "").strip() or row.amount).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise InvalidInput(N_("金额须是数字，如 1250.00"), fields={f"amount-{row.id}": N_("须是数字")}) from error
