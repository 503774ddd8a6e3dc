"""What can be wrong with a profile: one rule id per kind of fault, and the shape of a fault."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import N_, InvalidInput

ERROR = "error"
WARNING = "warning"

#: every rule of the grammar in one sentence; the help page and tenants/README.md are checked against it
RULES: dict[str, str] = {
    "encoding": N_("文件须为 UTF-8 编码（可带 BOM）"),
    "syntax": N_("须符合 TOML 语法"),
    "schema-version": N_("文件首行须为 schema = 1"),
    "duplicate-key": N_("同一个表内键名不得重复"),
    "unknown-key": N_("不得出现语法之外的键或章节；未安装插件的章节同样拒收"),
    "missing-key": N_("必填的键不得缺少"),
    "wrong-type": N_("值的类型或取值须合乎语法"),
    "bare-mask": N_('原文遮盖的数字、日期须写成 { state = "masked", printed = … }，不得当作普通文字'),
    "unknown-state": N_("状态只能是 masked、pending、unspecified，并照录原文 printed"),
    "state-not-allowed": N_("编码、条款等识别用的键不得写成状态"),
    "impossible-date": N_("日期须真实存在"),
    "date-order": N_("开始日期不得晚于结束日期"),
    "starts-note": N_("成文日期被遮盖时，执行起始日由我们认定，须在 note 中说明"),
    "duplicate-code": N_("同一章节内，同一编码在同一时段只能出现一次"),
    "no-clause": N_("每一条目须注明条款"),
    "amount-without-clause": N_("任何金额须注明条款"),
    "clause-not-listed": N_("所引条款须在 [[clause]] 中列出并摘录原文"),
    "document-not-listed": N_("条款所属文件须在 [[document]] 中列出"),
    "unit-unknown": N_("单位代码须存在于区划与单位树"),
    "unit-name": N_("名称须与该代码的单位名称一致"),
    "unit-place": N_("虚构单位或新设学校须写明 under、kind，其上级须存在"),
    "unit-unchecked": N_("没有区划数据可对照，单位代码未核对"),
    "programme-not-national": N_("项目清单只能由全国基础方案列出"),
    "plugin-unknown": N_("方案采用的插件须在项目清单之内或已安装"),
    "plugin-not-installed": N_("方案采用的插件尚未安装，列为待安装"),
    "plugin-requires": N_("插件所依赖的插件须一并采用"),
    "plugin-not-used": N_("出现某插件的章节，方案须采用该插件"),
    "unknown-stage": N_("学段编码须为共用学段编码"),
    "phase-overlap": N_("阶段之间不得重叠"),
    "phase-gap": N_("阶段之间不得留有空档"),
    "phase-precision": N_("按月、按年的阶段须起于首日、止于末日"),
    "milestone-order": N_("节点目标的日期须逐个后延，且不早于方案执行起始日"),
    "report-due-masked": N_("报送期限被遮盖：暂不提醒，待核实后补填"),
    "duty-without-body": N_("任务没有责任部门，列入缺口"),
    "committee-seats": N_("领导小组席位须写明职务与人数，常务人数不超过该职务人数"),
    "committee-total": N_("席位合计须与 total 相符"),
    "tag-count": N_("名单个数须与 count 相符"),
    "unknown-value": N_("[[value]] 只能使用已登记的参数编码"),
    "value-unit": N_("参数须写明计量单位，且为该参数允许的单位"),
    "layer-fixed": N_("上级规定为固定值的，下级不得改动"),
    "layer-floor": N_("不得低于上级规定的下限"),
    "layer-ceiling": N_("不得高于上级规定的上限"),
    "layer-unit": N_("与上级的计量单位不同，无法与上下限比较"),
    "apportionment": N_("捐赠应当自愿，禁止摊派或者变相摊派（《中华人民共和国公益事业捐赠法》第四条）"),
}


@dataclass(frozen=True)
class ProfileProblem:
    """One fault of a profile: where it stands, which clause it concerns, which rule refuses it and why."""

    file: str
    line: int
    key: str
    clause: str
    rule: str
    message: str
    severity: str = ERROR

    def as_dict(self) -> dict[str, object]:
        """The shape printed by `bangfu plan check --json`."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "clause": self.clause,
            "rule": self.rule,
            "message": self.message,
            "severity": self.severity,
        }


class ProfileRefused(InvalidInput):
    """The profile has faults; the running plan stays as it is."""

    title = N_("方案未通过检查")

    def __init__(self, problems: list[ProfileProblem]) -> None:
        self.problems = problems
        first = next(problem for problem in problems if problem.severity == ERROR)
        super().__init__(
            N_("方案未通过检查，现行方案不变：第 %(line)d 行 %(key)s，%(message)s（共 %(count)d 处）"),
            line=first.line,
            key=first.key,
            message=first.message,
            count=sum(problem.severity == ERROR for problem in problems),
        )
