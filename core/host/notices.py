"""What plugins say about publicity: kinds of notices, duty clocks, and parts of a county's public site.

Plain values. `core.publicity` publishes, withdraws and counts; `core.publicity.services` is the way in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import N_

#: how a column may be shown in public. Numbers that identify a person have no rule here: 教财厅函〔2017〕28号 takes them off
#: every list, masked or not.
MASKS = frozenset({"", "name", "address"})
KINDS = frozenset({"text", "yuan", "integer", "date"})
#: 工作日 自然日 教学日 are the kinds of days of `core.calendar`
UNITS = ("工作日", "自然日", "教学日", "月")
AT_ONCE, NEXT_WORKING_DAY = "at_once", "next_working_day"


@dataclass(frozen=True)
class NoticeColumn:
    """A column that may be published: the key of the row, the label, the rule of its mask ("" shows it whole, name,
    address), and what it is: text, yuan, integer or date."""

    name: str
    label: str
    mask: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class NoticeSpec:
    """A kind of notice. Of a row only `columns` are ever read; whatever else it holds stays inside."""

    #: slug.noun of a plugin, core.noun of core
    code: str
    title: str
    columns: tuple[NoticeColumn, ...]
    #: the action under which opening and withdrawing stand on the trail
    action: str
    #: code of the plan's parameter that says how long, with its unit; empty: until it is withdrawn
    days: str = "publicity.days"
    #: the first day: at once, or the next working day
    starts: str = AT_ONCE
    clause: str = ""
    #: what it is for, as the public reads it
    summary: str = ""
    #: codes of the duty clocks that opening one for the same subject stops
    meets: tuple[str, ...] = ()
    #: whether the public may object on the page
    objections: bool = True
    #: the key under which a row names its person's id; never shown, but an erasure finds the row by it
    person: str = ""

    @property
    def slug(self) -> str:
        """The plugin it belongs to, or "core"."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Term:
    """Within so many days (工作日, 自然日, 教学日) or months (月) of an event, and who says so."""

    count: int
    unit: str
    source: str


@dataclass(frozen=True)
class ClockSpec:
    """A duty to publish within some time of an event: "publish donors within 30 working days of the campaign's end".
    `terms` are those of the law; a plan's own are given when the clock is started, and the earliest day binds."""

    #: slug.noun of a plugin, core.noun of core
    code: str
    title: str
    #: the event it counts from, in words
    event: str
    terms: tuple[Term, ...] = ()
    clause: str = ""

    @property
    def slug(self) -> str:
        """The plugin it belongs to, or "core"."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class PublicPart:
    """A part of a county's public page. Everything in it is text and is shown as text; what reads as an identity
    number, a bank card or a mobile number keeps the whole part off the page."""

    title: str
    #: the plugin's own public page, from `core.web.markers.public_blueprint`; none where empty
    url: str = ""
    #: label and value: "捐赠总额", "12,300.00 元"
    facts: tuple[tuple[str, str], ...] = ()
    #: a small table: the head, and its rows
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    order: int = 100


def notice_faults(specs: Iterable[NoticeSpec]) -> list[tuple[str, dict[str, str]]]:
    """What is wrong with kinds of notices: messages with their parameters."""
    faults: list[tuple[str, dict[str, str]]] = []
    for spec in specs:
        names = [column.name for column in spec.columns]
        if not names or len(set(names)) != len(names) or spec.starts not in (AT_ONCE, NEXT_WORKING_DAY):
            faults.append((N_("公示 %(code)s 没有可公开的列、列名重复，或者起算方式有误"), {"code": spec.code}))
        faults += [(N_("公示 %(code)s 的列 %(name)s 的类型或遮盖方式有误：证件号、卡号、手机号不得公示"),
                    {"code": spec.code, "name": column.name})
                   for column in spec.columns if column.mask not in MASKS or column.kind not in KINDS]
    return faults


def clock_faults(specs: Iterable[ClockSpec]) -> list[tuple[str, dict[str, str]]]:
    """What is wrong with duty clocks."""
    return [(N_("公示时限 %(code)s 的期限“%(count)s%(unit)s”有误，或者没有写明依据"),
             {"code": spec.code, "count": str(term.count), "unit": term.unit})
            for spec in specs for term in spec.terms if term_fault(term)]


def term_fault(term: Term) -> bool:
    """Whether a term cannot be counted."""
    return term.unit not in UNITS or term.count < 1 or not term.source.strip()
