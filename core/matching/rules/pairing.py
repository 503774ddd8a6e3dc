"""Which records of two lists are one person: what is certain, what a person has to look at, and why.

Frames have `ref` (any integer), `name_key`, `id_key` (keyed hash of a valid number, else null), `has_number` (there is
a number, valid or not), `birth`, `village`, `school` (ids as text) and `guardian` (name key); null where unknown.

1. number and name agree → match, unless the birthdays differ
2. the number agrees and name or birthday differ → review: nearly half of all typing errors hit somebody else's number
3. village or school, birthday and name agree, and nothing speaks against it → match
4. near in one of them, and alike in the rest → review

Nothing is ever matched by a number alone, and a match that is not the only one possible becomes a review. Two valid
and different numbers keep two people apart, twins with names that sound alike too, unless all the rest agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from core.matching.rules.names import near_many, sounds_of
from core.registry.rules.identity import differing_digits

#: asked for the numbers of some records of the left (0) or right (1) list, in their order
Numbers = Callable[[int, Sequence[int]], Sequence[str | None]]
MATCH, REVIEW = "match", "review"
COLUMNS = {"ref": pl.Int64, "name_key": pl.String, "id_key": pl.String, "has_number": pl.Boolean, "birth": pl.Date,
           "village": pl.String, "school": pl.String, "guardian": pl.String}
PAIRS = {"left": pl.Int64, "right": pl.Int64, "verdict": pl.String, "stage": pl.String, "reasons": pl.List(pl.String)}
PLACES = ("village", "school")
#: days between a birthday by the farmers' calendar and by the state's
LUNAR = 60
_REASONS = ("same_id", "near_id", "other_id", "faulty_id", "no_id", "same_name", "near_name", "other_name", "same_birth",
            "near_birth", "other_birth", "same_place", "same_guardian", "other_guardian", "several", "claimed")


def find_pairs(left: pl.DataFrame, right: pl.DataFrame | None = None, numbers: Numbers | None = None) -> pl.DataFrame:
    """The pairs between two lists, or without a second one within the first (each pair once, the smaller `ref` left).
    `numbers` opens numbers of candidates alone, to compare their digits. Gives left, right, verdict, stage, reasons."""
    own = right is None
    one = _prepared(left)
    other = one if right is None else _prepared(right)
    exact = _same_number(one, other, own=own)
    certain = exact.filter(pl.col("verdict") == MATCH)
    rest = one if own else one.join(certain.select(ref="left"), on="ref", how="anti")
    near = _blocked(rest, other, own=own).join(exact.select("left", "right"), on=["left", "right"], how="anti")
    judged = _judged(_evidence(near, one, other, numbers), exact, own=own)
    return pl.concat([exact.select(list(PAIRS)), judged.select(list(PAIRS))]).sort("left", "right")


def _prepared(frame: pl.DataFrame) -> pl.DataFrame:
    names = frame["name_key"].unique().to_list()
    sounds = sounds_of(name for name in names if name)
    found = frame.select([pl.col(name).cast(kind) for name, kind in COLUMNS.items()])
    return found.with_columns(sound=pl.col("name_key").replace_strict(
        list(sounds), list(sounds.values()), default=None, return_dtype=pl.String))


def _joined(one: pl.DataFrame, other: pl.DataFrame, keys: list[pl.Expr], *, own: bool) -> pl.DataFrame:
    """References of the records that agree in all of the keys; those without one of them are left out."""
    names = [f"k{at}" for at in range(len(keys))]
    a = one.select("ref", *(key.alias(name) for key, name in zip(keys, names, strict=True))).drop_nulls()
    b = other.select("ref", *(key.alias(name) for key, name in zip(keys, names, strict=True))).drop_nulls()
    found = a.rename({"ref": "left"}).join(b.rename({"ref": "right"}), on=names).select("left", "right")
    return found.filter(pl.col("left") < pl.col("right")) if own else found


def _same_number(one: pl.DataFrame, other: pl.DataFrame, *, own: bool) -> pl.DataFrame:
    """Stages 1 and 2."""
    found = _facts(_joined(one, other, [pl.col("id_key")], own=own), one, other)
    certain = pl.col("same_name") & ~pl.col("near_birth") & ~pl.col("other_birth")
    found = found.with_columns(near_id=pl.lit(False), several=certain & ((certain.sum().over("left")) > 1),
                               claimed=pl.lit(False))
    return _said(found.with_columns(
        verdict=pl.when(certain & ~pl.col("several")).then(pl.lit(MATCH)).otherwise(pl.lit(REVIEW)),
        stage=pl.when(certain).then(pl.lit("id_name")).otherwise(pl.lit("id"))))


def _blocked(one: pl.DataFrame, other: pl.DataFrame, *, own: bool) -> pl.DataFrame:
    """Pairs that share enough to be worth comparing; each wrong component of a birthday leaves two right ones."""
    birth, sound, name = pl.col("birth"), pl.col("sound"), pl.col("name_key")
    blocks = [[sound, birth.dt.strftime("%Y%m")], [sound, birth.dt.strftime("%m%d")], [sound, birth.dt.strftime("%Y%d")],
              [sound, pl.col("village")], [sound, pl.col("school")], [name, pl.col("guardian")],
              [birth, pl.col("village")], [birth, pl.col("school")], [birth, pl.col("guardian")]]
    return pl.concat([_joined(one, other, keys, own=own) for keys in blocks]).unique()


def _facts(pairs: pl.DataFrame, one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """What the two records of each pair have in common, from the frames alone."""
    found = pairs.join(one.rename({name: f"{name}_l" for name in one.columns}), left_on="left", right_on="ref_l")
    found = found.join(other.rename({name: f"{name}_r" for name in other.columns}), left_on="right", right_on="ref_r")

    def same(name: str) -> pl.Expr:
        return (pl.col(f"{name}_l") == pl.col(f"{name}_r")).fill_null(False)

    def differs(name: str) -> pl.Expr:
        return (pl.col(f"{name}_l") != pl.col(f"{name}_r")).fill_null(False)

    both = pl.col("has_number_l") & pl.col("has_number_r")
    found = found.with_columns(
        same_id=same("id_key"), other_id=differs("id_key"), no_id=~both, same_name=same("name_key"),
        faulty_id=both & (pl.col("id_key_l").is_null() | pl.col("id_key_r").is_null()),
        same_birth=same("birth"), apart=differs("birth"), alike=_near_birth(), same_place=same("village") | same("school"),
        same_guardian=same("guardian"), other_guardian=differs("guardian"))
    found = found.with_columns(near_birth=pl.col("apart") & pl.col("alike"), other_birth=pl.col("apart") & ~pl.col("alike"))
    return _with_near_names(found)


def _near_birth() -> pl.Expr:
    """Two of year, month and day the same, month and day exchanged, or no further apart than the two calendars."""
    a, b = pl.col("birth_l").dt, pl.col("birth_r").dt
    same = [(a.year() == b.year()), (a.month() == b.month()), (a.day() == b.day())]
    exchanged = same[0] & (a.month() == b.day()) & (a.day() == b.month())
    days = (pl.col("birth_l") - pl.col("birth_r")).dt.total_days().abs()
    return ((pl.sum_horizontal(same) >= 2) | exchanged | (days <= LUNAR)).fill_null(False)


def _with_near_names(found: pl.DataFrame) -> pl.DataFrame:
    """Each different pair of sounds is compared once; most fall at their first letter."""
    head_l, head_r = pl.col("sound_l").str.head(1), pl.col("sound_r").str.head(1)
    alike = [head_l.is_in(letters) & head_r.is_in(letters) for letters in (["l", "n"], ["f", "h"])]
    likely = pl.any_horizontal(head_l == head_r, head_l == "_", head_r == "_", *alike) & ~pl.col("same_name")
    some = found.filter(likely).select("sound_l", "sound_r").drop_nulls().unique()
    verdicts = near_many(list(zip(some["sound_l"], some["sound_r"], strict=True)))
    found = found.join(some.with_columns(near_name=pl.Series(verdicts, dtype=pl.Boolean)), on=["sound_l", "sound_r"], how="left")
    found = found.with_columns(near_name=pl.col("near_name").fill_null(False) & ~pl.col("same_name"))
    return found.with_columns(other_name=~pl.col("same_name") & ~pl.col("near_name"))


def _evidence(pairs: pl.DataFrame, one: pl.DataFrame, other: pl.DataFrame, numbers: Numbers | None) -> pl.DataFrame:
    """The facts of candidates with names that agree or nearly do, and how far apart their numbers are."""
    found = _facts(pairs, one, other).filter(~pl.col("other_name"))
    asked = found.filter(~pl.col("no_id") & ~pl.col("same_id")).select("left", "right", "same_name", "other_id")
    if numbers is None or asked.is_empty():
        return found.with_columns(near_id=pl.lit(False))
    texts = []
    for side, name in ((0, "left"), (1, "right")):
        refs = asked[name].unique().to_list()
        known = dict(zip(refs, numbers(side, refs), strict=True))
        texts.append([known[ref] for ref in asked[name]])
    # A new check digit makes one wrong digit two: it counts where the name is the very same.
    near = [bool(a and b) and differing_digits(a or "", b or "") <= (2 if exact else 1)
            for a, b, exact in zip(*texts, asked["same_name"], strict=True)]
    close = asked.select("left", "right", near_id=pl.Series(near, dtype=pl.Boolean))
    return found.join(close, on=["left", "right"], how="left").with_columns(pl.col("near_id").fill_null(False))


def _judged(found: pl.DataFrame, exact: pl.DataFrame, *, own: bool) -> pl.DataFrame:
    """Stages 3 and 4."""
    col = pl.col
    whole = col("same_name") & col("same_birth") & col("same_place")
    stage = (pl.when(whole & ~col("other_id") & ~col("other_guardian") & (col("no_id") | col("near_id"))).then(pl.lit("place_birth_name"))
             .when(col("near_id") & (~col("other_id") | col("same_birth") | col("same_place"))).then(pl.lit("near_id"))
             .when(whole).then(pl.lit("name_birth"))
             .when(col("other_id")).then(pl.lit(None, pl.String))
             .when(col("near_name") & col("same_birth") & (col("same_place") | col("same_guardian"))).then(pl.lit("near_name"))
             .when(col("same_name") & col("near_birth") & (col("same_place") | col("same_guardian"))).then(pl.lit("near_birth"))
             .when(col("same_name") & col("same_birth")).then(pl.lit("name_birth"))
             .when(col("same_name") & (col("same_place") | col("same_guardian"))
                   & (col("birth_l").is_null() | col("birth_r").is_null())).then(pl.lit("name_place")))
    found = found.with_columns(stage=stage).filter(pl.col("stage").is_not_null())
    found = found.with_columns(whole=whole)
    several = col("whole") & ((col("whole").sum().over("left") > 1) | (col("whole").sum().over("right") > 1))
    taken = pl.concat([exact["left"], exact["right"]]).unique() if own else None
    left_taken = exact["left"].unique() if taken is None else taken
    right_taken = exact["right"].unique() if taken is None else taken
    claimed = col("left").is_in(left_taken.implode()) | col("right").is_in(right_taken.implode())
    found = found.with_columns(several=several, claimed=claimed & col("whole"))
    certain = (col("stage") == "place_birth_name") & ~col("several") & ~col("claimed")
    return _said(found.with_columns(verdict=pl.when(certain).then(pl.lit(MATCH)).otherwise(pl.lit(REVIEW))))


def _said(found: pl.DataFrame) -> pl.DataFrame:
    """With the reasons as codes of `words.REASONS`."""
    said = pl.concat_list([pl.when(pl.col(name)).then(pl.lit(name)) for name in _REASONS]).list.drop_nulls()
    return found.with_columns(reasons=said)
