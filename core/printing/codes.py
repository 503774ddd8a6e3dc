"""Codes to scan with a phone: one, or thousands that differ in their last letters alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import segno

#: the pattern is given, because trying all eight costs five times as much and every reader knows them all
_MASK = 3
#: the quiet zone, in modules
_BORDER = 2
#: any letter of ASCII; the codes of others are made from it bit by bit
_FILLER = "a"
_RUN = re.compile("0+|1+")


def qr(text: str, *, error: str = "m") -> str:
    """A QR code as the text of an SVG image, as `picture(…)` of a template takes it."""
    code = _made(text, error)
    size = len(code.matrix)
    return _drawn("".join("".join("1" if module else "0" for module in row) for row in code.matrix), size)


@lru_cache(maxsize=4)
def qr_series(prefix: str, length: int, error: str = "m") -> Callable[[str], str]:
    """Codes of texts that all begin with `prefix` and go on with `length` letters of ASCII, each a tenth of the time of
    `qr` and the same to the last module. With pattern and version given, every module is a sum (XOR) over the bits of the
    text, error correction included; so each letter adds its own modules to those of the filler. Making it takes seven
    codes for each letter."""
    first = prefix + _FILLER * length
    size = len(_made(first, error).matrix)
    base = _bits(first, error)
    steps = [[_bits(_with(first, len(prefix) + at, chr(ord(_FILLER) ^ (1 << bit))), error) ^ base for bit in range(7)]
             for at in range(length)]
    letters = [[_sum(step, value ^ ord(_FILLER)) for value in range(128)] for step in steps]

    def code(rest: str) -> str:
        if len(rest) != length or not rest.isascii():
            return qr(prefix + rest, error=error)
        modules = base
        for table, letter in zip(letters, rest, strict=True):
            modules ^= table[ord(letter)]
        return _drawn(f"{modules:0{size * size}b}", size)

    return code


def _made(text: str, error: str) -> segno.QRCode:
    return segno.make(text, error=error, micro=False, mask=_MASK, boost_error=False, mode="byte")


def _bits(text: str, error: str) -> int:
    return int("".join("1" if module else "0" for row in _made(text, error).matrix for module in row), 2)


def _with(text: str, at: int, letter: str) -> str:
    return text[:at] + letter + text[at + 1 :]


def _sum(step: list[int], bits: int) -> int:
    found = 0
    for bit, modules in enumerate(step):
        if bits >> bit & 1:
            found ^= modules
    return found


def _drawn(modules: str, size: int) -> str:
    """The dark modules of each row as strokes of a path, eight at once from a table."""
    width = -(-size // 8) * 8
    rows = []
    for row in range(size):
        line = int(modules[row * size : (row + 1) * size].ljust(width, "0"), 2).to_bytes(width // 8)
        rows.append(f"M{_BORDER} {row + _BORDER + 0.5}" + "".join([_STROKES[eight] for eight in line]))
    whole = size + 2 * _BORDER
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}"><path stroke="#000" d="{"".join(rows)}"/></svg>')


def _strokes(eight: int) -> str:
    """Eight modules from where the pen stands: it moves over light ones and draws dark ones."""
    return "".join(f"h{len(run[0])}" if run[0][0] == "1" else f"m{len(run[0])} 0" for run in _RUN.finditer(f"{eight:08b}"))


_STROKES = [_strokes(eight) for eight in range(256)]
