"""What the benchmark of imports holds itself against, each in a process of its own.

`memory` imports the workbook our way and tells the most memory the process had; `orm` and `django` do the same job the
usual way.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench import rosters

WEIGHTS = rosters.WEIGHTS


def memory(workbook: Path, folder: Path) -> dict[str, Any]:
    """The most memory of a process that does nothing but import the workbook."""
    from tests.bench.bench_imports import Office

    folder.mkdir(parents=True, exist_ok=True)
    Office(f"sqlite:///{folder / 'memory.sqlite3'}", folder).run(workbook.read_bytes(), time.process_time)
    # not what getrusage tells: there a process begins with what its parent had when it started it
    kept = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.M)
    assert kept is not None
    return {"megabytes": int(kept[1]) / 1024}


def check_id(text: str) -> None:
    """The check of GB 11643, as each peer's validator calls it."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", text):
        raise ValueError("须是 18 位号码")
    dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    if "10X98765432"[sum(int(sign) * weight for sign, weight in zip(text[:17], WEIGHTS, strict=True)) % 11] != text[17]:
        raise ValueError("校验码不对")


def day(text: str) -> dt.date:
    """A day as clerks write it."""
    found = re.fullmatch(r"(\d{4})[.年/-](\d{1,2})[.月/-](\d{1,2})日?", text)
    if not found:
        raise ValueError("须是日期")
    return dt.date(*map(int, found.groups()))


def month(text: str) -> str:
    """A month as clerks write it."""
    found = re.fullmatch(r"(\d{4})(\d{2})", text)
    if not found:
        raise ValueError("须写到月")
    return f"{found[1]}-{found[2]}"


def causes(text: str) -> list[str]:
    """The choices of a cell."""
    known = {label: value for value, label in rosters.CAUSES}
    if any(part not in known for part in text.split("、")):
        raise ValueError("须从这些里选")
    return [known[part] for part in text.split("、")]


def year(text: str) -> int:
    """The first year of 2016-2017."""
    first, _, second = text.partition("-")
    if int(second) != int(first) + 1:
        raise ValueError("须写作 2016-2017")
    return int(first)


def chosen(choices: Any) -> Any:
    """The value of a label."""
    known = {label: value for value, label in choices}

    def read(text: str) -> str:
        if text not in known:
            raise ValueError("须是其中之一")
        return known[text]

    return read


def bounded(kind: Any, least: Any, most: Any) -> Any:
    """A number within bounds."""
    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ArithmeticError as error:
            raise ValueError("须是数字") from error
        if not least <= value <= most:
            raise ValueError("超出范围")
        return value

    return read


def matched(pattern: str) -> Any:
    """A text of one form."""
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError("写法不对")
        return text

    return read


def id_text(text: str) -> str:
    """A checked ID number."""
    check_id(text)
    return text


READERS = {
    "number": matched("[A-Z]{2}[0-9]{8}"), "name": matched(r"[\u3400-\u9fff·]{2,50}"), "id_number": id_text,
    "phone": matched("1[3-9][0-9]{9}"), "sex": chosen(rosters.SEXES), "birth_on": day, "village": matched(".{1,60}"),
    "members": bounded(int, 1, 30), "area": bounded(Decimal, 0, 9999), "income": bounded(Decimal, 0, 10**9),
    "identified_on": lambda text: bounded(day, dt.date(2013, 1, 1), dt.date(2100, 1, 1))(text), "paid_month": month,
    "kind": chosen(rosters.KINDS), "causes": causes, "water": chosen(((True, "是"), (False, "否"))), "school_year": year,
    "term": chosen(((1, "上学期"), (2, "下学期"))), "school": matched(".{1,60}"), "class_name": matched(".{1,20}"),
    "note": matched(".{0,200}"),
}


