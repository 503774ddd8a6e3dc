"""The ledgers of admission, loans, work beside study, charges and values of targets; what they must keep is the services'."""

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
from plugins.education_aid.rules import admission_words as words
from plugins.education_aid.services import admitting, charging, lending, targeting

#: they share tabs
GROUP = "education_aid_admission"
_STAGES = tuple((code, label) for code, label in STAGES.items() if code not in INCLUDES)
_EARLIEST = dt.date(2000, 1, 1)
_MOST = 9_999_999
_RIGHTS: dict[str, Any] = {"read": Action.ADMISSION_READ, "write": Action.ADMISSION_WRITE,
                           "export": Action.ADMISSION_EXPORT, "group": GROUP}


def _fixed(name: str, label: str, kind: str = "text", **options: Any) -> Field:
    """A column that people read and never enter."""
    return Field(name, label, kind, editable=False, imported=False, **options)


def _filled(**defaults: Any) -> Any:
    """Blanks of these columns as what they stand for."""
    return lambda frame, session: frame.with_columns(pl.col(name).fill_null(value) for name, value in defaults.items()
                                                     if name in frame.columns)


SCHOOL = Field("unit_id", N_("学校"), "unit", required=True, filter="unit")
YEAR = Field("school_year", N_("学年"), "school_year", required=True, filter="equal", sort=True)
STUDENT = Field("person_id", N_("学生"), "person", required=True, key=True)

ROUNDS = Ledger(
    code="education_aid.rounds", title=N_("录取批次"), one=N_("录取批次"), model=models.AdmissionRound, order=10, icon="school", **_RIGHTS,
    title_of="title", clause="EA-023", removable=False, importable=False, process=ROUND,
    page=lambda row: url_for("education_aid.admission_round", code=g.unit.code, round_id=row.id),
    help=N_("一个批次一个去向：名额和分数线在这里填，照顾谁、怎么照顾由方案决定。"),
    fields=(
        Field("title", N_("名称"), required=True, most=120), Field("code", N_("编号"), required=True, most=40, key=True),
        Field("unit_id", N_("单位"), "unit", required=True, filter="unit"),
        Field("destination", N_("去向"), required=True, most=80, help=N_("与方案中照顾条款的去向一致，如普通高中、公办学校")),
        YEAR, Field("term", N_("学期"), "term", required=True, filter="choice", help=N_("按这个学期的就读情况认定照顾对象")),
        Field("facts_on", N_("认定日期"), "date", required=True, least=_EARLIEST),
        Field("places", N_("名额"), "integer", required=True, least=0, most=_MOST, total=True, measure=N_("人")),
        Field("cutoff", N_("分数线"), "decimal", least=0, most=9999, help=N_("不按分数录取的不填")),
        Field("pool_cutoff", N_("单列分数线"), "decimal", least=0, most=9999, listed=False, help=N_("单独划线的填")),
        state_field(ROUND), _fixed("decided_on", N_("确定日期"), "date")))
APPLICANTS = Ledger(
    code="education_aid.applicants", title=N_("录取申请人"), one=N_("申请人"), model=models.Applicant, order=20, icon="users", **_RIGHTS,
    clause="EA-023", removable=False, on_written=admitting.guard_applicants, prepare=_filled(came=0),
    help=N_("成绩填原始分，照顾只降线、不加分；同一批次一人只有一条。"),
    fields=(
        Field("round", N_("批次编号"), required=True, most=40, key=True, filter="equal"), STUDENT, SCHOOL,
        Field("score", N_("成绩"), "decimal", least=0, most=9999), Field("came", N_("申请顺序"), "integer", least=0, most=_MOST),
        _fixed("outcome", N_("结果"), "choice", choices=words.OUTCOMES, filter="choice"), _fixed("reason", N_("理由"))))
REFERRALS = Ledger(
    code="education_aid.referrals", title=N_("转介职业教育"), one=N_("转介"), model=models.Referral, order=30, icon="arrow-right",
    **_RIGHTS, clause="EA-029", creatable=False, importable=False, removable=False,
    help=N_("未录取的毕业生逐人转介，办到入学或者本人放弃为止。"),
    fields=(
        _fixed("person_id", N_("学生"), "person"), _fixed("unit_id", N_("毕业学校"), "unit", filter="unit"),
        _fixed("round", N_("批次编号"), filter="equal"), _fixed("destination", N_("去向")), _fixed("clause", N_("依据")),
        _fixed("referred_on", N_("转介日期"), "date"),
        Field("state", N_("状态"), "choice", required=True, choices=words.REFERRAL_STATES, filter="choice", sort=True),
        Field("school", N_("入学学校"), most=120), Field("note", N_("说明"), most=200, listed=False)),
    checks=(Check(("state", "school"), "school", N_("已入学的须写明学校"),
                  lambda row: (row["state"] == "placed") & row["school"].is_null()),))
