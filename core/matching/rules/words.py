"""What the rules and the pages say in words: reasons of a pair, kinds of outside lists, decisions."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import N_

#: why a pair is shown, or what speaks against it; the order is that of reading
REASONS = {
    "same_id": N_("证件号一致"),
    "near_id": N_("证件号只差一两位，可能抄错"),
    "other_id": N_("两边的证件号都有效，但不相同"),
    "faulty_id": N_("有一边的证件号校验不符"),
    "no_id": N_("有一边没有证件号"),
    "same_name": N_("姓名一致"),
    "near_name": N_("姓名相近（同音、间隔号、缺字或生僻字）"),
    "other_name": N_("姓名不同"),
    "same_birth": N_("出生日期一致"),
    "near_birth": N_("出生日期相近"),
    "other_birth": N_("出生日期不同"),
    "same_place": N_("村或学校一致"),
    "same_guardian": N_("监护人一致"),
    "other_guardian": N_("监护人不同"),
    "several": N_("有不止一人符合，不能自动认定"),
    "claimed": N_("这个证件号或这条记录已对上另一条，不能自动认定"),
    "remembered": N_("以前已认定为同一人"),
}
#: how a pair was found
STAGES = {
    "id_name": N_("证件号、姓名一致"),
    "place_birth_name": N_("村（校）、出生日期、姓名一致"),
    "id": N_("证件号一致，姓名或出生日期不同"),
    "near_id": N_("证件号相近"),
    "near_name": N_("姓名相近"),
    "near_birth": N_("出生日期相近"),
    "name_birth": N_("姓名、出生日期一致"),
    "name_place": N_("姓名和村（校）一致"),
    "neighbour": N_("外县有同一证件号"),
}
#: the kinds of outside lists that the plans name
KINDS = {
    "school": N_("学校库"),
    "national_aid": N_("全国学生资助系统"),
    "filing": N_("省建档立卡系统"),
    "poverty": N_("扶贫人口库"),
    "civil_affairs": N_("民政低保"),
    "police": N_("公安户籍"),
    "disabled": N_("残联"),
    "other": N_("其他名单"),
}
#: lists made by schools: their rows belong to the school rather than to the village
OF_SCHOOLS = frozenset({"school", "national_aid"})
STATES = {
    "open": (N_("待核"), "warning"),
    "later": (N_("稍后再核"), "info"),
    "match": (N_("同一人"), "success"),
    "different": (N_("不是同一人"), "plain"),
}
CASE_KINDS = {"registry": N_("本库疑似重复"), "source": N_("名单与本库"), "neighbour": N_("两县之间")}
ID_FAULTS = {
    "length": N_("证件号位数不对"),
    "checksum": N_("证件号校验不符"),
    "birth": N_("证件号中的日期不存在"),
    "lost": N_("证件号存成数字，末几位已丢失"),
}


def in_words(reasons: Iterable[str]) -> list[str]:
    """Reasons as people read them, in the order of reading."""
    given = set(reasons)
    return [text for code, text in REASONS.items() if code in given]
