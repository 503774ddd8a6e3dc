"""People entered twice, on purpose, as it happens in real lists; with the truth about each pair."""

from __future__ import annotations

import polars as pl

from core.registry.rules.documents import NONE
from core.synthetic.rules.children import Place
from core.synthetic.rules.documents import EIGHTEEN
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.numbers import check_sign, mistyped_id

#: kind → Chinese for the truth table; all but the last two are one person
KINDS = {"exact": "重复登记", "spelling": "姓名写法不同", "wrong_digit": "证件号错一位", "no_number": "没有证件号",
         "birthday": "没有证件号，生日错", "namesake": "同名同村不同人", "twins": "双胞胎"}
SAME = ("exact", "spelling", "wrong_digit", "no_number", "birthday")
_NUMBERED = ("exact", "spelling", "wrong_digit", "namesake")


def faulty(children: pl.DataFrame, share: float, place: Place, seed: int) -> pl.DataFrame:
    """Second entries of this share of the children whose number is built like a citizen's, or who have none: the columns
    of children, with `fault`, and `child` saying of whom.
    The number is left out, mistyped (still valid, and nobody's), or of a namesake another one."""
    draws, whom = Draws(seed, f"{place.code}/faults"), pl.col("child")
    kinds = [(kind, 1.0) for kind in KINDS if kind != "twins"]
    usual = pl.col("id_number").is_null() | pl.col("id_kind").is_in(EIGHTEEN)
    found = children.filter(draws.happens("whether", whom, share) & usual).with_columns(fault=draws.pick("kind", whom, kinds))
    fault, name, number, born = pl.col("fault"), pl.col("name"), pl.col("id_number"), pl.col("birth_on")
    dotted = pl.when(name.str.contains("·", literal=True)).then(name.str.replace("·", "", literal=True)).when(
        name.str.contains("䶮", literal=True)).then(name.str.replace("䶮", "龑", literal=True)).otherwise(
        pl.lit("测试·") + name.str.slice(2))
    swapped = pl.when(born.dt.day() == 15).then(born.dt.offset_by("1d")).otherwise(born.dt.offset_by("-1d"))
    other_day = born.dt.offset_by("2mo")
    first = pl.lit(place.region) + other_day.dt.strftime("%Y%m%d") + pl.lit("9") + number.str.slice(15, 2)
    found = found.with_columns(
        name=pl.when(fault == "spelling").then(dotted).otherwise(name),
        id_number=pl.when(fault == "wrong_digit").then(mistyped_id(number)).when(fault == "namesake")
        .then(first + check_sign(first)).when(fault.is_in(_NUMBERED)).then(number),
        birth_on=pl.when(fault == "namesake").then(other_day).when(fault == "birthday").then(swapped).otherwise(born))
    return found.with_columns(id_kind=pl.when(pl.col("id_number").is_null()).then(pl.lit(NONE)).otherwise("id_kind"))
