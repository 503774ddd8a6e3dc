"""A joint letter as a document to edit and as a paper to print; both say the same."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.printing import render
from core.trail.services import record
from plugins.education_aid.models.cases import Letter
from plugins.education_aid.permissions import Action
from plugins.education_aid.rules.words import term_title

_TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "papers" / "letter.typ"
_FONT = "仿宋"


def body_of(letter: Letter) -> list[str]:
    """What a letter says, paragraph by paragraph."""
    what = f"“{letter.item_name}”{letter.amount:,.2f} 元" if letter.amount > 0 else "学生资助"
    return [
        f"我县户籍学生{letter.name}（证件号 {letter.id_number_mask or '未登记'}），现在{letter.school or '贵地'}就读。"
        f"按我县方案，该生{term_title(letter.school_year, letter.term)}应享受{what}，我县没有查到发放记录。",
        "请协助核实该生是否已在就读地享受相应资助，并将项目、金额和发放日期函复我县；尚未享受的，请按学籍所在地的规定予以落实。",
        f"请于 {letter.due_on:%Y-%m-%d} 前函复。" if letter.due_on else "请尽快函复。",
    ]


def as_document(session: Session, letter: Letter, actor: Actor) -> bytes:
    """The letter as .docx, to be edited and sealed."""
    made = Document()
    style: Any = made.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    for text, place, bold in ((" ".join(letter.issuers), WD_ALIGN_PARAGRAPH.CENTER, True),
                              (letter.number, WD_ALIGN_PARAGRAPH.CENTER, False), (letter.title, WD_ALIGN_PARAGRAPH.CENTER, True)):
        line = made.add_paragraph()
        line.alignment = place
        line.add_run(text).bold = bold
    made.add_paragraph(f"{letter.to_name}：")
    for text in body_of(letter):
        made.add_paragraph(text).paragraph_format.first_line_indent = Pt(32)
    for issuer in letter.issuers:
        made.add_paragraph(f"{issuer}（盖章）").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.add_paragraph(_day(letter)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    made.save(out)
    _trail(session, letter, actor)
    return out.getvalue()


def as_paper(session: Session, letter: Letter, actor: Actor) -> bytes:
    """The letter as PDF, to be printed."""
    data = {"issuers": letter.issuers, "number": letter.number, "title": letter.title, "to": letter.to_name, "body": body_of(letter),
            "day": _day(letter)}
    _trail(session, letter, actor)
    return render(_TEMPLATE, data)


def _day(letter: Letter) -> str:
    return f"{letter.sent_on.year} 年 {letter.sent_on.month} 月 {letter.sent_on.day} 日" if letter.sent_on else "　年　月　日"


def _trail(session: Session, letter: Letter, actor: Actor) -> None:
    record(session, actor, Action.LETTER_READ, f"打印联合函 {letter.number}", subject=f"education_aid.letters:{letter.id}",
           tenant_id=letter.tenant_id, unit_id=letter.unit_id)
