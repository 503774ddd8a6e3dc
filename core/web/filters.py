"""How values read on a page: money, days, times, levels and states."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

from babel.numbers import format_decimal
from flask import Flask, current_app, request, url_for
from flask_babel import gettext

from core.errors import N_
from core.extensions import local

CENT = Decimal("0.01")

LEVELS = {
    "country": N_("全国"),
    "province": N_("省"),
    "city": N_("市"),
    "county": N_("县"),
    "township": N_("乡"),
    "village": N_("村"),
}
KINDS = {
    "division": N_("行政区划"),
    "school": N_("学校"),
    "station": N_("教育指导站"),
    "office": N_("科室"),
    "department": N_("系部"),
    "committee": N_("委员会"),
}
#: word and status colour of every state that core shows
STATES: Mapping[str, tuple[str, str]] = {
    "open": (N_("启用"), "success"),
    "closed": (N_("已撤销"), "plain"),
    "draft": (N_("草稿"), "plain"),
    "proposed": (N_("待审批"), "warning"),
    "applied": (N_("执行中"), "success"),
    "superseded": (N_("已被替代"), "plain"),
    "refused": (N_("已退回"), "danger"),
    "withdrawn": (N_("已撤回"), "plain"),
    "future": (N_("待执行"), "info"),
    "active": (N_("生效"), "success"),
    "masked": (N_("原文隐去"), "warning"),
    "pending": (N_("待定"), "warning"),
    "unspecified": (N_("未明确"), "warning"),
    "on": (N_("已开启"), "success"),
    "off": (N_("未开启"), "plain"),
    "quarantined": (N_("已隔离"), "danger"),
    "allow": (N_("允许"), "success"),
    "deny": (N_("拒绝"), "danger"),
}


def install(app: Flask) -> None:
    """Give the templates their filters and globals."""
    for name, function in {
        "money": money, "number": number, "percent": percent, "size": size, "date": day, "datetime": moment, "time": clock,
        "level": level, "kind": kind, "state": state, "state_colour": state_colour,
    }.items():
        app.jinja_env.filters[name] = function
    app.jinja_env.globals.update(asset=asset, in_drawer=in_drawer, address_with=address_with)


def money(value: Decimal | int | str | None, symbol: bool = True) -> str:
    """`1,234.50 元`; two places always, halves away from zero as in accounts. Nothing for None."""
    if value is None or value == "":
        return ""
    amount = Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)
    text = f"{amount:,.2f}"
    return f"{text} {gettext('元')}" if symbol else text


def number(value: Decimal | int | float | None) -> str:
    """`12,345`, with the places it has."""
    return "" if value is None else str(format_decimal(value, locale="en"))


def size(value: int) -> str:
    """Bytes as people read them: `87 字节`, `14.6 KB`, `3.2 MB`."""
    if value < 1024:
        return str(gettext("%(count)s 字节", count=value))
    return f"{value / 1024:.1f} KB" if value < 1024 * 1024 else f"{value / 1024 / 1024:.1f} MB"


def percent(value: Decimal | float | None, places: int = 1) -> str:
    """A share of one as `97.5%`."""
    return "" if value is None else f"{Decimal(str(value)) * 100:.{places}f}%"


def day(value: dt.date | dt.datetime | str | None) -> str:
    """`2026-11-21`; the day in Shanghai where a moment is given."""
    if value is None or isinstance(value, str):
        return value or ""
    return local(value).strftime("%Y-%m-%d") if isinstance(value, dt.datetime) else value.isoformat()


def moment(value: dt.datetime | None) -> str:
    """`2026-11-21 09:30`, in Shanghai."""
    return "" if value is None else local(value).strftime("%Y-%m-%d %H:%M")


def clock(value: dt.datetime | None) -> str:
    """`09:30`, in Shanghai."""
    return "" if value is None else local(value).strftime("%H:%M")


def level(code: str) -> str:
    """省 市 县 乡 村."""
    return gettext(LEVELS[code]) if code in LEVELS else code


def kind(code: str) -> str:
    """What a unit is, in words."""
    return gettext(KINDS[code]) if code in KINDS else code


def state(code: str) -> str:
    """The word of a state; the code itself where it is not known."""
    return gettext(STATES[code][0]) if code in STATES else code


def state_colour(code: str) -> str:
    """The status colour of a state."""
    return STATES[code][1] if code in STATES else "plain"


def asset(name: str) -> str:
    """The address of a static file with its fingerprint, so that a browser keeps it until it changes. Looked
    up once for each page: the icons are one file, named at every icon."""
    kept: dict[str, str] = request.environ.setdefault("bangfu.assets", {})
    found = kept.get(name)
    if found is None:
        found = kept[name] = _address(name)
    return found


def _address(name: str) -> str:
    path = Path(current_app.static_folder or "") / name
    mark = _fingerprint(path, path.stat().st_mtime_ns) if path.exists() else None
    return url_for("static", filename=name, v=mark)


def in_drawer() -> bool:
    """Whether the page was asked for by a side drawer, and so goes without its frame."""
    return request.headers.get("HX-Target") == "drawer-body" and request.headers.get("HX-Request") == "true"


def address_with(**changes: str | int | None) -> str:
    """This page's address with some query values changed; None drops a value."""
    values: dict[str, object] = {**(request.view_args or {}), **request.args.to_dict(flat=False)}
    values.update(changes)
    endpoint = request.endpoint or ""
    return url_for(endpoint, **{key: value for key, value in values.items() if value is not None})  # type: ignore[arg-type]


@lru_cache(maxsize=512)
def _fingerprint(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
