"""Giving is voluntary: the words by which a plan or a campaign could ask a fixed sum of anybody, refused."""

from __future__ import annotations

import re

from core.errors import N_

LAW = N_("《中华人民共和国公益事业捐赠法》第四条")
_SUM = r"[0-9０-９一二三四五六七八九十百千万两]+(?:\.[0-9]+)?\s*(?:万)?\s*(?:元|块)"
_WHO = r"(?:人|名|位|户|家|个?单位|名?教师|职工|干部|党员|学生|班级?|校|村|企业|个部门)"
#: 每人100元, 人均100元, 按在职人数每人不少于…, 处级干部500元
_PATTERNS = (
    rf"(?:每|按){_WHO}[^，。；]{{0,12}}?{_SUM}",
    rf"[人户]均[^，。；]{{0,8}}?{_SUM}",
    rf"(?:干部|党员|职工|教师|学生|单位|企业|书记|科级|处级)[^，。；不]{{0,6}}(?:不少于|不低于|至少|各捐|须捐|必须捐|应捐)[^，。；]{{0,4}}?{_SUM}",
    r"(?:捐款|捐赠|募捐)(?:任务|指标|目标)(?:数|额)?",
    r"(?:未捐|没有捐|没捐)[^，。；]{0,4}(?:名单|人员|单位|通报)",
    r"捐(?:款|赠)[^，。；]{0,6}(?:排名|排行|通报批评)",
)
_FOUND = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))
#: what says that there shall be none of it
_DENIED = re.compile(r"(?:不得|不搞|不下达|禁止|严禁|不设|没有|不作|不许|不能)[^，。；]{0,12}$")


def apportioned(text: str) -> str:
    """The words of a text that ask a fixed sum of somebody or shame who did not give, or "". A sentence that forbids
    it is no such thing."""
    for found in _FOUND.finditer(text):
        if not _DENIED.search(text[: found.start()]):
            return found[0]
    return ""
