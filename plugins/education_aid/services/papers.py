"""A joint letter as a document to edit and as a paper to print; both say the same."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.printing import render
from core.trail.services import record
from plugins.education_aid.models.cases import Letter, LetterItem
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.standing import items_of
from plugins.education_aid.rules.words import term_title

PRINTED = phrase(N_("打印联合函 %(number)s"))
_TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "papers" / "letter.typ"
_FONT = "仿宋"


HEAD = (N_("学生"), N_("证件号"), N_("就读学校"), N_("应享受的资助"), N_("合计（元）"))


def body_of(letter: Letter) -> tuple[list[str], list[str]]:
    """What a letter says before and after the list of its child, paragraph by paragraph."""
    return ([f"我县户籍学生{letter.name}现在{letter.school or '贵地'}就读。按我县方案，该生{term_title(letter.school_year, letter.term)}"
             "应享受下列资助，我县没有查到发放记录。"],
            ["请协助核实该生是否已在就读地享受相应资助，并将项目、金额和发放日期逐项函复我县；尚未享受的，请按学籍所在地的规定予以落实。",
             f"请于 {letter.due_on:%Y-%m-%d} 前函复。" if letter.due_on else "请尽快函复。"])


def rows_of(letter: Letter, items: Sequence[LetterItem]) -> list[list[str]]:
    """One row for the child, with its items listed in it."""
    listed = "；".join(f"{item.item_name or '学生资助'} {item.amount:,.2f} 元" if item.amount > 0 else item.item_name or "学生资助"
                       for item in items)
    total = f"{letter.amount:,.2f}" if letter.amount else "—"
    return [[letter.name, letter.id_number_mask or "未登记", letter.school or "—", listed, total]]


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
    before, after = body_of(letter)
    for text in before:
        made.add_paragraph(text).paragraph_format.first_line_indent = Pt(32)
    _table(made, [list(HEAD), *rows_of(letter, items_of(session, letter))])
    for text in after:
        made.add_paragraph(text).paragraph_format.first_line_indent = Pt(32)
    for issuer in letter.issuers:
        made.add_paragraph(f"{issuer}（盖章）").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.add_paragraph(_day(letter)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    made.save(out)
    _trail(session, letter, actor)
    return out.getvalue()


def _table(made: Any, rows: Sequence[Sequence[str]]) -> None:
    table = made.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(text).font.size = Pt(12)


def as_paper(session: Session, letter: Letter, actor: Actor) -> bytes:
    """The letter as PDF, to be printed."""
    before, after = body_of(letter)
    data = {"issuers": letter.issuers, "number": letter.number, "title": letter.title, "to": letter.to_name, "body": before,
            "head": list(HEAD), "rows": rows_of(letter, items_of(session, letter)), "after": after, "day": _day(letter)}
    _trail(session, letter, actor)
    return render(_TEMPLATE, data)


def _day(letter: Letter) -> str:
    return f"{letter.sent_on.year} 年 {letter.sent_on.month} 月 {letter.sent_on.day} 日" if letter.sent_on else "　年　月　日"


def _trail(session: Session, letter: Letter, actor: Actor) -> None:
    record(session, actor, Action.LETTER_READ, PRINTED(number=letter.number), subject=f"education_aid.letters:{letter.id}",
           tenant_id=letter.tenant_id, unit_id=letter.unit_id)
