"""The clocks of the offices: moments are stored in UTC, days and times are said as in China."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def today() -> dt.date:
    """Today in China, wherever the server stands: between midnight and eight its own day may be the one before."""
    return _now().date()


def local(moment: dt.datetime) -> dt.datetime:
    """A moment by the clocks of the offices; without a zone it is as stored, in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(CHINA)


def _now() -> dt.datetime:
    """The one look at the clock, which a test may move."""
    return dt.datetime.now(CHINA)
