"""Real files that give somebody away are stopped, each at its place; harmless ones pass."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from core.errors import InvalidInput
from core.publicity.rules.files import Attachment, scan_attachment
from tests.core.publicity import papers
from tests.factories.registry import made_up_id

NUMBER = made_up_id()


def found(name: str, data: bytes) -> list[tuple[str, str]]:
    return [(leak.place, leak.kind) for leak in scan_attachment(Attachment(name, data))]


@pytest.mark.parametrize(("name", "data"), [
    ("名单.txt", "测试甲 100 元".encode()), ("名单.pdf", papers.pdf("Gift 100.00", "2015-10-17")),
    ("名单.xlsx", papers.workbook()), ("说明.docx", papers.word("公示说明：共 12,300 元。")), ("现场.jpg", papers.picture()),
])
def test_a_harmless_file_passes(name: str, data: bytes) -> None:
    assert found(name, data) == []


def test_a_number_in_a_text_file_is_found_in_either_encoding() -> None:
    for encoding in ("utf-8", "gb18030"):
        assert found("名单.txt", f"测试甲{NUMBER}".encode(encoding)) == [("附件“名单.txt”", "id_number")]


def test_a_number_in_the_files_name_is_found() -> None:
    assert found(f"{NUMBER}.txt", b"x")[0] == ("附件名称", "id_number")


def test_a_number_on_a_pdf_page_is_found_with_its_page() -> None:
    assert found("名单.pdf", papers.pdf("nothing", "#pagebreak()", f"ID {NUMBER}")) == [("附件“名单.pdf”第 2 页", "id_number")]


def test_a_number_in_a_pdfs_properties_is_found() -> None:
    assert found("a.pdf", papers.pdf_with(author=NUMBER)) == [("附件“a.pdf”的文件属性 Author", "id_number")]


def test_a_note_on_a_pdf_page_is_named_with_its_number() -> None:
    assert found("a.pdf", papers.pdf_with(note="tel 199 0000 0001")) == [
        ("附件“a.pdf”第 1 页", "批注"), ("附件“a.pdf”第 1 页的批注", "phone")]


def test_a_workbook_within_a_pdf_is_looked_into() -> None:
    data = papers.pdf_with(file=("inner.xlsx", papers.workbook(value=NUMBER)))
    assert found("a.pdf", data) == [("附件“a.pdf”中嵌入的“inner.xlsx”工作表“明细”B3", "id_number")]


def test_a_pdf_with_a_password_cannot_be_published() -> None:
    assert found("a.pdf", papers.pdf_with(password="test-1")) == [("附件“a.pdf”", "有密码，不能检查")]


@pytest.mark.parametrize(("value", "kind"), [
    (NUMBER, "id_number"), ("１９９００００００01", "phone"), (19900000001, "phone"), (19900000001.0, "phone"),
])
def test_a_number_in_a_cell_is_found_with_its_sheet_and_cell(value: object, kind: str) -> None:
    assert found("名单.xlsx", papers.workbook(value=value)) == [("附件“名单.xlsx”工作表“明细”B3", kind)]


@pytest.mark.parametrize(("hide", "place", "kind"), [
    ("hidden", "附件“名单.xlsx”工作表“明细”（2 个单元格）", "隐藏的工作表"),
    ("veryHidden", "附件“名单.xlsx”工作表“明细”（2 个单元格）", "隐藏的工作表"),
    ("column", "附件“名单.xlsx”工作表“明细”第 B 列（1 个单元格）", "隐藏的列"),
    ("row", "附件“名单.xlsx”工作表“明细”第 3 行（1 个单元格）", "隐藏的行"),
])
def test_what_a_workbook_hides_is_stopped_even_without_a_number(hide: str, place: str, kind: str) -> None:
    assert found("名单.xlsx", papers.workbook(hide=hide)) == [(place, kind)]


def test_a_number_on_a_hidden_sheet_is_named_by_its_cell() -> None:
    places = found("名单.xlsx", papers.workbook(hide="hidden", value=NUMBER))
    assert places[0] == ("附件“名单.xlsx”工作表“明细”B3", "id_number")


def test_a_cells_comment_is_named_with_its_number() -> None:
    assert found("名单.xlsx", papers.workbook(comment=f"证件 {NUMBER}")) == [
        ("附件“名单.xlsx”工作表“明细”B3", "批注"), ("附件“名单.xlsx”工作表“明细”B3 的批注", "id_number")]


def test_a_cell_that_shows_nothing_is_named() -> None:
    assert found("名单.xlsx", papers.workbook(fmt=";;;")) == [("附件“名单.xlsx”工作表“明细”B3（1 个单元格）", "不显示的单元格")]


def test_a_text_left_in_the_file_of_a_deleted_cell_is_found() -> None:
    data = BytesIO(papers.workbook())
    with zipfile.ZipFile(data, "a") as packed:
        packed.writestr("xl/pivotCache/pivotCacheRecords1.xml", f'<r><s v="{NUMBER}"/></r>')
    assert found("名单.xlsx", data.getvalue()) == [
        ("附件“名单.xlsx”（看不见的残留内容，xl/pivotCache/pivotCacheRecords1.xml）", "id_number")]


def test_a_number_that_word_has_cut_into_runs_is_found_with_its_paragraph() -> None:
    assert found("说明.docx", papers.word("公示说明", f"测试甲{NUMBER}")) == [("附件“说明.docx”正文第 2 段", "id_number")]


def test_a_comment_in_a_word_file_is_named_with_its_number() -> None:
    places = found("说明.docx", papers.word("公示说明", comment="电话 19900000001"))
    assert ("附件“说明.docx”批注", "批注") in places and ("附件“说明.docx”批注第 1 段", "phone") in places


def test_header_and_hidden_words_of_a_word_file_are_found() -> None:
    places = found("说明.docx", papers.word("正文", header=f"附 {NUMBER}", hidden="内部意见"))
    assert set(places) == {("附件“说明.docx”页眉第 1 段", "id_number"), ("附件“说明.docx”正文", "隐藏文字")}


def test_a_photographs_place_is_found_alone_and_within_a_word_file() -> None:
    photo = papers.picture(place=True)
    assert found("现场.jpg", photo) == [("附件“现场.jpg”的拍摄信息（EXIF）", "拍摄地点（GPS）")]
    within = found("说明.docx", papers.word("见图", picture=photo))
    assert ("附件“说明.docx”中嵌入的“image1.jpg”的拍摄信息（EXIF）", "拍摄地点（GPS）") in within


def test_a_comment_and_a_number_in_exif_are_found() -> None:
    assert found("现场.jpg", papers.picture(comment=f"测试甲 {NUMBER}")) == [
        ("附件“现场.jpg”的拍摄信息（EXIF）·UserComment", "图片备注"), ("附件“现场.jpg”的拍摄信息（EXIF）·UserComment", "id_number")]
    assert found("现场.jpg", papers.picture(artist="199-0000-0001")) == [("附件“现场.jpg”的拍摄信息（EXIF）·Artist", "phone")]


def test_an_old_office_file_cannot_be_published() -> None:
    ((place, kind),) = found("旧.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600)
    assert place == "附件“旧.xls”" and "另存为" in kind


def test_a_file_that_is_not_what_its_name_says_is_refused() -> None:
    with pytest.raises(InvalidInput):
        scan_attachment(Attachment("名单.pdf", papers.workbook()))


def test_a_broken_pdf_is_not_published() -> None:
    assert found("a.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n") == [("附件“a.pdf”", "内容读不出来，不能检查")]
