"""Papers: templates and data become PDF."""

from __future__ import annotations

import datetime as dt
import io
import struct
import threading
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.errors import InvalidInput
from core.printing import picture, qr, render, render_each, rendering

PAPER = Path(__file__).parent / "prints" / "paper.typ"
BROKEN = PAPER.with_name("broken.typ")


def item(name: str = "测试甲", **more: object) -> dict[str, object]:
    return {"name": name, "amount": Decimal("50000.01"), "upper": "伍万元零壹分", "on": dt.date(2026, 11, 21), **more}


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).translate({ord(gap): None for gap in "\n "})


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def test_a_paper_says_what_its_data_say() -> None:
    text = text_of(render(PAPER, {"title": "捐赠证书", "items": [item()]}))
    assert "捐赠证书" in text
    assert "测试甲先生" in text
    assert "50000.01" in text
    assert "2026-11-21" in text


@pytest.mark.parametrize("name", ["#panic(\"x\")", "*粗*", "$x$", "#read(\"/etc/passwd\")", "\\u{41} <a> @b \"c\"", "= 甲", "[["])
def test_what_people_typed_never_becomes_markup(name: str) -> None:
    assert name.replace(" ", "") in text_of(render(PAPER, {"title": "证", "items": [item(name)]}))


def test_the_font_is_in_the_file() -> None:
    page = PdfReader(io.BytesIO(render(PAPER, {"title": "证", "items": [item()]}))).pages[0]
    names = {str(font["/BaseFont"]) for font in page["/Resources"]["/Font"].get_object().values()}  # type: ignore[index]
    assert all("NotoSerifSC" in name for name in names)


def test_a_picture_and_a_code_are_printed() -> None:
    plain = render(PAPER, {"title": "证", "items": [item()]})
    full = render(PAPER, {"title": "证", "seal": picture(png()), "items": [item(qr=qr("https://example.test/a"))]})
    assert len(PdfReader(io.BytesIO(full)).pages[0].images) > len(PdfReader(io.BytesIO(plain)).pages[0].images)
    assert len(full) > len(plain)


def test_the_shape_of_a_picture_is_kept() -> None:
    assert 'viewBox="0 0 3 2"' in picture(png(3, 2))
    jpeg = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x00\x07\x00\x05" + b"\0" * 12
    assert 'viewBox="0 0 5 7"' in picture(jpeg)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"<svg/>"])
def test_only_pictures_are_taken_as_pictures(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="PNG"):
        picture(content)


def test_a_faulty_template_is_named() -> None:
    with pytest.raises(rendering.PrintingError, match=r"broken\.typ"):
        render(BROKEN, {"title": "证"})


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        render(PAPER, {"title": b"x", "items": []})


def test_the_same_data_give_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = dt.datetime(2026, 11, 21, 8, tzinfo=dt.UTC)
    monkeypatch.setattr("core.extensions.clock._now", lambda: moment)
    first = render(PAPER, {"title": "证", "items": [item()]})
    assert render(PAPER, {"title": "证", "items": [item()]}) == first


def test_a_missing_font_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rendering, "FONTS", tmp_path)
    monkeypatch.setattr(rendering, "_local", threading.local())
    rendering._fonts.cache_clear()
    with pytest.raises(rendering.PrintingError, match="make install"):
        render(PAPER, {"title": "证", "items": [item()]})


def test_papers_of_a_batch_come_in_their_order() -> None:
    datas = ({"title": "证", "items": [item(f"测试{number}")]} for number in range(5))
    assert [f"测试{number}" in text_of(pdf) for number, pdf in enumerate(render_each(PAPER, datas))] == [True] * 5
    assert list(render_each(PAPER, [])) == []


def test_a_fault_in_a_batch_is_told() -> None:
    with pytest.raises(rendering.PrintingError):
        list(render_each(BROKEN, [{"title": "证"}]))


def test_threads_print_side_by_side() -> None:
    found: dict[int, bool] = {}

    def work(number: int) -> None:
        found[number] = f"测试{number}" in text_of(render(PAPER, {"title": "证", "items": [item(f"测试{number}")]}))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(6), True)
