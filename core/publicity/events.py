"""What other systems may hear of publicity."""

from __future__ import annotations

from core.errors import N_
from core.host.contract import EventSpec

OPENED, ENDED, OBJECTED, ANSWERED = ("core.notice.opened", "core.notice.ended", "core.objection.made",
                                     "core.objection.answered")
_NOTICE = {"notice": N_("公示的编号"), "subject": N_("所公示的事项")}
EVENTS = [
    EventSpec(OPENED, N_("发布了公示"), {**_NOTICE, "closes_on": N_("截止日，长期公示为空")}),
    EventSpec(ENDED, N_("公示结束或撤下"), {**_NOTICE, "state": N_("closed 期满，withdrawn 撤下")}),
    EventSpec(OBJECTED, N_("收到公示异议"), {**_NOTICE, "objection": N_("异议的编号")}),
    EventSpec(ANSWERED, N_("答复了公示异议"), {
        **_NOTICE, "objection": N_("异议的编号"),
        "state": N_("upheld 成立，rejected 不成立，noted 已说明")}),
]
