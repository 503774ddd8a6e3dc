"""What the plugin publishes: who is proposed for aid, with what is needed to object and nothing more."""

from __future__ import annotations

from core.errors import N_
from core.host.notices import NoticeColumn, NoticeSpec
from plugins.education_aid.permissions import Action

APPLICATIONS = NoticeSpec(
    "education_aid.applications", N_("学生资助公示"),
    (NoticeColumn("name", N_("姓名"), mask="name"), NoticeColumn("class_name", N_("班级")), NoticeColumn("item", N_("资助项目")),
     NoticeColumn("amount", N_("金额（元）"), kind="yuan")),
    action=Action.APPLICATION_WRITE, person="person_id", clause="EA-019",
    summary=N_("拟资助的学生和金额，接受监督；有异议请在公示期内提出。"))
NOTICES = [APPLICATIONS]
