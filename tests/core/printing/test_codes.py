"""QR codes: what they hold, and that those of a series are the same as those made alone."""

from __future__ import annotations

import re
import string

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from core.printing import qr, qr_series

PREFIX = "https://bangfu.example.test/public/990101/donations/certificates/"
_MOVE = re.compile(r"M2 (\d+)\.5|m(\d+) 0|h(\d+)")
SERIES = qr_series(PREFIX, 24)


def modules_of(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a drawn code."""
    x, y, found = 0, 0, set()
    for row, light, dark in _MOVE.findall(svg):
        if row:
            x, y = 0, int(row) - 2
        found |= {(y, x + step) for step in range(int(dark or 0))}
        x += int(light or dark or 0)
    return found


@pytest.mark.parametrize("text", ["A", "https://example.test/b", "捐赠证书", PREFIX + "x" * 24])
def test_a_code_holds_the_modules_of_its_text(text: str) -> None:
    made = segno.make(text, error="m", micro=False, mask=3, boost_error=False, mode="byte")
    dark = {(y, x) for y, row in enumerate(made.matrix) for x, module in enumerate(row) if module}
    assert modules_of(qr(text)) == dark


@given(st.text(string.ascii_letters + string.digits + "-_", min_size=24, max_size=24))
def test_a_code_of_a_series_is_the_same_as_one_made_alone(rest: str) -> None:
    assert SERIES(rest) == qr(PREFIX + rest)


@pytest.mark.parametrize("rest", ["", "short", "x" * 25, "捐" * 24])
def test_what_does_not_fit_the_series_is_made_alone(rest: str) -> None:
    assert SERIES(rest) == qr(PREFIX + rest)
