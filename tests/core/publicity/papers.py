"""Files made on the spot, each giving somebody away in its own way."""

from __future__ import annotations

import io

import docx
import typst
from openpyxl import Workbook
from openpyxl.comments import Comment
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from pypdf import PdfReader, PdfWriter


def pdf(*lines: str) -> bytes:
    """A PDF of one page with these lines."""
    return typst.compile("\\ ".join(lines).encode())


def pdf_with(text: str = "", *, author: str = "", note: str = "", file: tuple[str, bytes] | None = None,
             password: str = "") -> bytes:
    """The same with properties, a note, a file within, or a password."""
    from pypdf.annotations import FreeText

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(text or "nothing"))))
    if author:
        writer.add_metadata({"/Author": author})
    if note:
        writer.add_annotation(0, FreeText(text=note, rect=(50, 550, 200, 650)))
    if file is not None:
        writer.add_attachment(*file)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    return _saved(writer.write)


def workbook(*, hide: str = "", comment: str = "", value: object = "测试甲", fmt: str = "") -> bytes:
    """A workbook with a second sheet, where `hide` is sheet, veryHidden, column or row."""
    book = Workbook()
    first = book.active
    assert first is not None
    first["A1"], first["B1"] = "姓名", "金额"
    second = book.create_sheet("明细")
    second["A1"], second["B3"] = "测试甲", value
    if fmt:
        second["B3"].number_format = fmt
    if comment:
        second["B3"].comment = Comment(comment, "测试")
    if hide in ("hidden", "veryHidden"):
        second.sheet_state = hide
    elif hide == "column":
        second.column_dimensions["B"].hidden = True
    elif hide == "row":
        second.row_dimensions[3].hidden = True
    return _saved(book.save)


def word(*paragraphs: str, comment: str = "", header: str = "", hidden: str = "", picture: bytes = b"") -> bytes:
    """A Word file."""
    paper = docx.Document()
    for text in paragraphs:
        paragraph = paper.add_paragraph()
        for at in range(0, len(text), 5):  # as Word breaks its runs
            paragraph.add_run(text[at : at + 5])
        if comment:
            paper.add_comment(paragraph.runs, text=comment, author="测试", initials="测")
    if header:
        paper.sections[0].header.paragraphs[0].text = header
    if hidden:
        paper.add_paragraph().add_run(hidden).font.hidden = True
    if picture:
        paper.add_picture(io.BytesIO(picture))
    return _saved(paper.save)


def picture(*, place: bool = False, comment: str = "", artist: str = "") -> bytes:
    """A photograph with what its camera noted."""
    exif = Image.Exif()
    if artist:
        exif[Base.Artist] = artist
    if comment:
        exif.get_ifd(IFD.Exif)[Base.UserComment] = b"UNICODE\x00" + comment.encode("utf-16-be")
    if place:
        exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (26.0, 34.0, 12.0)})
    return _saved(lambda out: Image.new("RGB", (40, 30), (200, 210, 220)).save(out, "JPEG", exif=exif))


def _saved(save: object) -> bytes:
    out = io.BytesIO()
    save(out)  # type: ignore[operator]
    return out.getvalue()
