"""Raising a problem, giving a measure, filing evidence, reporting what was done. Closing is a step of the process."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.access.viewer import Viewer
from core.documents.models import Document
from core.documents.services import Upload, add_file
from core.documents.storage import Store
from core.documents.subjects import UNIT, Subject
from core.errors import N_, Conflict, InvalidInput, NotPermitted
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.contract import FolderItem, FolderSpec
from core.host.manager import PluginHost
from core.inspections import queries
from core.inspections.models import Finding, FindingEvidence, Inspection
from core.inspections.permissions import Action
from core.inspections.plan import FindingKind
from core.inspections.process import FINDING
from core.inspections.rules.rates import DATED, WAYS, limit_of
from core.processes.services import begin, take
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import get_unit

RAISED = phrase(N_("%(unit)s向%(other)s提出问题"))
FOLDER = FolderSpec("core.rectification", N_("整改佐证"), UNIT, (FolderItem("proof", N_("佐证材料"), required=False, most=2_000),),
                    clause="EA-066")


@dataclass(frozen=True)
class Problem:
    """What somebody says is wrong. `limit_on` is asked of what is to be put right by a day."""

    title: str
    detail: str = ""
    clause: str = ""
    way: str = DATED
    limit_on: dt.date | None = None
    kind: FindingKind | None = None


def raise_finding(session: Session, tenant_id: str, unit: Unit, by_unit: Unit, problem: Problem, actor: Actor,
                  inspection: Inspection | None = None, row_title: str = "") -> Finding:
    """Raise a problem at a unit, for the unit by whose office it is raised. Raises InvalidInput."""
    _check(problem)
    kind = problem.kind
    made = Finding(
        tenant_id=tenant_id, unit_id=unit.id, kind=kind.code if kind else "", kind_name=kind.name if kind else "",
        title=problem.title.strip(), detail=problem.detail.strip(), clause=(problem.clause or (kind.clause if kind else ""))[:200],
        inspection_id=inspection.id if inspection else None, row_title=row_title[:120], raised_on=today(), by_unit_id=by_unit.id,
        by_name=actor.name[:80], way=problem.way, limit_on=limit_of(problem.way, today(), problem.limit_on))
    session.add(made)
    begin(session, FINDING, made, actor)
    _trail(session, actor, Action.FINDING_WRITE, RAISED(unit=by_unit.name, other=unit.name), made)
    return made


def office_of(session: Session, viewer: Viewer, unit: Unit) -> Unit:
    """The unit for which a person raises problems at another: where they hold the post by which they may, the nearest one."""
    posts = [grant for grant in viewer.grants if unit.path.startswith(grant.path)
             and viewer.rules.decide(frozenset((grant.role,)), grant.path, Action.FINDING_WRITE).allowed]
    if not posts:
        raise NotPermitted(N_("您在%(unit)s没有提出问题的权限"), unit=unit.name)
    return get_unit(session, max(posts, key=lambda grant: len(grant.path)).unit_id)


def give_measure(session: Session, host: PluginHost | None, finding: Finding, measure: str, owner: str, due_on: dt.date | None,
                 actor: Actor, viewer: Viewer | None = None) -> None:
    """Say what will be done, by whom and until when. Raises InvalidInput for a day past the one that was set."""
    faults = {name: N_("不能为空") for name, value in (("measure", measure), ("owner", owner)) if not value.strip()}
    limit = finding.limit_on
    if due_on is None or due_on < today() or (limit is not None and due_on > max(limit, today())):
        faults["due_on"] = N_("须填今天以后、不晚于整改期限的日期")
    if faults:
        raise InvalidInput(N_("整改措施填得不全"), faults)
    finding.measure, finding.owner, finding.due_on = measure.strip(), owner.strip()[:80], due_on
    take(session, host, FINDING, finding, "measure", actor, viewer=viewer)


def report_result(session: Session, host: PluginHost | None, finding: Finding, result: str, actor: Actor,
                  viewer: Viewer | None = None) -> None:
    """Say what was done; the evidence is filed by then."""
    if not result.strip():
        raise InvalidInput(N_("请写明整改结果"), {"result": N_("不能为空")})
    finding.result = result.strip()
    take(session, host, FINDING, finding, "report", actor, viewer=viewer)


def file_evidence(session: Session, store: Store, finding: Finding, unit: Unit, upload: Upload, actor: Actor) -> Document:
    """Put a file into the unit's archive and behind the problem; one that is there proves another problem as well. Raises
    InvalidInput while the unit is not at work on it, Conflict for the same file twice."""
    if finding.state not in ("raised", "fixing"):
        raise InvalidInput(N_("整改结果已经报送，不能再加佐证；退回后可以补充"))
    subject = Subject(UNIT, unit.id, unit.name, finding.tenant_id, unit.id)
    document = queries.find_filed(session, finding, FOLDER.code, hashlib.sha256(upload.data).hexdigest())
    if document is None:
        document = add_file(session, store, actor, subject, FOLDER, FOLDER.items[0], upload, today(), title=finding.title)
    elif document in queries.evidence_of(session, finding):
        raise Conflict(N_("“%(name)s”已是这个问题的佐证"), name=document.file_name)
    session.add(FindingEvidence(tenant_id=finding.tenant_id, finding_id=finding.id, document_id=document.id))
    session.flush()  # what follows counts it
    return document


def _check(problem: Problem) -> None:
    faults = {} if problem.title.strip() else {"title": N_("不能为空")}
    if len(problem.title.strip()) > 120:
        faults["title"] = N_("最多 120 个字")
    if problem.way not in dict(WAYS):
        faults["way"] = N_("请选整改方式")
    if problem.way == DATED and (problem.limit_on is None or problem.limit_on < today()):
        faults["limit_on"] = N_("限期整改须填期限，不早于今天")
    if faults:
        raise InvalidInput(N_("问题填得不全"), faults)


def _trail(session: Session, actor: Actor, action: Action, sentence: str, finding: Finding) -> None:
    record(session, actor, action, sentence, subject=f"core.findings:{finding.id}", tenant_id=finding.tenant_id,
           unit_id=finding.unit_id, after={"kind": finding.kind, "way": finding.way})
