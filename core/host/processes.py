"""How a process is declared: states and steps as plain values. `core.processes` judges, takes and remembers the steps.

A process of core has the code `core.<noun>`, a plugin's `<slug>.<noun>`; the noun is part of its addresses. A ledger whose
records go through a process names it: `Ledger(…, process=PROCESS)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.extensions import Actor
    from core.host.manager import PluginHost

#: names of what is no step but stands among the steps a record has gone: its registration, and a correction while frozen
BEGIN, CORRECT = "begin", "correct"
#: the longest code of a state or step
LONGEST = 16
#: the units in which a deadline is counted: those of `core.calendar.DayKind.of_unit`
WORKING = "工作日"
_NEEDED = ("tenant_id", "id", "unit_id", "version", "state")
_STATUSES = ("plain", "info", "success", "warning", "danger")


@dataclass(frozen=True)
class State:
    """Where a record stands. `status` is the colour of its badge: plain, info, success, warning or danger. In a `frozen`
    state a record changes only by a correction; a `final` state has no steps out of it."""

    code: str
    title: str
    status: str = "plain"
    final: bool = False
    frozen: bool = False


@dataclass(frozen=True)
class Deadline:
    """Within how many days a step is due, counted from when the record entered the state that the step leaves.

    `days` is a number with its `unit` (工作日, 自然日, 教学日), or the code of an entry of the plan (by default a
    `[[value]]`) whose `key` is the number and whose `unit`, where it has one, prevails. A plan that does not say the number
    sets no deadline: nothing is guessed. With `column` the record names the day itself, in that column: a measure promised
    by its owner, or a term set by whoever found the problem.
    """

    days: int | str = 0
    unit: str = WORKING
    clause: str = ""
    section: str = "value"
    key: str = "value"
    column: str = ""


@dataclass(frozen=True)
class Step:
    """One step from one of `sources` to `target`, for those who hold `action` where the record stands."""

    code: str
    #: as the button says it: 提交, 审批, 退回
    title: str
    sources: tuple[str, ...]
    target: str
    action: str
    #: earlier steps (or BEGIN, the registration) whose doer may not do this one as well
    not_by: tuple[str, ...] = ()
    #: only whoever did the latest of these steps may do this one: a submission is withdrawn by the submitter
    only_by: tuple[str, ...] = ()
    #: a reason must be given
    reason: bool = False
    #: leads back: a return or withdrawal, shown as the lesser button
    back: bool = False
    #: what is still missing before this record may go the step, as Chinese phrases; empty: nothing
    needs: Callable[[Session, Any], list[str]] | None = None
    deadline: Deadline | None = None
    #: may be done for many records at once
    bulk: bool = True
    #: a question to answer before the step is done
    confirm: str = ""
    clause: str = ""
    #: the column with the id of the unit where the action must be held instead of where the record stands: a problem that
    #: a city raised is closed by the city
    at: str = ""


@dataclass(frozen=True)
class Process:
    """A process: from this core makes buttons, bulk steps, timeline, to-dos, deadlines and the list of what is overdue.

    The model is tenant-scoped and has `id`, `unit_id`, `version: int` and `state: String(16)` whose default is `initial`,
    with an index (tenant_id, state, id). With `removed_at`, removed records wait for nobody.
    """

    #: "donations.certificate": slug.noun
    code: str
    #: 捐赠证书审批, and one record of it: 证书
    title: str
    one: str
    model: type[Any]
    #: the action by which people see records with their timeline
    read: str
    states: tuple[State, ...]
    initial: str
    steps: tuple[Step, ...]
    #: what to call a record in lists of work
    name_of: Callable[[Any], str]
    #: that name tells who a person is: the trail, which nobody can clean after an erasure, leaves it out
    personal: bool = True
    #: the page of one record, given the code of the working unit; none: the record page of its ledger
    page: Callable[[Any, str], str] | None = None
    #: called in the transaction after a record went a step: session, host (None in tools and tests), record, step, actor
    on_step: Callable[[Session, PluginHost | None, Any, Step, Actor], None] | None = None
    #: the step whose doer counts as the submitter (the fact `is_submitter` of access rules); empty: the first one that
    #: leads out of the initial state
    submit: str = ""
    #: the action by which a frozen record may be corrected, with a reason; empty: not at all
    correct: str = ""
    clause: str = ""
    help: str = ""

    @property
    def slug(self) -> str:
        """The plugin it belongs to, or "core"."""
        return self.code.partition(".")[0]

    @property
    def noun(self) -> str:
        """Its name in addresses."""
        return self.code.partition(".")[2]

    @property
    def endpoint(self) -> str:
        """The name of its blueprint of pages."""
        return f"process-{self.slug}-{self.noun}"

    def state(self, code: str) -> State:
        """A state by code; one that is no longer declared is shown by its code."""
        return next((state for state in self.states if state.code == code), State(code, code))

    def step(self, code: str) -> Step | None:
        """A step by code."""
        return next((step for step in self.steps if step.code == code), None)

    def step_title(self, code: str) -> str:
        """How a step is called, whether it is still declared or not."""
        step = self.step(code)
        return step.title if step else {BEGIN: N_("登记"), CORRECT: N_("更正")}.get(code, code)

    def leaving(self, state: str) -> list[Step]:
        """The steps that lead out of a state, in their order."""
        return [step for step in self.steps if state in step.sources]

    @property
    def actions(self) -> tuple[str, ...]:
        """The codes of all actions it asks for."""
        named = (self.read, *(step.action for step in self.steps), self.correct)
        return tuple(dict.fromkeys(str(action) for action in named if action))

    @property
    def frozen(self) -> frozenset[str]:
        """The states in which a record changes only by a correction."""
        return frozenset(state.code for state in self.states if state.frozen)

    @property
    def submits(self) -> str:
        """The code of the step that counts as the submission."""
        return self.submit or next((step.code for step in self.steps if self.initial in step.sources and not step.back), BEGIN)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(code, Chinese label) of the states, as a ledger's field takes them."""
        return tuple((state.code, state.title) for state in self.states)


