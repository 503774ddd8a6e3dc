"""A workbook brought to a ledger for its pictures: one row that is right, one with faults, one that changes a record."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import openpyxl
from flask.testing import FlaskClient

LEDGER = "/u/522723/ledgers/households"
ROWS = ({"户编号": "演示导入1", "户主姓名": "测试导入"}, {"所在村": "没有这个村", "户编号": "演示导入2", "识别日期": "去年秋天"})
#: of a household that was made up
_NUMBER = re.compile(r"CS\d{13}")
_SELECT, _PICKED = re.compile(r'<select[^>]*name="(column-[A-Z]+)".*?</select>', re.DOTALL), re.compile(r'value="(\w+)"[^>]*selected')


def bring(client: FlaskClient) -> str:
    """Upload a filled-in template of the ledger, take the columns as they were guessed, and give the address of what
    was found."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"{LEDGER}/imports").text)
    marked = {"csrf_token": token.group(1) if token else ""}
    there = _NUMBER.search(client.get(LEDGER, follow_redirects=True).text)
    changed = {"户编号": there.group() if there else "", "户主姓名": "测试改名"}
    packed = io.BytesIO(_filled(client.get(f"{LEDGER}/template").data, (*ROWS, changed)))
    address = client.post(f"{LEDGER}/imports", data={**marked, "file": (packed, "家庭（演示）.xlsx")}).headers["Location"]
    page = client.get(address).text
    chosen = {found.group(1): picked.group(1) for found in _SELECT.finditer(page) if (picked := _PICKED.search(found.group()))}
    client.post(f"{address}/columns", data={**marked, **chosen})
    return address


def _filled(template: bytes, rows: Sequence[dict[str, str]]) -> bytes:
    book, packed = openpyxl.load_workbook(io.BytesIO(template)), io.BytesIO()
    sheet = book.worksheets[0]
    heads = [str(cell.value or "").rstrip("*") for cell in sheet[1]]
    for row in rows:
        sheet.append([row.get(head, "") for head in heads])
    book.save(packed)
    return packed.getvalue()
