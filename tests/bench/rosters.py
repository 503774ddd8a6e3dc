"""A roster of twenty columns for the benchmarks of imports: its table, its ledger, and the workbook."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, Yuan, new_id
from core.host.ledgers import Field, Ledger
from core.privacy.columns import key_column, mask_column, sealed_column

SEXES = (("male", "男"), ("female", "女"))
KINDS = (("poor", "建档立卡户"), ("low", "低保户"), ("other", "其他"))
CAUSES = (("illness", "因病"), ("schooling", "因学"), ("disaster", "因灾"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HAN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


class Pupil(TenantScoped, Base):
    """The table behind the benchmark's ledger."""

    __tablename__ = "bench_pupils"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(50))
    id_number_sealed: Mapped[bytes | None] = sealed_column("id_number")
    id_number_key: Mapped[str | None] = key_column()
    id_number_mask: Mapped[str] = mask_column()
    phone_sealed: Mapped[bytes | None] = sealed_column("phone")
    phone_key: Mapped[str | None] = key_column()
    phone_mask: Mapped[str] = mask_column()
    sex: Mapped[str | None] = mapped_column(String(10))
    birth_on: Mapped[dt.date | None]
    village: Mapped[str | None] = mapped_column(String(60))
    members: Mapped[int | None] = mapped_column(Integer)
    area: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    income: Mapped[Decimal | None] = mapped_column(Yuan)
    identified_on: Mapped[dt.date | None]
    paid_month: Mapped[str | None] = mapped_column(String(7))
    kind: Mapped[str | None] = mapped_column(String(10))
    causes: Mapped[list[str] | None] = mapped_column(Json)
    water: Mapped[bool | None]
    school_year: Mapped[int | None] = mapped_column(Integer)
    term: Mapped[int | None] = mapped_column(Integer)
    school: Mapped[str | None] = mapped_column(String(60))
    class_name: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (Index("ix_bench_pupils_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
                      Index("ix_bench_pupils_tenant_id_number", "tenant_id", "number"))


PUPILS = Ledger(
    code="core.bench_pupils", title="测试名册", one="学生", model=Pupil,
    read="core:unit:read", write="core:unit:write", export="core:unit:read",
    fields=(
        Field("number", "编号", required=True, key=True, pattern="[A-Z]{2}[0-9]{8}"),
        Field("name", "姓名", "name", required=True),
        Field("id_number", "身份证号", "id_number"),
        Field("phone", "联系电话", "phone"),
        Field("sex", "性别", "choice", choices=SEXES),
        Field("birth_on", "出生日期", "date"),
        Field("village", "村", most=60),
        Field("members", "人口数", "integer", least=1, most=30),
        Field("area", "住房面积", "decimal", least=0, most=9999),
        Field("income", "人均纯收入", "yuan", least=0),
        Field("identified_on", "识别日期", "date", least=dt.date(2013, 1, 1)),
        Field("paid_month", "发放月份", "month"),
        Field("kind", "户类型", "choice", choices=KINDS),
        Field("causes", "致贫原因", "choices", choices=CAUSES),
        Field("water", "通自来水", "yes_no"),
        Field("school_year", "学年", "school_year"),
        Field("term", "学期", "term"),
        Field("school", "学校", most=60),
        Field("class_name", "班级", most=20),
        Field("note", "备注", "note", most=200),
    ),
)
HEADS = [field.label for field in PUPILS.fields]
#: what a bad cell of each column says
WRONG = ["x", "测试1", "990101199001011230", "12345", "不详", "2015.13.1", "村" * 61, "四", "大", "很多", "1999.1.1", "2015",
         "不详", "不知道", "也许", "2016-2018", "第三学期", "校" * 61, "班" * 21, "注" * 201]


def id_number(number: int) -> str:
    """A valid made-up ID number, unlike any other of the same benchmark."""
    place, rest = divmod(number, 336_000)
    year, rest = divmod(rest, 33_600)
    month, rest = divmod(rest, 2_800)
    first = f"990{place % 900 + 100}{1990 + year}{month + 1:02}{rest // 100 + 1:02}{number % 100:03}"
    return first + "10X98765432"[sum(int(sign) * weight for sign, weight in zip(first, WEIGHTS, strict=True)) % 11]


def good_row(number: int, pick: random.Random) -> list[str]:
    """A row without a fault, as clerks write it."""
    return [f"JX{number:08}", "测试" + HAN[number % 20], id_number(number), f"138{number % 10**8:08}", pick.choice("男女"),
            f"2005.{number % 12 + 1}.{number % 28 + 1}", f"测试村{number % 300}", str(number % 8 + 1), f"{number % 200}.5",
            f"{number % 9000}.25", f"2015年{number % 12 + 1}月{number % 28 + 1}日", f"2016{number % 12 + 1:02}",
            pick.choice(KINDS)[1], "因病、因学", pick.choice("是否"), "2016-2017", "上学期", f"测试小学{number % 90}",
            f"{number % 6 + 1}年级{number % 4 + 1}班", f"虚构的备注{number}"]


def rows(count: int, bad: float, seed: int = 7) -> Any:
    """Rows with a share of bad cells."""
    pick = random.Random(seed)
    for number in range(count):
        row = good_row(number, pick)
        for column in range(len(row)):
            if pick.random() < bad:
                row[column] = WRONG[column]
        yield row


def write_workbook(path: Path, count: int, bad: float) -> None:
    """The roster as an .xlsx of text cells."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, HEADS)
    for at, row in enumerate(rows(count, bad), 1):
        for column, text in enumerate(row):
            sheet.write_string(at, column, text)
    book.close()
