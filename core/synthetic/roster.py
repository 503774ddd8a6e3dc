"""A roster as schools really send it: titles above a header of two rows, dates as text in every form, full-width
digits, stray spaces, and a few cells that are wrong. Everybody in it is made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import xlsxwriter

from core.registry.rules.documents import CITIZEN
from core.registry.rules.words import HEALTHS, ID_KINDS, SCHOOLINGS, label
from core.synthetic.rules.children import Place, children_of
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.families import adults_of, households_of
from core.synthetic.rules.population import at_home

PLACE = Place("000000", "测试县", "999999", 1)
#: groups of the upper header row with the columns beneath
GROUPS = (("", ("序号",)), ("基本情况", ("姓名", "性别", "身份证件类型", "身份证件号", "出生年月日", "民族", "与户主关系", "健康状况")),
          ("联系方式", ("联系电话", "银行卡号")), ("就读情况", ("学籍号", "文化程度", "年级", "备注")))
NUMBER, LONG = "身份证件号", 18
HEADS_ROW = [name for _, names in GROUPS for name in names]
#: what a wrong cell says
WRONG = {"姓名": "测试1*", "性别": "不详", "出生年月日": "2015.13.1", "与户主关系": "邻居", "健康状况": "大概可以", "联系电话": "12345",
         "银行卡号": "见附件", "学籍号": "无", "文化程度": "不清楚"}
TITLE_ROWS = 4
_FORMS: tuple[Callable[[dt.date], str], ...] = (
    lambda day: f"{day.year}.{day.month}.{day.day}", lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}", lambda day: f"{day:%Y-%m-%d}", lambda day: f"{day.year}/{day.month}/{day.day}")
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")


def write_roster(path: Path, rows: int, bad: float, seed: int = 1, year: int = 2016) -> list[tuple[int, str]]:
    """Write the workbook; gives the wrong cells as row of the sheet (from 1) and header."""
    place = Place(PLACE.code, PLACE.name, PLACE.region, rows)
    wrong: list[tuple[int, str]] = []
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    try:
        sheet = book.add_worksheet("花名册")
        _head(book, sheet, year)
        for at, row in enumerate(_rows(place, bad, seed, year, wrong), TITLE_ROWS):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
    finally:
        book.close()
    return wrong


def _head(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, year: int) -> None:
    title, group = book.add_format({"bold": True, "align": "center", "font_size": 16}), book.add_format(
        {"bold": True, "align": "center", "border": 1})
    sheet.merge_range(0, 0, 0, len(HEADS_ROW) - 1, f"测试县{year}—{year + 1}学年学生花名册（全部虚构）", title)
    sheet.merge_range(1, 0, 1, len(HEADS_ROW) - 1, f"填报单位：测试小学        填报日期：{year}年9月20日")
    column = 0
    for name, names in GROUPS:
        last = column + len(names) - 1
        if name:
            sheet.merge_range(2, column, 2, last, name, group)
        column = last + 1
    for at, name in enumerate(HEADS_ROW):
        sheet.write_string(3, at, name, group)
        sheet.set_column(at, at, 22 if name in ("身份证件类型", NUMBER, "银行卡号", "学籍号") else 12)


def _rows(place: Place, bad: float, seed: int, year: int, wrong: list[tuple[int, str]]) -> Iterator[list[str]]:
    children = children_of(place, seed, year)
    households = households_of(children, 1, place, seed, year)
    adults = adults_of(households, place, seed)
    people = at_home(children, households, place, seed)
    phones = adults.filter(pl.col("head")).select("household", "phone")
    people = people.join(phones, on="household", how="left", maintain_order="left")
    draws, whom = Draws(seed, "roster"), pl.col("child")
    people = people.with_columns(
        form=draws.whole("form", whom, 0, len(_FORMS) - 1), wide=draws.happens("wide", whom, .1),
        spaced=draws.whole("spaced", whom, 0, 19), **{f"bad {name}": draws.happens(f"bad {name}", whom, bad)
                                                     for name in (*WRONG, NUMBER)})
    for at, person in enumerate(people.iter_rows(named=True)):
        row = _cells(at, person)
        for column, name in enumerate(HEADS_ROW):
            if person.get(f"bad {name}"):
                spoilt = _spoilt(row[column]) if name == NUMBER else WRONG[name]
                if spoilt:
                    row[column] = spoilt
                    wrong.append((TITLE_ROWS + at + 1, name))
        yield row


def _cells(at: int, person: dict[str, object]) -> list[str]:
    name, born, phone = str(person["name"]), person["birth_on"], str(person["phone"] or "")
    assert isinstance(born, dt.date)
    spaced, wide = person["spaced"], person["wide"]
    name = f"{name[:2]} {name[2:]}" if spaced == 0 else f"{name}　" if spaced == 1 else name
    number = str(person["id_number"] or "")
    kind = "" if spaced == 4 and person["id_kind"] == CITIZEN else label(ID_KINDS, str(person["id_kind"]))
    return [str(at + 1), name, "男" if person["sex"] == "male" else "女", kind, number.lower() if spaced == 2 else number,
            _FORMS[int(str(person["form"]))](born), str(person["ethnicity"]), str(person["relation"]),
            label(HEALTHS, str(person["health"])), phone.translate(_FULL) if wide else phone, str(person["bank_card"] or ""),
            str(person["register_number"]), label(SCHOOLINGS, str(person["stage"])), f"{person['grade']}年级",
            "住校" if spaced == 3 else ""]


def _spoilt(number: str) -> str:
    """The number with a wrong last character; without one where no check tells a wrong number."""
    return number[:-1] + ("0" if number[-1] != "0" else "1") if len(number) == LONG else ""
