"""The facts that conditions of aid may speak of, by the names plans use."""

from __future__ import annotations

from core.conditions import CHOICE, DATE, FLAG, NUMBER, SET, Fact, vocabulary
from core.errors import N_
from core.registry.rules.statuses import KINDS
from core.registry.rules.words import OWNER_LEVELS, OWNERSHIPS, SCHOOL_KINDS
from core.tenancy.stages import INCLUDES, STAGES

#: kinds of a pupil's own fees, whose yearly amount a plan states for each school
FEES = (("tuition", N_("学费")), ("books", N_("教科书费")), ("dormitory", N_("住宿费")), ("care", N_("保教费")))
#: tiers of hardship, of the registry's group of statuses
TIERS = tuple((kind.code, kind.label) for kind in KINDS.values() if kind.group == "tier")
_STAGES = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)

VOCABULARY = vocabulary([
    Fact("stage", N_("学段"), CHOICE, _STAGES, {**INCLUDES, **{STAGES[code]: codes for code, codes in INCLUDES.items()}}),
    Fact("grade", N_("年级"), NUMBER),
    Fact("boarding", N_("寄宿"), FLAG),
    Fact("category", N_("身份类别"), SET, tuple((kind.code, kind.label) for kind in KINDS.values())),
    Fact("tier", N_("困难等级"), CHOICE, TIERS),
    Fact("school_kind", N_("学校类别"), CHOICE, SCHOOL_KINDS),
    Fact("ownership", N_("办学性质"), CHOICE, OWNERSHIPS),
    Fact("owner", N_("学校隶属"), CHOICE, OWNER_LEVELS),
    Fact("approved", N_("学校经批准"), FLAG),
    Fact("school", N_("学校所在"), SET),
    Fact("home", N_("户籍地"), SET),
    Fact("school_tag", N_("学校所在的名单"), SET),
    Fact("home_tag", N_("户籍地所在的名单"), SET),
    Fact("elsewhere", N_("在外县就读"), FLAG),
    Fact("age", N_("年龄"), NUMBER, measure=N_("岁")),
    Fact("born", N_("出生日期"), DATE),
    Fact("at_university", N_("全家同时在高校就读"), NUMBER, measure=N_("人")),
])
#: further facts an amount may need, which no condition asks
AMOUNT_FACTS = {**{f"fee_{code}": label for code, label in FEES}, "attended_days": N_("在校天数")}


def title_of(fact: str) -> str:
    """What officials call a fact."""
    return VOCABULARY[fact].title if fact in VOCABULARY else AMOUNT_FACTS.get(fact, fact)
