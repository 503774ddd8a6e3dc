"""How entries read in Chinese, and what the workbench says of a plan."""

from __future__ import annotations

import datetime as dt

import pytest

from core.tenancy.desk import reminders
from core.tenancy.entries import as_json, describe
from core.tenancy.grammar import Grammar, grammar
from core.tenancy.grammar.wording import key_words
from tests.factories.tenancy import checked

HEAD = '[[{0}]]\ncode = "c"\nname = "名"\nclause = "一"\n'
MASKED = '{ state = "masked", printed = "20xx年" }'


@pytest.mark.parametrize(("section", "own", "says"), [
    ("phase", "from = 2016-09-01\nto = 2016-09-30\n", "2016-09-01 至 2016-09-30（30 天）"),
    ("phase", 'from = "2016-06"\nto = "2016-07"\nprecision = "month"\n', "2016-06-01 至 2016-07-31（2 个月）"),
    ("phase", f"from = 2016-09-01\nto = {MASKED}\n", "2016-09-01 至 原文遮盖（“20xx年”）"),
    ("milestone", 'due = { months = 12 }\ntarget = "一年见成效"\n', "一年见成效；期限 起始后 12 个月"),
    ("milestone", "due = 2017\n", "期限 2017-12-31"),
    ("milestone", f"due = {MASKED}\n", "期限 原文遮盖（“20xx年”）"),
    ("duty", 'body = ["基教科", "计财科"]\nlevel = "county"\npart = "support"\n', "县级：基教科、计财科（配合）"),
    ("duty", "", "没有责任部门（缺口）"),
    ("report", 'by = "学校"\nto = "局"\ndue = "10-20"\nform = "文字和图片"\n', "学校 报 局，期限 每年 10-20，文字和图片"),
    ("report", 'by = "学校"\nto = "局"\ndue = { every = "month", day = 25 }\n', "学校 报 局，期限 每月 25 日前"),
    ("report", 'by = "学校"\nto = "局"\ndue = { every = "week" }\n', "学校 报 局，期限 每周"),
    ("meeting", 'every = "week"\nby = "办公室"\n', "每周，由办公室召集"),
    ("meeting", 'every = { state = "unspecified" }\n', "原文未写明"),
    ("committee", 'seats = [{ post = "组长" }, { post = "副组长", count = 8, standing = 1 }]\noffice = "基教科"\n',
     "组长 1 人、副组长 8 人（其中常务 1 人），共 9 人；办公室设在基教科"),
    ("committee", 'seats = [{ post = "成员", count = { state = "masked", printed = "x人" } }]\n'
                  'members = { state = "unspecified", printed = "名单附后" }\n',
     "成员 人数原文遮盖（“x人”）；名单原文未写明（“名单附后”）"),
    ("committee", 'seats = { state = "pending", printed = "另行通知" }\n', "席位待定（“另行通知”）"),
    ("contact", 'per = "school"\n', "每个学校一名"),
    ("contact", 'per = "county"\nnamed = [{ unit = "990101" }]\n', "每个县一名，已报 1 个"),
    ("contact", 'per = { state = "unspecified" }\n', "原文未写明"),
    ("tag", 'units = ["990101"]\n', "共 1 个单位"),
    ("tag", "count = 58\n", "共 58 个单位，名单未列"),
    ("tag", "", "名单未列"),
    ("tag", 'units = { state = "masked", printed = "名单略" }\n', "原文遮盖（“名单略”）"),
    ("plugin", "", ""),
])
def test_an_entry_reads_as_an_official_would_say_it(section: str, own: str, says: str) -> None:
    found = checked(HEAD.format(section) + own if section != "plugin" else '[[plugin]]\ncode = "c"\nclause = "一"\n')
    assert found.profile is not None, found.errors
    assert describe(as_json(found.profile.entries[0]), grammar()) == says


def test_programmes_and_stages_read_by_their_titles() -> None:
    national = checked('[[programme]]\ncode = "aid"\ntitle = "学生资助"\nsummary = "各学段"\n', unit="00", name="全国").profile
    stage = checked('[[stage]]\ncode = "primary"\nlabel = "完小"\nclause = "一"\n').profile
    assert national is not None
    assert stage is not None
    assert describe(as_json(national.entries[0]), grammar()) == "学生资助：各学段"
    assert describe(as_json(stage.entries[0]), grammar()) == "“完小”即小学（primary）"
    assert (grammar().title("value"), Grammar({}).title("gone.item")) == ("参数", "gone.item")


def test_keys_are_named_as_officials_name_them() -> None:
    assert key_words("seats[2].count") == "席位第 2 项的人数"
    assert key_words("amount.fixed") == "amount的fixed"


def test_reports_due_soon_are_announced_and_masked_ones_never() -> None:
    report = '[[report]]\ncode = "{0}"\nname = "{0}"\nclause = "一"\nby = "校"\nto = "局"\ndue = {1}\n'
    profile = checked(report.format("autumn", '"10-20"'), report.format("masked", MASKED),
                      report.format("january", '"01-05"'), report.format("later", '"10-20"\nfrom = 2020-01-01')).profile
    assert profile is not None

    def announced(day: dt.date) -> list[tuple[dt.date, str]]:
        return [(due, entry.code) for due, entry in reminders(profile.section("report"), day)]

    assert announced(dt.date(2017, 10, 1)) == [(dt.date(2017, 10, 20), "autumn")]
    assert announced(dt.date(2017, 10, 21)) == []
    assert announced(dt.date(2017, 12, 20)) == [(dt.date(2018, 1, 5), "january")]
    assert announced(dt.date(2020, 10, 20)) == [(dt.date(2020, 10, 20), "autumn"), (dt.date(2020, 10, 20), "later")]