def orm(workbook: Path, folder: Path) -> dict[str, Any]:
    """openpyxl, a marshmallow schema for each row, and the ORM with our sealed columns."""
    from marshmallow import Schema, ValidationError, fields
    from openpyxl import load_workbook

    from core.extensions import new_id, tenant_scope
    from core.privacy.masks import mask
    from tests.bench.bench_imports import TENANT, Office

    class Read(fields.Field[Any]):
        def __init__(self, reader: Any) -> None:
            super().__init__(required=True)
            self.reader = reader

        def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
            try:
                return self.reader(value)
            except ValueError as error:
                raise ValidationError(str(error)) from error

    schema = type("RowIn", (Schema,), {name: Read(reader) for name, reader in READERS.items()})()
    folder.mkdir(parents=True, exist_ok=True)
    office = Office(f"sqlite:///{folder / 'orm.sqlite3'}", folder)
    start, stored, refused = time.process_time(), 0, 0
    sheet = load_workbook(workbook, read_only=True).worksheets[0]
    names = [field.name for field in rosters.PUPILS.fields]
    with office.database.transaction() as session, tenant_scope(session, TENANT):
        for cells in sheet.iter_rows(min_row=2, values_only=True):
            try:
                row: dict[str, Any] = dict(schema.load(dict(zip(names, cells, strict=True))))
            except ValidationError:
                refused += 1
                continue
            pupil = rosters.Pupil(tenant_id=TENANT, id=new_id(), unit_id=office.unit.id)
            for kind in ("id_number", "phone"):
                text = row.pop(kind)
                setattr(pupil, f"{kind}_sealed", office.vault.seal(f"bench_pupils.{kind}", pupil.id, text))
                setattr(pupil, f"{kind}_key", office.vault.index(kind, text))
                setattr(pupil, f"{kind}_mask", mask(kind, text))
            for name, value in row.items():
                setattr(pupil, name, value)
            session.add(pupil)
            stored += 1
    return {"seconds": time.process_time() - start, "rows": stored, "errors": refused}


def django(workbook: Path, folder: Path) -> dict[str, Any]:
    """django-import-export with widgets that read each cell, in bulk, on SQLite; ID and phone numbers in the clear."""
    import django as framework
    from django.conf import settings

    folder.mkdir(parents=True, exist_ok=True)
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "peer.sqlite3")}},
        INSTALLED_APPS=["import_export"], USE_TZ=False, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
    framework.setup()
    from django.db import connection, models
    from import_export import fields, resources, widgets
    from import_export.formats.base_formats import XLSX

    def text(length: int = 200, **more: Any) -> Any:
        return models.CharField(max_length=length, null=True, **more)

    class Peer(models.Model):
        number, name, id_number, phone = text(20, db_index=True), text(50), text(18), text(20)
        sex, village, kind, school, class_name, note = text(10), text(60), text(10), text(60), text(20), text(200)
        birth_on, identified_on, paid_month = models.DateField(), models.DateField(), text(7)
        members, school_year, term = models.IntegerField(), models.IntegerField(), models.IntegerField()
        area, income = models.DecimalField(max_digits=10, decimal_places=2), models.DecimalField(max_digits=14, decimal_places=2)
        causes, water = models.JSONField(), models.BooleanField()

        class Meta:
            app_label = "import_export"

    class Read(widgets.Widget):
        def __init__(self, reader: Any) -> None:
            super().__init__()
            self.reader = reader

        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return self.reader(value)

    with connection.schema_editor() as editor:
        editor.create_model(Peer)
    columns = {field.name: fields.Field(attribute=field.name, column_name=field.label, widget=Read(READERS[field.name]))
               for field in rosters.PUPILS.fields}
    meta = type("Meta", (), {"model": Peer, "import_id_fields": ["number"], "use_bulk": True, "batch_size": 1000,
                             "fields": list(columns), "skip_diff": True, "use_transactions": True})

    def find(self: Any, loader: Any, row: Any) -> Any:
        try:
            return resources.ModelResource.get_instance(self, loader, row)
        except ValueError:
            return None  # a bad key is an invalid row; left as an error it would undo the whole import

    resource = type("PeerResource", (resources.ModelResource,), {**columns, "Meta": meta, "get_instance": find})()
    start = time.process_time()
    data = XLSX().create_dataset(workbook.read_bytes())
    found = resource.import_data(data, dry_run=False, raise_errors=False, rollback_on_validation_errors=False)
    seconds = time.process_time() - start
    refused = len(found.invalid_rows) + sum(1 for row in found.rows if row.errors)
    return {"seconds": seconds, "rows": Peer.objects.count(), "errors": refused}


if __name__ == "__main__":
    part, book, place = sys.argv[1:]
    print(json.dumps({"memory": memory, "orm": orm, "django": django}[part](Path(book), Path(place))))
