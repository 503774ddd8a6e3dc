"""The words of made-up people: names nobody has, and choices with their shares."""

from __future__ import annotations

import polars as pl

STEMS = tuple("甲乙丙丁戊己庚辛壬癸")
#: of mothers, so that a couple is not taken for brother and sister
OTHER_STEMS = tuple("金木水火土日月星辰宙")
CHILDREN = tuple("子丑寅卯")
DIGITS = tuple("〇一二三四五六七八九")
#: 1 in 100 names has a character that many systems lack
RARE = "䶮"

ETHNICITIES = (("汉族", .62), ("苗族", .12), ("布依族", .1), ("侗族", .05), ("土家族", .05), ("彝族", .03), ("回族", .02),
               ("维吾尔族", .01))
KINDS = (("general", .72), ("poor", .14), ("poor_allowance", .05), ("allowance", .09))
CAUSES = (("illness", .33), ("schooling", .16), ("no_skill", .15), ("no_money", .12), ("disability", .1), ("no_labour", .08),
          ("disaster", .04), ("transport", .02))
STRUCTURES = (("brick_concrete", .6), ("brick_wood", .2), ("earth_wood", .1), ("wood", .07), ("stone", .03))
SCHOOLINGS = (("primary", .35), ("junior", .4), ("senior", .1), ("vocational", .05), ("none", .07), ("college", .03))
HEALTHS = (("healthy", .9), ("chronic", .05), ("serious", .015), ("disabled", .035))
WORKS = (("none", .4), ("township", .12), ("county", .13), ("province", .1), ("elsewhere", .23), ("other", .02))
#: of those insured: for medical treatment, and of adults for old age
TREATED, PENSIONED = .97, .8
ESTABLISHMENTS = (("public", .78), ("special_post", .08), ("contract", .1), ("substitute", .04))
RANKS = (("二级教师", .35), ("一级教师", .4), ("高级教师", .15), ("三级教师", .1))
HELPER_POSTS = (("测试科员", .6), ("测试股长", .25), ("测试副镇长", .15))
CONSENTS = (("written", .6), ("electronic", .2), ("statutory", .12), ("", .08))
#: where people go to work, and their children with them
FAR_AWAY = (("44", .45), ("33", .25), ("35", .15), ("32", .15))


def numerals(number: pl.Expr) -> pl.Expr:
    """0123 as 〇一二三: a name may hold no digits."""
    return number.cast(pl.String).str.zfill(4).str.replace_many(list("0123456789"), list(DIGITS))


def one_of(words: tuple[str, ...], at: pl.Expr) -> pl.Expr:
    """The word at a place, beginning again after the last."""
    return (at % len(words)).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)
