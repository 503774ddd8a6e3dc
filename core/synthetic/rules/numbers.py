"""Numbers that are right in form and can belong to nobody.

- Identity numbers: regions 990000 to 999999. No province of GB/T 2260 is 99, and in the numbers of foreigners, which
  begin with 9, the province follows at the second place: none is 90 to 99. Birth, sex and check character (GB 11643)
  are those of the person.
- Mobile numbers: 142 and eight digits. The numbering plan keeps 140 to 144 for the networks of things, whose numbers
  have thirteen digits: one of eleven digits leads nowhere, and yet passes every check of form (1, then 3 to 9).
- Bank cards: 9999 and fifteen digits with a right Luhn digit. Numbers that begin with 9 carry the country's code next
  (ISO/IEC 7812), and ISO 3166-1 leaves 999 to private use: no country's bank can issue one.
- Register numbers: G (formal) or L (temporary) before the identity number, J before a made-up one.
"""

from __future__ import annotations

import polars as pl

from core.errors import N_, InvalidInput

#: provinces in the order of their codes: each has its own block of made-up regions
PROVINCES = ("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
             "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82")
COUNTIES_EACH = 10_000 // (len(PROVINCES) + 1)
#: of one day and sex; numbers from 900 on are kept for typing errors on purpose
MOST_A_DAY = 449
_SIGNS = pl.Series(list("10X98765432"))
#: twice a digit, its own digits added up
_DOUBLED = pl.Series([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: far from each other for neighbours, and each once in a hundred million
_PHONE_STEP = 61_803_399


def region_of(province: str, position: int) -> str:
    """The made-up region of the county at a position (from 0) in the list of its province."""
    if not 0 <= position < COUNTIES_EACH:
        raise InvalidInput(N_("一个省最多生成 %(most)d 个县的演示人口"), most=COUNTIES_EACH)
    rank = PROVINCES.index(province) if province in PROVINCES else len(PROVINCES)
    return f"99{rank * COUNTIES_EACH + position:04d}"


def check_sign(first: pl.Expr) -> pl.Expr:
    """The last character of GB 11643 (ISO 7064 MOD 11-2) for the first seventeen digits."""
    return first.map_batches(_check_signs, return_dtype=pl.String, is_elementwise=True)


def _check_signs(first: pl.Series) -> pl.Series:
    digits, total = first.cast(pl.Int64), pl.Series([0], dtype=pl.Int64)
    for at, weight in enumerate(_WEIGHTS):
        total = total + digits // 10 ** (16 - at) % 10 * weight
    return _SIGNS.gather(total % 11)


def with_id_numbers(people: pl.DataFrame, region: str) -> pl.DataFrame:
    """People with `birth_on` and `sex` get `id_number`; those of one day and sex are numbered in their order."""
    rank = pl.int_range(pl.len(), dtype=pl.Int64).over("birth_on", "sex")
    people = people.with_columns(_rank=rank)
    if people.height and people["_rank"].max() >= MOST_A_DAY:  # type: ignore[operator]
        raise InvalidInput(N_("一个县的人数太多，身份证号的顺序码不够用，请减少学生数"))
    order = (pl.col("_rank") * 2 + pl.when(pl.col("sex") == "male").then(1).otherwise(2)).cast(pl.String).str.zfill(3)
    first = pl.lit(region) + pl.col("birth_on").dt.strftime("%Y%m%d") + order
    return people.with_columns(id_number=first).with_columns(
        id_number=pl.col("id_number") + check_sign(pl.col("id_number"))).drop("_rank")


def mistyped_id(number: pl.Expr) -> pl.Expr:
    """The number with one digit typed wrongly and the check character to match: valid, and nobody's."""
    first = number.str.slice(0, 14) + pl.lit("9") + number.str.slice(15, 2)
    return first + check_sign(first)


def phone(region: str, whom: pl.Expr) -> pl.Expr:
    """A mobile number for each whole number of `whom`, below a hundred million, each another."""
    tail = (whom.cast(pl.Int64) * _PHONE_STEP + int(region) * 9_973) % 100_000_000
    return pl.lit("142") + tail.cast(pl.String).str.zfill(8)


def bank_card(region: str, whom: pl.Expr) -> pl.Expr:
    """A card number of nineteen digits for each whole number of `whom`."""
    first = pl.lit(f"9999{region[2:]}") + whom.cast(pl.String).str.zfill(10)
    return first + first.map_batches(_luhn_signs, return_dtype=pl.String, is_elementwise=True)


def _luhn_signs(first: pl.Series) -> pl.Series:
    """The last digit behind eighteen: from the right every second one counts twice, beginning with the last of them."""
    digits, total = first.cast(pl.Int64), pl.Series([0], dtype=pl.Int64)
    for place in range(18):
        digit = digits // 10**place % 10
        total = total + (digit if place % 2 else _DOUBLED.gather(digit))
    return ((10 - total % 10) % 10).cast(pl.String)


def register_number(form: pl.Expr, id_number: pl.Expr) -> pl.Expr:
    """G, L or J and the eighteen places."""
    return form + id_number
