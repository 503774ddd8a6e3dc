"""Archive folders of aid: a child's five papers, papers that serve a whole school or batch, evidence of the hunt, needs and measures."""

from __future__ import annotations

from core.errors import N_
from core.host.contract import FolderItem, FolderSpec
from plugins.education_aid.rules.words import PARTS

CHILD = FolderSpec("education_aid.archive", N_("资助档案"), "person",
                   tuple(FolderItem(code, title, required=False, most=200, clause="EA-019") for code, title in PARTS), clause="EA-019")
UNIT = FolderSpec("education_aid.papers", N_("资助公示与发放凭证"), "unit",
                  tuple(FolderItem(code, title, required=False, most=2_000, clause="EA-019") for code, title in PARTS), clause="EA-019")
HUNT = FolderSpec("education_aid.hunt", N_("控辍保学材料"), "person", (
    FolderItem("evidence", N_("销号依据"), required=False, most=200, clause="EA-054"),
    FolderItem("visits", N_("劝返记录"), required=False, most=200, clause="EA-054"),
), clause="EA-054")
NEEDS = FolderSpec("education_aid.needs", N_("一人一档：困难与帮扶"), "person", (
    FolderItem("survey", N_("困难学生调查表"), most=50, clause="EA-073"),
    FolderItem("measures", N_("措施落实材料"), most=200, clause="EA-074"),
    FolderItem("other", N_("其他"), required=False, most=200),
), clause="EA-074")
FOLDERS = [CHILD, UNIT, HUNT, NEEDS]
