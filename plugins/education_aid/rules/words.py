"""Words of the running of aid: codes with what officials call them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from core.errors import N_
from core.extensions.phrases import phrase

_AUTUMN, _SPRING = 9, 3
#: the five papers of an archive (EA-019)
PARTS = (
    ("application", N_("申请")), ("assessment", N_("评定")), ("approval", N_("审批")), ("publicity", N_("公示")),
    ("voucher", N_("资金发放凭证")),
)
KINDS = (("entitled", N_("按方案应享")), ("discretionary", N_("酌情")))
FORMS = (
    ("cash", N_("现金")), ("reimbursement", N_("补助")), ("waiver", N_("减免")), ("in_kind", N_("实物")), ("discretionary", N_("酌情")),
)
#: forms that the bank pays out
PAID_BY_BANK = ("cash", "reimbursement", "discretionary")
PAYMENT_STATES = (
    ("waiting", N_("待编批")), ("sent", N_("已送银行")), ("credited", N_("已到账")), ("returned", N_("待重发")),
    ("void", N_("已作废")),
)
REPLIES = (("paid", N_("已发放")), ("unpaid", N_("没有发放")), ("unknown", N_("查无此人")))
#: of all items of a letter together
LETTER_REPLIES = (*REPLIES, ("partly", N_("部分已发放")))
TERMS = ((1, N_("秋季学期")), (2, N_("春季学期")))
_TITLE = phrase(N_("%(first)s—%(last)s 学年%(term)s"))


def term_title(school_year: int, term: int) -> str:
    """A term as people read it everywhere: 2019—2020 学年秋季学期."""
    return _TITLE(first=school_year, last=school_year + 1, term=dict(TERMS).get(term, ""))


def reply_of(replies: Collection[str]) -> str:
    """What the answers to the items of a letter come to."""
    given = set(replies)
    if "paid" in given:
        return "paid" if len(given) == 1 else "partly"
    return "unknown" if given == {"unknown"} else "unpaid"


def before(school_year: int, term: int) -> tuple[int, int]:
    """The term before."""
    return (school_year, 1) if term == 2 else (school_year - 1, 2)


def term_on(day: dt.date) -> tuple[int, int]:
    """The school year and term of a day: autumn from September, spring from March; the winter holidays are autumn's."""
    if day.month >= _AUTUMN:
        return day.year, 1
    return day.year - 1, 2 if day.month >= _SPRING else 1
