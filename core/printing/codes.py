"""Codes to scan with a phone."""

from __future__ import annotations

import io

import segno

#: the pattern is given, because trying all eight costs five times as much and every reader knows them all
_MASK = 3


def qr(text: str, *, error: str = "m") -> str:
    """A QR code as the text of an SVG image, as `image(bytes(…), format: "svg")` of a template takes it."""
    out = io.BytesIO()
    code = segno.make(text, error=error, micro=False, mask=_MASK, boost_error=False)
    code.save(out, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return out.getvalue().decode()
