"""What the pages share: the blueprint, the unit a form names, and passwords that are shown once."""

from __future__ import annotations

from flask import render_template

from core.accounts.sign_in import security
from core.errors import N_, InvalidInput
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.markers import unit_blueprint
from core.web.request import db, unit

blueprint = unit_blueprint("people", "core.accounts", template_folder="templates")


def show_once(people: list[tuple[str, str, str]]) -> str:
    """First passwords, in the answer to the request that made them and nowhere else."""
    return render_template("accounts/first_passwords.html", people=people, days=security().policy.first_password_days)


def unit_below(code: str) -> Unit:
    """The unit with this code at or below the page's own, which is meant where none is named."""
    if not code.strip():
        here: Unit = unit()
        return here
    found = find_unit_by_code(db(), code.strip())
    if found is None or not found.path.startswith(unit().path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"),
                           {"unit": N_("不在本单位之下")}, code=code)
    return found
