"""The ledgers of the running of aid: applications, batches, payments, cases, letters, and the hunt for children out of school."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Check, Field, Ledger, state_field
from core.tenancy.stages import INCLUDES, STAGES
from plugins.education_aid import models
from plugins.education_aid.permissions import Action
from plugins.education_aid.processes.admission import ROUND
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.processes.batches import BATCH
from plugins.education_aid.processes.dropout import DROPOUT
from plugins.education_aid.processes.letters import LETTER
from plugins.education_aid.rules import checking, hunting, words

AID, HUNT = "education_aid", "education_aid_hunt"
_STAGES = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)
_EARLIEST = dt.date(2000, 1, 1)
_MOST = 9_999_999


def _fixed(name: str, label: str, kind: str = "text", **options: Any) -> Field:
    """A column that people read and filter, and that is never entered by hand."""
    return Field(name, label, kind, editable=False, imported=False, **options)


def _page(endpoint: str, name: str) -> Any:
    return lambda row: url_for(f"education_aid.{endpoint}", code=g.unit.code, **{name: row.id})


PERSON = _fixed("person_id", N_("学生"), "person")
SCHOOL = _fixed("unit_id", N_("学校"), "unit", filter="unit")
HOME = _fixed("unit_id", N_("户籍村"), "unit", filter="unit")
YEAR = _fixed("school_year", N_("学年"), "school_year", filter="equal")
TERM = _fixed("term", N_("学期"), "term", filter="equal")
ITEM = _fixed("item_name", N_("资助项目"))
_CASE_STATES = (("open", N_("待办")), ("lettered", N_("已发函")), ("closed", N_("已销号")))

APPLICATIONS = Ledger(
    code="education_aid.applications", title=N_("资助申请"), one=N_("资助申请"), model=models.Application, group=AID, order=20,
    icon="file-text", read=Action.APPLICATION_READ, write=Action.APPLICATION_WRITE, export=Action.APPLICATION_EXPORT, process=APPLICATION,
    creatable=False, importable=False, removable=False, clause="EA-019", page=_page("application", "application_id"),
    help=N_("从应享明细生成，或者登记酌情资助；每个孩子每学期每个项目只有一份。"), title_of="item_name",
    fields=(
        PERSON, ITEM, _fixed("amount", N_("金额"), "yuan", total=True, measure="元"), state_field(APPLICATION, sort=True), SCHOOL,
        _fixed("class_name", N_("班级")), YEAR, TERM, _fixed("stage", N_("学段"), "choice", choices=_STAGES, filter="choice"),
        _fixed("kind", N_("类别"), "choice", choices=words.KINDS, filter="choice"),
        _fixed("form", N_("方式"), "choice", choices=words.FORMS, filter="choice"),
        _fixed("fund", N_("资金来源"), listed=False), _fixed("reason", N_("理由"), listed=False),
        _fixed("clause", N_("依据"), listed=False)))
PAYMENTS = Ledger(
    code="education_aid.payments", title=N_("资助发放"), one=N_("资助发放"), model=models.Payment, group=AID, order=30,
    icon="building-bank",
    read=Action.PAYMENT_READ, write=Action.PAYMENT_WRITE, export=Action.PAYMENT_EXPORT, creatable=False, importable=False,
    removable=False, clause="EA-049", help=N_("银行到账才算已享受；银行退回的为待重发。"), title_of="item_name",
    fields=(
        PERSON, ITEM, _fixed("amount", N_("金额"), "yuan", total=True, measure="元"),
        _fixed("state", N_("状态"), "choice", choices=words.PAYMENT_STATES, filter="choice", sort=True), SCHOOL, YEAR, TERM,
        _fixed("credited_on", N_("到账日期"), "date"), _fixed("tries", N_("发送次数"), "integer", measure="次"),
        _fixed("reason", N_("退回原因"))))
BATCHES = Ledger(
    code="education_aid.batches", title=N_("发放批次"), one=N_("发放批次"), model=models.Batch, group=AID, order=40, icon="building-bank",
    read=Action.PAYMENT_READ, write=Action.PAYMENT_WRITE, export=Action.PAYMENT_EXPORT, process=BATCH, creatable=False, importable=False,
    removable=False, clause="EA-049", page=_page("batch", "batch_id"), help=N_("一个批次一份银行文件，到账、退回都按批次核对。"),
    title_of="number",
    fields=(
        _fixed("number", N_("批次号")), _fixed("title", N_("名称")), state_field(BATCH, sort=True),
        _fixed("lines", N_("笔数"), "integer", measure="笔"),
        _fixed("total", N_("金额"), "yuan", total=True, measure="元"), _fixed("credited_count", N_("到账笔数"), "integer", measure="笔"),
        _fixed("credited_total", N_("到账金额"), "yuan", total=True, measure="元"),
        _fixed("returned_count", N_("退回笔数"), "integer", measure="笔"), _fixed("due_on", N_("应发日期"), "date"),
        _fixed("sent_on", N_("送银行日期"), "date"), _fixed("arrived_on", N_("回盘日期"), "date"), _fixed("unit_id", N_("单位"), "unit")))
CASES = Ledger(
    code="education_aid.cases", title=N_("应享未享"), one=N_("资助问题"), model=models.AidCase, group=AID, order=50, icon="alert-triangle",
    read=Action.CASE_READ, write=Action.CASE_WRITE, export=Action.CASE_EXPORT, creatable=False, importable=False, removable=False,
    clause="EA-060", page=_page("case", "case_id"), help=N_("按户籍县逐人核查，在外县就读的也在内；每件有责任人和期限，凭依据销号。"),
    title_of="item_name",
    fields=(
        PERSON, _fixed("kind", N_("问题"), "choice", choices=checking.KINDS, filter="choice"), ITEM,
        _fixed("due", N_("应享"), "yuan", total=True, measure="元"), _fixed("paid", N_("已发"), "yuan", total=True, measure="元"),
        _fixed("state", N_("状态"), "choice", choices=_CASE_STATES, filter="choice", sort=True), _fixed("school", N_("就读学校")),
        _fixed("outside", N_("在外县就读"), "yes_no", filter="equal"), HOME, YEAR, TERM,
        _fixed("why", N_("情况")), _fixed("owner", N_("责任人")),
        _fixed("found_on", N_("发现日期"), "date"), _fixed("due_on", N_("期限"), "date"), _fixed("closed_on", N_("销号日期"), "date"),
        _fixed("closing", N_("办理结果"), "choice", choices=checking.CLOSINGS), _fixed("evidence", N_("依据"), listed=False)))
LETTERS = Ledger(
    code="education_aid.letters", title=N_("联合发函"), one=N_("联合函"), model=models.Letter, group=AID, order=60, icon="mail",
    read=Action.LETTER_READ, write=Action.LETTER_WRITE, export=Action.CASE_EXPORT, process=LETTER, creatable=False, importable=False,
    removable=False, clause="EA-061", page=_page("letter", "letter_id"), help=N_("发出和收到的联合函；答复后自动回到原来的问题。"),
    title_of="number",
    fields=(
        _fixed("number", N_("文号")),
        _fixed("direction", N_("收发"), "choice", choices=(("out", N_("发出")), ("in", N_("收到"))), filter="choice"),
        _fixed("from_name", N_("发函单位"), listed=False), _fixed("to_name", N_("收函单位")), _fixed("name", N_("学生")), ITEM,
        _fixed("amount", N_("金额"), "yuan", measure="元"), state_field(LETTER, sort=True), _fixed("sent_on", N_("发函日期"), "date"),
        _fixed("due_on", N_("答复期限"), "date"), _fixed("replied_on", N_("答复日期"), "date", listed=False),
        _fixed("reply", N_("答复"), "choice", choices=words.LETTER_REPLIES),
        _fixed("reply_amount", N_("答复金额"), "yuan", measure="元", listed=False),
        _fixed("unit_id", N_("单位"), "unit", listed=False)))
DROPOUTS = Ledger(
    code="education_aid.dropout-cases", title=N_("失学辍学问题"), one=N_("失学辍学问题"), model=models.DropoutCase, group=HUNT, order=70,
    icon="user-search", read=Action.DROPOUT_READ, write=Action.DROPOUT_WRITE, export=Action.DROPOUT_EXPORT, process=DROPOUT,
    creatable=False, importable=False, removable=False, clause="EA-057", page=_page("dropout_case", "case_id"),
    help=N_("所有农户的适龄儿童少年逐村排查，不限建档立卡；凭依据销号。"), title_of="school",
    fields=(
        PERSON, _fixed("kind", N_("问题"), "choice", choices=hunting.KINDS, filter="choice"), state_field(DROPOUT, sort=True), HOME,
        _fixed("school", N_("原就读学校")), _fixed("category", N_("核查归类"), "choice", choices=hunting.CATEGORIES, filter="choice"),
        _fixed("reason", N_("原因"), "choice", choices=hunting.REASONS, filter="choice"), _fixed("owner", N_("责任人")),
        _fixed("found_on", N_("发现日期"), "date"), _fixed("due_on", N_("期限"), "date"), _fixed("closed_on", N_("销号日期"), "date"),
        _fixed("closing", N_("办理结果"), "choice", choices=hunting.CLOSINGS), _fixed("evidence", N_("依据"), listed=False),
        _fixed("note", N_("说明"), listed=False), YEAR, TERM))
PATCHES = Ledger(
    code="education_aid.dropout-patches", title=N_("划片包抓"), one=N_("划片责任"), model=models.DropoutPatch, group=HUNT, order=80,
    icon="map-pin", read=Action.DROPOUT_READ, write=Action.DROPOUT_WRITE, export=Action.DROPOUT_EXPORT, clause="EA-055",
    help=N_("每个村都要有人包抓；没有人的村列在排查台账里。"), levels=("village",), title_of="staff",
    fields=(
        Field("unit_id", N_("村"), "unit", required=True, filter="unit", aliases=("村名", "包抓村", "片区")),
        Field("staff", N_("责任教师"), required=True, most=80, filter="prefix", masked="name", aliases=("姓名", "教师", "包抓人")),
        Field("post", N_("职务"), most=60), Field("since", N_("开始日期"), "date", required=True, least=_EARLIEST, sort=True),
        Field("until", N_("结束日期"), "date", help=N_("仍在包抓的不填"))),
    checks=(Check(("since", "until"), "until", N_("结束日期须晚于开始日期"), lambda row: row["until"] <= row["since"]),))
REPORTS = Ledger(
    code="education_aid.dropout-reports", title=N_("控辍保学月报"), one=N_("月报"), model=models.DropoutReport, group=HUNT, order=90,
    icon="report", read=Action.DROPOUT_READ, write=Action.DROPOUT_WRITE, export=Action.DROPOUT_EXPORT, clause="EA-058", removable=False,
    help=N_("学校每月报一次在册、实到人数；实到少于在册又没有请假的，须逐人登记。"), title_of="month",
    fields=(
        Field("unit_id", N_("学校"), "unit", required=True, filter="unit", key=True),
        Field("month", N_("月份"), "month", required=True, key=True,
                                                                                filter="equal", sort=True),
        Field("register", N_("在册人数"), "integer", required=True, least=0, most=_MOST, total=True, measure="人", aliases=("在籍人数",)),
        Field("present", N_("实到人数"), "integer", required=True, least=0, most=_MOST, total=True, measure="人"),
        Field("on_leave", N_("请假人数"), "integer", least=0, most=_MOST, default=0, total=True, measure="人"),
        Field("dropped", N_("辍学人数"), "integer", least=0, most=_MOST, default=0, total=True, measure="人"),
        Field("returned", N_("劝返人数"), "integer", least=0, most=_MOST, default=0, total=True, measure="人"),
        Field("note", N_("说明"), "note", most=400, listed=False)),
    checks=(
        Check(("register", "present"), "present", N_("实到人数多于在册人数"), lambda row: row["present"] > row["register"]),
        Check(("register", "dropped"), "dropped", N_("辍学人数多于在册人数"), lambda row: row["dropped"] > row["register"]),
    ),
    prepare=lambda frame, session: frame.with_columns(
        pl.col(name).fill_null(0) for name in ("on_leave", "dropped", "returned") if name in frame.columns))
RUNNING = [APPLICATIONS, PAYMENTS, BATCHES, CASES, LETTERS, DROPOUTS, PATCHES, REPORTS]
PROCESSES = [APPLICATION, BATCH, LETTER, DROPOUT, ROUND]