LOANS = Ledger(
    code="education_aid.loans", title=N_("助学贷款"), one=N_("贷款"), model=models.Loan, order=40, icon="coins", **_RIGHTS, clause="EA-036",
    removable=False, on_written=lending.settle, help=N_("登记每个有需要的学生；批准金额按方案当学年的上限算出，不用填。"),
    fields=(
        STUDENT, Field("unit_id", N_("学校或户籍村"), "unit", required=True, filter="unit"),
        Field("school_year", N_("学年"), "school_year", required=True, filter="equal", sort=True, key=True),
        Field("asked", N_("申请金额"), "yuan", least=0, most=_MOST, total=True, measure=N_("元")),
        Field("state", N_("状态"), "choice", required=True, choices=words.LOAN_STATES, filter="choice"),
        _fixed("granted", N_("可批金额"), "yuan", total=True, measure=N_("元")), _fixed("basis", N_("核定依据")),
        Field("bank", N_("银行"), most=60), Field("note", N_("说明"), most=200, listed=False)),
    checks=(Check(("state", "asked"), "asked", N_("已申请、已办成的须写明申请金额"),
                  lambda row: row["state"].is_in(["asked", "granted"]) & row["asked"].is_null()),))
WORK = Ledger(
    code="education_aid.work-study", title=N_("勤工俭学"), one=N_("岗位"), model=models.WorkStudy, order=50, icon="briefcase", **_RIGHTS,
    clause="EA-037", title_of="title", prepare=_filled(filled=0), help=N_("学校提供的勤工俭学岗位，一个岗位一条，合计在表下。"),
    fields=(
        Field("title", N_("岗位"), required=True, most=120), SCHOOL,
        Field("school_year", N_("学年"), "school_year", required=True, filter="equal"),
        Field("places", N_("人数"), "integer", required=True, least=1, most=_MOST, total=True, measure=N_("人")),
        Field("filled", N_("已上岗"), "integer", least=0, most=_MOST, total=True, measure=N_("人")),
        Field("pay", N_("月报酬"), "yuan", least=0, most=_MOST, measure=N_("元")),
        Field("since", N_("开始日期"), "date", required=True, least=_EARLIEST, sort=True)),
    checks=(Check(("places", "filled"), "filled", N_("已上岗人数多于岗位人数"), lambda row: row["filled"] > row["places"]),))
CHARGES = Ledger(
    code="education_aid.charges", title=N_("学校收费登记"), one=N_("收费项目"), model=models.Charge, order=60, icon="receipt", **_RIGHTS,
    clause="EA-048", title_of="title", on_written=charging.guard, help=N_("学校收的每一项费用；方案写明不许收的不能登记。"),
    fields=(
        Field("title", N_("收费项目"), required=True, most=120), SCHOOL,
        Field("stage", N_("学段"), "choice", required=True, choices=_STAGES, filter="choice"),
        Field("amount", N_("金额"), "yuan", required=True, least=0, most=_MOST, measure=N_("元")),
        Field("per", N_("每"), "choice", required=True, choices=words.PERIODS),
        Field("since", N_("开始日期"), "date", required=True, least=_EARLIEST, sort=True), Field("document", N_("收费依据"), most=200)))
VALUES = Ledger(
    code="education_aid.target-values", title=N_("目标填报"), one=N_("填报"), model=models.TargetValue, order=70, icon="chart-bar",
    **_RIGHTS, clause="EA-039", removable=False, on_written=targeting.guard,
    help=N_("目标的编号见“资助目标”；比例填分子和分母，两者相当的各填一个数；同一目标只由一级单位填，逐级都填会重复相加。"),
    fields=(
        Field("target", N_("目标编号"), required=True, most=60, key=True, filter="equal"),
        Field("year", N_("年度"), "integer", required=True, least=2000, most=2100, key=True, filter="equal", sort=True),
        Field("unit_id", N_("单位"), "unit", required=True, key=True, filter="unit"),
        Field("counted", N_("完成数（分子）"), "integer", required=True, least=0, most=999_999_999),
        Field("base", N_("分母或另一数"), "integer", least=0, most=999_999_999), Field("source", N_("数据来源"), most=200)))
ADMISSION = [ROUNDS, APPLICANTS, REFERRALS, LOANS, WORK, CHARGES, VALUES]
