"""The facts that conditions of aid may speak of, by the names plans use, each with the place it is read from."""

from __future__ import annotations

import datetime as dt

from core.conditions import CHOICE, DATE, FLAG, NUMBER, SET, Fact, vocabulary
from core.errors import N_
from core.registry.rules.statuses import KINDS
from core.registry.rules.words import DESTINATIONS, LOCALITIES, OWNER_LEVELS, OWNERSHIPS, SCHOOL_KINDS
from core.tenancy.stages import INCLUDES, STAGES
from plugins.education_aid.rules.items import HOLDS

#: kinds of a pupil's own fees, whose yearly amount a plan states for each school
FEES = (("tuition", N_("学费")), ("books", N_("教科书费")), ("dormitory", N_("住宿费")), ("care", N_("保教费")))
#: tiers of hardship, of the registry's group of statuses
TIERS = tuple((kind.code, kind.label) for kind in KINDS.values() if kind.group == "tier")
_STATUSES = tuple((kind.code, kind.label) for kind in KINDS.values())
#: what happened on a day that the registry knows: a status is an event on the day since which it holds
EVENTS = (("born", N_("出生")), ("enrolled", N_("入读")), ("left", N_("离校")), *_STATUSES)
_STAGES = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)
_ENROLMENT, _PERSON, _SCHOOL, _STATUS = N_("学籍就读台账"), N_("人员台账"), N_("学校情况台账"), N_("身份状态台账")
_AWARDS, _TAGS = N_("以前学期的应享明细"), N_("方案的单位名单")

VOCABULARY = vocabulary([
    Fact("stage", N_("学段"), CHOICE, _STAGES, {**INCLUDES, **{STAGES[code]: codes for code, codes in INCLUDES.items()}},
         source=_ENROLMENT),
    Fact("grade", N_("年级"), NUMBER, source=_ENROLMENT),
    Fact("boarding", N_("寄宿"), FLAG, source=_ENROLMENT),
    Fact("category", N_("身份类别"), SET, _STATUSES, source=_STATUS),
    Fact("tier", N_("困难等级"), CHOICE, TIERS, source=_STATUS),
    Fact("school_kind", N_("学校类别"), CHOICE, SCHOOL_KINDS, source=_SCHOOL),
    Fact("ownership", N_("办学性质"), CHOICE, OWNERSHIPS, source=_SCHOOL),
    Fact("owner", N_("学校隶属"), CHOICE, OWNER_LEVELS, source=_SCHOOL),
    Fact("approved", N_("学校经批准"), FLAG, source=_SCHOOL),
    Fact("locality", N_("学校城乡"), CHOICE, LOCALITIES, source=_SCHOOL),
    Fact("school", N_("学校所在"), SET, source=_ENROLMENT),
    Fact("home", N_("户籍地"), SET, source=_PERSON),
    Fact("school_tag", N_("学校所在的名单"), SET, source=_TAGS),
    Fact("home_tag", N_("户籍地所在的名单"), SET, source=_TAGS),
    Fact("elsewhere", N_("在外县就读"), FLAG, source=_ENROLMENT),
    Fact("destination", N_("毕业去向"), CHOICE, DESTINATIONS, source=_ENROLMENT),
    Fact("age", N_("年龄"), NUMBER, measure=N_("岁"), source=_PERSON),
    Fact("born", N_("出生日期"), DATE, source=_PERSON),
    Fact("at_university", N_("全家同时在高校就读"), NUMBER, measure=N_("人"), source=_ENROLMENT),
    Fact("age_at", N_("{}的年龄"), NUMBER, measure=N_("岁"), family=True, fits=lambda code: day_of(code, 2023) is not None, source=_PERSON),
    Fact("event_on", N_("{}的日期"), DATE, EVENTS, family=True, source=_STATUS),
    Fact("days_since", N_("{}起的天数"), NUMBER, EVENTS, measure=N_("天"), family=True, source=_STATUS),
    Fact(HOLDS, N_("本学期享受的项目"), SET, source=N_("本次测算和已批准的申请")),
    Fact("received", N_("以前享受过的项目"), SET, source=_AWARDS),
    Fact("received_terms", N_("“{}”已享受的学期数"), NUMBER, measure=N_("学期"), family=True, source=_AWARDS),
    Fact("received_years", N_("“{}”已享受的学年数"), NUMBER, measure=N_("学年"), family=True, source=_AWARDS),
    Fact("received_yuan", N_("“{}”已享受的金额"), NUMBER, measure=N_("元"), family=True, source=_AWARDS),
])
#: further facts an amount may need, which no condition asks
AMOUNT_FACTS = {**{f"fee_{code}": label for code, label in FEES}, "attended_days": N_("在校天数")}


def day_of(code: str, school_year: int) -> dt.date | None:
    """The day of a fact that names one: 2016-08-31, or 08-31 of the year in which the school year begins."""
    try:
        return dt.date.fromisoformat(f"{school_year}-{code}" if len(code) == len("08-31") else code)
    except ValueError:
        return None


def fact_of(name: str) -> Fact | None:
    """A fact by the name the engines use: `grade`, or of a family `days_since.disaster`."""
    base, _, code = name.partition(".")
    found = VOCABULARY.get(base)
    return found.member(code) if found is not None and code else found


def title_of(name: str) -> str:
    """What officials call a fact."""
    fact = fact_of(name)
    return AMOUNT_FACTS.get(name, name) if fact is None else fact.title


def source_of(name: str) -> str:
    """Where a fact is read from, as officials call it; the fees stand in the plan."""
    fact = fact_of(name)
    return fact.source if fact is not None else N_("方案的学校收费")
