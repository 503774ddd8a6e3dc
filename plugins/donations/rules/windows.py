"""The days of a campaign: its windows, and the days on which something is due."""

from __future__ import annotations

import calendar
import datetime as dt

from core.errors import N_

STANDING, CONCENTRATED = "standing", "concentrated"


def window_of(day: dt.date, first: dt.date | None, last: dt.date | None) -> str:
    """Which window a gift falls into: concentrated from the first day up to the last, standing on any other."""
    return CONCENTRATED if first is not None and last is not None and first <= day <= last else STANDING


def outside(day: dt.date, starts: dt.date, ends: dt.date | None, today: dt.date) -> str:
    """Why a day cannot be one of the campaign's, or ""."""
    if day > today:
        return N_("捐赠日期还没有到")
    if day < starts:
        return N_("捐赠日期早于活动开始日")
    if ends is not None and day > ends:
        return N_("捐赠日期晚于活动结束日")
    return ""


def late_days(day: dt.date, due: dt.date | None) -> int:
    """By how many days something came after it was due."""
    return max((day - due).days, 0) if due else 0


def next_day(month_day: str, on: dt.date) -> dt.date:
    """The next day of the year "12-31" on or after a day; of a month that is shorter its last."""
    month, day = (int(part) for part in month_day.split("-"))
    found = [dt.date(year, month, min(day, calendar.monthrange(year, month)[1])) for year in (on.year, on.year + 1)]
    return next(one for one in found if one >= on)
