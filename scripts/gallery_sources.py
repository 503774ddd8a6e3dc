"""Two outside lists of the demo's county for the pictures: brought by their upload, compared with the registry and with
each other, a few rows written otherwise than it has them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import openpyxl
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.extensions import tenant_scope
from core.matching.models import Source
from core.privacy import vault_of
from core.registry.models import Person
from core.registry.queries import present
from core.units.models import Unit

COUNTY, PLACE = "522723", "/u/522723/sources"
HEAD = ("姓名", "身份证号", "村", "困难类型")
_MOST = 14
Row = tuple[str, str, str, str]


def bring(app: Flask, client: FlaskClient) -> str:
    """Upload both lists as a clerk does; gives the part of an address that chooses them."""
    people = _people(app)
    _upload(client, people[:-2], "poverty", "2016-06-30", "扶贫人口库（演示）")
    _upload(client, _otherwise(people[2:]), "civil_affairs", "2016-09-01", "民政低保名单（演示）")
    with app.extensions["bangfu.database"].session() as session, tenant_scope(session, COUNTY):
        ids = session.scalars(select(Source.id).where(Source.tenant_id == COUNTY, Source.removed_at.is_(None)).order_by(Source.as_on))
        return "&".join(f"s={source_id}" for source_id in ids)


def _people(app: Flask) -> list[Row]:
    """Some of the demo's made-up persons as such lists write them."""
    with app.extensions["bangfu.database"].session() as session, tenant_scope(session, COUNTY):
        vault = vault_of(session)
        found = session.execute(select(Person, Unit.name).join(Unit, Unit.id == Person.unit_id).where(
            Person.tenant_id == COUNTY, present(Person), Person.id_number_sealed.is_not(None)).order_by(Person.id).limit(_MOST))
        return [(person.name, vault.open("registry_persons.id_number", person.id, person.id_number_sealed or b""), place, "低保户")
                for person, place in found]


def _otherwise(people: Sequence[Row]) -> list[Row]:
    """The same persons: one under another name, one of another kind, one with a slip in the number, one unknown."""
    renamed, changed, slipped, *others = people
    return [("测试异", *renamed[1:]), (*changed[:3], "特困供养"), (slipped[0], _slip(slipped[1]), *slipped[2:]), *others,
            ("测试外", "", others[0][2], "低保户")]


def _slip(number: str) -> str:
    """The number with its last two digits before the check sign exchanged."""
    return number[:15] + number[16] + number[15] + number[17:]


def _upload(client: FlaskClient, rows: Sequence[Row], kind: str, as_on: str, title: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PLACE).text)
    marked = {"csrf_token": token.group(1) if token else ""}
    address = client.post(PLACE, data={**marked, "kind": kind, "as_on": as_on, "title": title,
                                       "file": (io.BytesIO(_workbook(rows)), f"{title}.xlsx")}).headers["Location"]
    columns = dict(zip("ABCD", ("name", "id_number", "village", "category"), strict=True))
    client.post(f"{address}/columns", data={**marked, **{f"column-{letter}": field for letter, field in columns.items()}})


def _workbook(rows: Sequence[Row]) -> bytes:
    book, packed = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in (HEAD, *rows):
        sheet.append(row)
    book.save(packed)
    return packed.getvalue()
