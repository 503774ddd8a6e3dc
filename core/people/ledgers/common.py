"""Columns that several ledgers have, with the headers people write above them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.errors import N_
from core.host.ledgers import Field
from core.registry.rules.documents import CITIZEN, SYNONYMS
from core.registry.rules.words import ID_KINDS

#: groups of ledgers: tabs and one entry of the menu each
PEOPLE, SCHOOL = "people", "school"
FIRST_BIRTH = dt.date(1900, 1, 1)

ID_NUMBER = Field("id_number", N_("证件号"), "id_number", filter="equal",
                  aliases=("身份证号", "身份证号码", "身份证", "公民身份号码", "居民身份证号码", "证件号码", "身份证件号", "学生身份证号",
                           "身份证件号码", "公民身份证号码"))
ID_KIND = Field("id_kind", N_("证件类型"), "choice", choices=ID_KINDS, synonyms=SYNONYMS, default=CITIZEN, filter="choice",
                listed=False, help=N_("不填就是居民身份证"),
                aliases=("身份证件类型", "证件种类", "证件类别", "身份证类型", "身份证件种类"))
PHONE = Field("phone", N_("联系电话"), "phone", filter="equal",
              aliases=("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "家长电话", "联系电话号码"))
BANK_CARD = Field("bank_card", N_("银行卡号"), "bank_card", filter="equal", listed=False,
                  aliases=("银行账号", "卡号", "银行卡", "开户账号", "账号", "社保卡号", "一卡通账号", "银行帐号"))
REGISTER_NUMBER = Field("register_number", N_("学籍号"), "register_number", filter="equal", listed=False,
                        aliases=("学号", "全国学籍号", "学籍编号", "学籍号码", "全国统一学籍号"))
SEX = Field("sex", N_("性别"), "choice", filter="choice", aliases=("男女",))
BIRTH = Field("birth_on", N_("出生日期"), "date", least=FIRST_BIRTH,
              aliases=("出生年月日", "生日", "出生年月", "出生时间"), masked="date")
NOTE = Field("note", N_("备注"), most=200, listed=False, masked="text", aliases=("说明", "备 注"))
PERSON = Field("person_id", N_("人员"), "person", required=True, filter="", sort=False,
               help=N_("填证件号或学籍号；本单位范围内没有重名的，也可以填姓名"),
               aliases=("证件号", *ID_NUMBER.aliases))
HOUSEHOLD = Field("household_id", N_("户编号"), "household",
                  help=N_("填户编号；没有重名的，也可以填户主姓名"), aliases=("户号", "家庭编号", "户主", "户主姓名", "建档立卡户编号"))


def unit(label: str, *aliases: str, help_: str = "") -> Field:
    """The unit a record hangs on."""
    return Field("unit_id", label, "unit", filter="unit", aliases=("单位", "所属单位", "区划代码", *aliases), help=help_)


def named(field: Field, label: str, **changes: object) -> Field:
    """The same column under another header."""
    return replace(field, label=label, aliases=(*field.aliases, field.label), **changes)  # type: ignore[arg-type]
