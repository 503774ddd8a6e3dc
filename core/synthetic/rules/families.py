"""The households around the children: who heads them, who else lives there, and how they live."""

from __future__ import annotations

import polars as pl

from core.synthetic.rules.children import Place
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.numbers import bank_card, phone
from core.synthetic.rules.words import (
    CAUSES,
    ETHNICITIES,
    HEALTHS,
    HELPER_POSTS,
    KINDS,
    OTHER_STEMS,
    PENSIONED,
    SCHOOLINGS,
    STEMS,
    STRUCTURES,
    TREATED,
    WORKS,
    numerals,
    one_of,
)

#: `away`: the parents work elsewhere and the grandparents keep the house; `unsupported`: the parents are not to be found
FORMS = (("couple", .755), ("away", .14), ("three", .03), ("mother", .035), ("father", .025), ("orphan", .006),
         ("unsupported", .009))
#: who lives there in each form, the head first, and the relation to the head
MEMBERS = {
    "father": {"couple": "户主", "three": "户主", "father": "户主", "away": "之子"},
    "mother": {"couple": "配偶", "three": "配偶", "mother": "户主", "away": "之儿媳"},
    "grandfather": {"away": "户主", "orphan": "户主"},
    "grandmother": {"away": "配偶", "orphan": "配偶", "three": "之母", "unsupported": "户主"},
}
HEADS = {"couple": "father", "three": "father", "father": "father", "mother": "mother", "away": "grandfather",
         "orphan": "grandfather", "unsupported": "grandmother"}
#: years older than the eldest child
OLDER = {"father": (23, 34), "mother": (21, 31), "grandfather": (46, 58), "grandmother": (44, 56)}
SEX = {"father": "male", "mother": "female", "grandfather": "male", "grandmother": "female"}
POOR = ("poor", "poor_allowance")
FIRST_IDENTIFIED = 2014
ALL_OUT = 2020


