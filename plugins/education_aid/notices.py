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
ROUNDS = NoticeSpec(
    "education_aid.rounds", N_("录取结果公示"),
    (NoticeColumn("rank", N_("序号"), kind="integer"), NoticeColumn("name", N_("姓名"), mask="name"),
     NoticeColumn("school", N_("毕业学校"))),
    action=Action.ADMISSION_WRITE, person="person_id", clause="EA-023",
    summary=N_("拟录取的学生，接受监督；有异议请在公示期内提出。"))
NOTICES = [APPLICATIONS, ROUNDS]