def process_faults(process: Process) -> list[tuple[str, dict[str, str]]]:
    """What is wrong with a declaration: messages with their parameters, empty where all is well."""
    where = {"code": process.code}
    missing = [name for name in _NEEDED if name not in process.model.__table__.columns]
    faults = [(N_("流程 %(code)s 的表缺少列 %(column)s"), {**where, "column": "、".join(missing)})] if missing else []
    if not missing and not any([column.name for column in index.columns][:2] == ["tenant_id", "state"]
                               for index in process.model.__table__.indexes):
        faults.append((N_("流程 %(code)s 的表须有索引（tenant_id, state, id）"), where))
    codes = [state.code for state in process.states]
    steps = [step.code for step in process.steps]
    names = [*codes, *steps]
    if len({*codes}) != len(codes) or len({*steps}) != len(steps) or {BEGIN, CORRECT} & {*steps} or process.initial not in codes:
        faults.append((N_("流程 %(code)s 的状态或步骤重复、占用了保留的名称，或者没有初始状态"), where))
    if any(len(name) > LONGEST for name in names) or any(state.status not in _STATUSES for state in process.states):
        faults.append((N_("流程 %(code)s 的状态或步骤代码超过 16 个字符，或者状态的颜色有误"), where))
    for step in process.steps:
        faults += _step_faults(process, step, {*codes}, {*steps, BEGIN})
    return faults


def _step_faults(process: Process, step: Step, codes: set[str], steps: set[str]) -> list[tuple[str, dict[str, str]]]:
    where = {"code": process.code, "step": step.code}
    faults = []
    if not step.sources or {*step.sources, step.target} - codes or {*step.not_by, *step.only_by} - steps:
        faults.append((N_("流程 %(code)s 的步骤 %(step)s 提到没有的状态或步骤"), where))
    if any(process.state(source).final for source in step.sources):
        faults.append((N_("流程 %(code)s 的步骤 %(step)s 从已办结的状态出发"), where))
    named = {step.at, step.deadline.column if step.deadline else ""} - {""}
    if named - {*process.model.__table__.columns.keys()}:
        faults.append((N_("流程 %(code)s 的表缺少列 %(column)s"), {"code": process.code, "column": "、".join(sorted(named))}))
    if step.deadline is not None and not step.deadline.column and isinstance(step.deadline.days, int) and step.deadline.days < 1:
        faults.append((N_("流程 %(code)s 的步骤 %(step)s 的期限须至少一天"), where))
    return faults