def households_of(children: pl.DataFrame, villages: int, place: Place, seed: int, year: int) -> pl.DataFrame:
    """One row for each household: its village (from 0), form, kind, and what the register keeps of it."""
    draws, whom = Draws(seed, place.code), pl.col("household")
    found = children.group_by("household", maintain_order=True).agg(
        eldest_on=pl.col("birth_on").min(), children=pl.len().cast(pl.Int64))
    poor = pl.col("kind").is_in(POOR)
    found = found.with_columns(
        village=draws.whole("village", whom, 0, villages - 1), form=draws.pick("form", whom, FORMS),
        kind=draws.pick("kind", whom, KINDS), ethnicity=draws.pick("ethnicity", whom, ETHNICITIES),
        cause=draws.pick("cause", whom, CAUSES), cause_2=draws.pick("cause 2", whom, CAUSES),
        structure=draws.pick("structure", whom, STRUCTURES), helper_post=draws.pick("helper post", whom, HELPER_POSTS))
    found = found.with_columns(
        number=pl.lit(f"CS{place.code}") + (whom + 1).cast(pl.String).str.zfill(7),
        head=pl.col("form").replace_strict(HEADS, return_dtype=pl.String),
        area=(draws.whole("area", whom, 4500, 16000) / 100).cast(pl.Decimal(12, 2)),
        danger=pl.when(~poor).then(pl.lit("")).otherwise(draws.pick(
            "danger", whom, (("A", .35), ("B", .4), ("C", .18), ("D", .07)))),
        water=draws.happens("water", whom, .93), power=draws.happens("power", whom, .995),
        standard=pl.when(poor).then(pl.lit("national")).otherwise(pl.lit("")),
        identified_on=pl.when(poor).then(_identified(draws, whom, year)),
        main_cause=pl.when(poor).then("cause").otherwise(pl.lit("")),
        other_cause=pl.when(poor & (pl.col("cause") != pl.col("cause_2")) & draws.happens("causes", whom, .5))
        .then("cause_2").otherwise(pl.lit("")),
        helper=pl.when(poor).then(pl.lit("测试帮扶") + numerals(whom // 5 + 1)).otherwise(pl.lit("")),
        helper_phone=pl.when(poor).then(phone(place.region, 90_000_000 + whom // 5)))
    return found.with_columns(exited_on=_exited(draws, year)).drop("cause", "cause_2")


def _identified(draws: Draws, whom: pl.Expr, year: int) -> pl.Expr:
    years = draws.pick("identified", whom, [(one, 3.0 if one == FIRST_IDENTIFIED else .5)
                                            for one in range(FIRST_IDENTIFIED, min(year, ALL_OUT - 1) + 1)])
    return pl.date(years, draws.whole("identified month", whom, 1, 8), draws.whole("identified day", whom, 1, 28))


def _exited(draws: Draws, year: int) -> pl.Expr:
    """The poor households leave the register one by one, and all of them by the end of 2020."""
    whom, first = pl.col("household"), pl.col("identified_on").dt.year() + 1
    leaves = draws.whole("exit", whom, 0, 5)
    day = pl.date(pl.min_horizontal(first + leaves, pl.lit(ALL_OUT)), 12, 20)
    left = day.dt.year() < year + (year >= ALL_OUT)
    return pl.when(pl.col("identified_on").is_not_null() & left).then(day)


def adults_of(households: pl.DataFrame, place: Place, seed: int) -> pl.DataFrame:
    """Parents and grandparents: `household`, `role`, relation, name, sex, birth_on, health, labour, work, insurance,
    schooling, phone and bank card. They have no identity numbers yet: `with_id_numbers` gives them, together with the staff's."""
    parts = []
    for at, (role, relations) in enumerate(MEMBERS.items()):
        draws, household = Draws(seed, f"{place.code}/{role}"), pl.col("household")
        least, most = OLDER[role]
        health = draws.pick("health", household, HEALTHS)
        elder = role.startswith("grand")
        stem = one_of(STEMS if SEX[role] == "male" else OTHER_STEMS, household)
        parts.append(households.filter(pl.col("form").is_in(list(relations))).select(
            "household", "village", "ethnicity", role=pl.lit(role),
            relation=pl.col("form").replace_strict(relations, default="", return_dtype=pl.String),
            head=pl.col("head") == role, name=pl.lit("测试") + stem + pl.lit("祖" if elder else "") + numerals(household + 1),
            sex=pl.lit(SEX[role]),
            birth_on=pl.col("eldest_on") - pl.duration(days=draws.whole("older", household, least * 366, most * 365)),
            health=health, schooling=pl.lit("none") if elder else draws.pick("schooling", household, SCHOOLINGS),
            labour=_labour(health, elder, draws, household),
            work=pl.lit("none") if elder else _work(health, draws, household),
            medical_insurance=draws.happens("medical", household, TREATED),
            pension_insurance=draws.happens("pension", household, PENSIONED), phone=phone(place.region, household * 4 + at),
            bank_card=pl.when(pl.col("head") == role).then(bank_card(place.region, 5_000_000_000 + household))))
    return pl.concat(parts).sort("household", maintain_order=True)


def _labour(health: pl.Expr, elder: bool, draws: Draws, whom: pl.Expr) -> pl.Expr:
    able = pl.lit("weak") if elder else draws.pick("skill", whom, (("full", .8), ("skilled", .2)))
    return pl.when(health == "healthy").then(able).when(health == "chronic").then(pl.lit("weak")).otherwise(pl.lit("lost"))


def _work(health: pl.Expr, draws: Draws, whom: pl.Expr) -> pl.Expr:
    """Where parents work; those of children who were left behind, outside the province."""
    return (pl.when(pl.col("form") == "away").then(pl.lit("elsewhere")).when(health == "healthy").then(draws.pick("work", whom, WORKS))
            .otherwise(pl.lit("none")))


def incomes_of(households: pl.DataFrame, place: Place, seed: int, year: int) -> pl.DataFrame:
    """Income and costs of the poor households, four quarters by source (yuan): `household`, quarter, kind, amount."""
    poor, parts = households.filter(pl.col("kind").is_in(POOR)), []
    draws, whom = Draws(seed, f"{place.code}/{year}"), pl.col("household")
    for kind, least, most, share in (("wage", 40_000, 330_000, .75), ("business", 20_000, 180_000, .9),
                                     ("transfer", 15_000, 90_000, 1), ("property", 1_000, 20_000, .08),
                                     ("cost", 5_000, 60_000, .85)):
        earning = poor.filter(draws.happens(kind, whom, share))
        for quarter in range(1, 5):
            fen = draws.whole(f"{kind} {quarter}", whom, least, most) * (pl.col("children") + 1)
            parts.append(earning.select("household", "village", quarter=pl.lit(quarter), kind=pl.lit(kind),
                                        amount=(fen.cast(pl.Decimal(16, 2)) / 100).cast(pl.Decimal(14, 2))))
    return pl.concat(parts).sort("household", "quarter", maintain_order=True)
