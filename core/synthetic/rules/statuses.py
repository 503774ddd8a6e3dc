"""Which dated statuses the people and households have; of one kind or group never two on one day."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from core.synthetic.rules.children import Place
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.families import ALL_OUT, POOR

_NONE = pl.lit(None, dtype=pl.Date)


def household_statuses(households: pl.DataFrame, place: Place, seed: int, year: int) -> pl.DataFrame:
    """`household`, kind, since, until."""
    draws, whom = Draws(seed, place.code), pl.col("household")
    poor, allowed = pl.col("kind").is_in(POOR), pl.col("kind").is_in(("poor_allowance", "allowance"))
    parts = [_some(households, poor, "filing_card", pl.col("identified_on")),
             _some(households, allowed, "allowance", pl.date(year - draws.whole("allowance", whom, 1, 3), 7, 1)),
             _some(households, pl.col("exited_on").is_not_null(), "out_of_poverty", pl.col("exited_on")),
             _some(households, poor & draws.happens("disaster", whom, .01), "disaster", pl.date(year, 6, 15))]
    if year > ALL_OUT:
        parts += _monitored(households, draws, year)
    return pl.concat(parts)


def _monitored(households: pl.DataFrame, draws: Draws, year: int) -> Iterator[pl.DataFrame]:
    """After 2020: three kinds of 监测对象, each with its risk open, or open first and eliminated since October."""
    whom, share = pl.col("household"), draws.share("monitored", pl.col("household"))
    out = pl.col("exited_on").is_not_null()
    kind = (pl.when(out & (share < .06)).then(pl.lit("monitored_unstable"))
            .when(~out & (share < .008)).then(pl.lit("monitored_marginal"))
            .when(~out & (share < .011)).then(pl.lit("monitored_sudden")))
    watched = households.with_columns(watched=kind).filter(pl.col("watched").is_not_null())
    over = draws.happens("risk over", whom, .5)
    since, ended = pl.date(year, 3, 10), pl.date(year, 10, 10)
    yield watched.select("household", kind="watched", since=since, until=_NONE)
    yield watched.select("household", kind=pl.lit("risk_open"), since=since, until=pl.when(over).then(ended))
    yield _some(watched, over, "risk_eliminated", ended)


def child_statuses(children: pl.DataFrame, adults: pl.DataFrame, place: Place, seed: int, year: int) -> pl.DataFrame:
    """`child`, kind, since, until. `children` come with form and kind of their household."""
    disabled = adults.filter((pl.col("role") == "father") & (pl.col("health") == "disabled"))["household"]
    draws, whom = Draws(seed, place.code), pl.col("household") * 4 + pl.col("order")
    young, form, kind = pl.col("position") < 12, pl.col("form"), pl.col("kind")
    later = pl.max_horizontal(pl.date(year - 2, 3, 1), pl.col("birth_on"))
    tier = (pl.when(kind.is_in(POOR)).then(pl.lit("hardship_special")).when(kind == "allowance").then(pl.lit("hardship"))
            .when(draws.happens("hardship", whom, .05)).then(pl.lit("hardship_general")))
    older = children.filter(pl.col("position") >= 12).with_columns(tier=tier).filter(pl.col("tier").is_not_null())
    return pl.concat([
        _some(children, form == "orphan", "orphan", later, "child"),
        _some(children, form == "unsupported", "unsupported_child", later, "child"),
        _some(children, (form == "away") & young, "left_behind", later, "child"),
        _some(children, form.is_in(("mother", "father")), "single_parent", later, "child"),
        _some(children, pl.col("health") == "disabled", "disabled", pl.col("birth_on") + pl.duration(days=400), "child"),
        _some(children, pl.col("household").is_in(disabled.implode()), "disabled_child", pl.col("birth_on"), "child"),
        _some(children, draws.happens("martyr", whom, .0001), "martyr_child", pl.col("birth_on"), "child"),
        _some(children, draws.happens("special care", whom, .001), "special_care_child", pl.col("birth_on"), "child"),
        _some(children, young & (form != "orphan") & draws.happens("distress", whom, .005), "in_distress", later, "child"),
        older.select("child", kind="tier", since=pl.date(year, 9, 20), until=_NONE)])


def _some(rows: pl.DataFrame, condition: pl.Expr, kind: str, since: pl.Expr, whose: str = "household") -> pl.DataFrame:
    return rows.filter(condition).select(whose, kind=pl.lit(kind), since=since, until=_NONE)
