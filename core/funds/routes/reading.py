"""What people type: amounts, days, a place, and the key of a form that is booked once."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal, InvalidOperation

from core.errors import N_, InvalidInput
from core.funds.asking import Form, asked_in, day_in
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.request import db

__all__ = ["Form", "amount_of", "asked_in", "day_in", "day_of", "id_in", "key_of", "number_in", "place_in"]


def amount_of(form: Form, name: str = "amount") -> Decimal:
    """An amount as people write it, "1,234.50"; raises InvalidInput."""
    text = form.get(name, "").replace(",", "").replace("，", "").replace("元", "").strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise InvalidInput(N_("请填写金额，如 1234.50"), {name: "不是金额"}) from None
    if not amount.is_finite() or abs(amount) >= 10**12 or amount != round(amount, 2):
        raise InvalidInput(N_("请填写金额，如 1234.50"), {name: "至多两位小数，小于一万亿"})
    return amount


def day_of(form: Form, name: str = "on") -> dt.date:
    """A day; raises InvalidInput."""
    found = day_in(form, name)
    if found is None:
        raise InvalidInput(N_("请填写日期，如 2016-10-17"), {name: "须填写"})
    return found


def number_in(form: Form, name: str, most: int = 366) -> int | None:
    """A whole number from 1, or None where nothing was written."""
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise InvalidInput(N_("请填写 1 至 %(most)s 的整数"), {name: "不是整数"}, most=most)
    return int(text)


def place_in(form: Form, name: str = "place") -> Unit | None:
    """The unit whose code was chosen, or None; raises InvalidInput where there is none."""
    code = form.get(name, "").strip()
    found = find_unit_by_code(db(), code) if code else None
    if code and found is None:
        raise InvalidInput(N_("没有代码为 %(code)s 的单位"), {name: "没有这个单位"}, code=code)
    return found


def id_in(form: Form, name: str) -> uuid.UUID | None:
    """An id that was chosen in a list, or None."""
    text = form.get(name, "").strip()
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise InvalidInput(N_("地址里的编号不对，请从列表重新打开")) from None


def key_of(form: Form) -> str:
    """The key of the form: sent twice, it is booked once."""
    found = id_in(form, "key")
    if found is None:
        raise InvalidInput(N_("表单不完整，请重新打开页面填写"))
    return f"core.form:{found}"
