"""Which of the made-up people have another document than a citizen's number, and its number.

Each kind is right in form and visibly nobody's: passes have 99 and the region's digits, a passport is of the state TST,
which ISO 3166 does not know, other documents say 测试. Household registers and permits of foreigners have the made-up
number of the region 99. A number follows from the person alone, so that the neighbour's child has the same one at school
here; the two digits that a pass leaves for that are enough for the first hundred.
"""

from __future__ import annotations

import polars as pl

from core.registry.rules.documents import CITIZEN, NONE
from core.synthetic.rules.draws import Draws

#: of all, by kind; and of the first hundred, who alone can have a pass
SHARES = (("passport", .001), ("settled", .0005), ("booklet", .002), ("other", .0005))
PASSES, FIRST = (("pass_hk_mo", .04), ("pass_tw", .04)), 100
#: the kinds whose number is built like a citizen's
EIGHTEEN = (CITIZEN, "booklet", "settled")
#: who shares a number with nobody of another group: letters of passes, and the digit behind the region
CHILD, ADULT, STAFF = ("H", 0), ("", 1), ("M", 2)


def with_documents(people: pl.DataFrame, whom: pl.Expr, group: tuple[str, int], draws: Draws, region: str) -> pl.DataFrame:
    """People with `id_number` get `id_kind`, and where they have another document its number. `whom`: a whole number
    below ten million for each; `group`: one of those above. Who has no number has no document."""
    letter, digit = group
    kinds = [*SHARES, (CITIZEN, 1 - sum(share for _, share in SHARES))]
    kind = draws.pick("document", whom, kinds)
    if letter:
        first = [*PASSES, ("", 1 - sum(share for _, share in PASSES))]
        held = draws.pick("pass", whom, first)
        # 台湾居民来往大陆通行证 have no letter: the first half of the digits is the children's
        fits = (held == "pass_hk_mo") | ((held == "pass_tw") & (whom < FIRST // 2))
        kind = pl.when((whom < FIRST) & fits).then(held).otherwise(kind)
    kind = pl.when(pl.col("id_number").is_null()).then(pl.lit(NONE)).otherwise(kind)
    two = (whom % FIRST + pl.when(kind == "pass_tw").then(FIRST // 2 * (digit > 0)).otherwise(0)).cast(pl.String).str.zfill(2)
    long = pl.lit(f"{region[2:]}{digit}") + whom.cast(pl.String).str.zfill(7)
    number = (pl.when(kind == "pass_hk_mo").then(pl.lit(f"{letter}99{region[2:]}") + two)
              .when(kind == "pass_tw").then(pl.lit(f"99{region[2:]}") + two)
              .when(kind == "passport").then(pl.lit("TST") + long)
              .when(kind == "other").then(pl.lit("测试证") + long).otherwise("id_number"))
    return people.with_columns(id_kind=kind, id_number=number)
