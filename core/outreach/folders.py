"""The archive folder of what a unit has done to make policies known."""

from __future__ import annotations

from core.errors import N_
from core.host.contract import FolderItem, FolderSpec

OUTREACH = FolderSpec("core.outreach", N_("政策宣讲档案"), "unit", (
    FolderItem("photo", N_("宣讲照片"), most=500, clause="EA-021"),
    FolderItem("copy", N_("播出、推送的截图或文稿"), required=False, most=500, clause="EA-021"),
    FolderItem("other", N_("其他"), required=False, most=200),
), clause="EA-021")
