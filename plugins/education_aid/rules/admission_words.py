"""Words of admission, loans, charges and targets: codes with what officials call them."""

from __future__ import annotations

from core.errors import N_

OUTCOMES = (("admitted", N_("录取")), ("refused", N_("未录取")))
REFERRAL_STATES = (("waiting", N_("待安排")), ("placed", N_("已入学")), ("declined", N_("本人放弃")))
LOAN_STATES = (("need", N_("有需要")), ("asked", N_("已申请")), ("granted", N_("已办成")), ("refused", N_("未批准")))
PERIODS = (("year", N_("学年")), ("term", N_("学期")), ("month", N_("月")), ("once", N_("一次")))
VERDICTS = {"met": N_("达标"), "missed": N_("未达标"), "open": N_("无法评定")}
