"""Templates of typst and data become PDF. What people typed is handed over as data and never becomes markup.

A template finds its data as `data`, text in the platform's font, and `picture(text, width: …)` for what `qr` and
`picture` of this slice make. Decimal arrives as "1234.50", days as "2026-11-21".
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from core.errors import N_, PlatformError
from core.extensions import clock

FONTS = Path(__file__).resolve().parents[1] / "web" / "static" / "vendor" / "fonts"
FAMILY = "Noto Serif SC"

_PRELUDE = f"""#let data = json(bytes(sys.inputs.data))
#let picture(text, ..size) = image(bytes(text), format: "svg", ..size)
#set text(font: "{FAMILY}", lang: "zh", region: "cn")
"""
_local = threading.local()


class PrintingError(PlatformError):
    """A paper cannot be printed: the template is faulty, or the font is not there."""

    title = N_("打印出错")


def render(template: Path, data: Mapping[str, Any]) -> bytes:
    """One PDF of a template and its data. The compiler is kept, so that the next one costs milliseconds."""
    return _compiled(template, _text(data))


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, default=_plain)


def _compiled(template: Path, text: str) -> bytes:
    moment = int(clock._now().timestamp())
    compiler, source = _compiler(template)
    try:
        found = compiler.compile(source, format="pdf", sys_inputs={"data": text}, timestamp=moment)
    except typst.TypstError as error:
        raise PrintingError(N_("模板 %(name)s 排版出错：%(reason)s"), name=template.name, reason=error.message) from error
    assert isinstance(found, bytes)
    return found


def render_each(template: Path, datas: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """PDFs of many data, in their order. While one is laid out, which needs no lock of Python's, the next data are asked
    for; two are in memory at a time."""
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[bytes] | None = None
        for data in datas:
            text = _text(data)
            if waiting is not None:
                yield waiting.result()
            waiting = pool.submit(_compiled, template, text)
        if waiting is not None:
            yield waiting.result()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])
    if FAMILY not in fonts.families():
        raise PrintingError(N_("没有找到打印用的字体“%(family)s”，请先运行 make install"), family=FAMILY)
    return fonts


def _compiler(template: Path) -> tuple[typst.Compiler, bytes]:
    """The compiler of a template in this thread, since one cannot be shared while it works, and its source: a compiler
    forgets a source that is not a file after its first use."""
    kept: dict[tuple[Path, int], tuple[typst.Compiler, bytes]] = _local.__dict__.setdefault("compilers", {})
    key = (template, template.stat().st_mtime_ns)
    if key not in kept:
        source = (_PRELUDE + template.read_text(encoding="utf-8")).encode()
        kept[key] = (typst.Compiler(root=template.parent, font_paths=_fonts(), ignore_system_fonts=True), source)
    return kept[key]


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(type(value).__name__)
