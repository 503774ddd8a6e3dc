"""Accounts by Excel: staged at the upload, every fault named by its cell, carried out once and once only."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.models import Assignment
from core.access.permissions import Action
from core.access.viewer import Viewer
from core.accounts import services, workbooks
from core.accounts.giving import check_giver
from core.accounts.models import Account, AccountImport
from core.accounts.policy import Policy
from core.accounts.workbooks import COLUMNS, Fault, Sheet
from core.errors import N_, Conflict, InvalidInput, NotFound, PlatformError
from core.extensions import Actor, today, utcnow
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.trail.services import record
from core.units.models import Unit

UPLOADED = phrase(N_("上传账号名单“%(file_name)s”：可开立%(count)s行，有误%(faults)s格，已有%(known)s行"))
OPENED = phrase(N_("按名单“%(file_name)s”办理%(count)s行，新开账号%(opened)s个"))
Row = dict[str, str]
#: by field, the message and its parameters
Wrong = dict[str, tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Asker:
    """Who uploads, at which unit, under which catalogue and policy."""

    viewer: Viewer
    unit: Unit
    tenant_id: str
    actor: Actor
    known: Catalogue
    policy: Policy
    host: PluginHost | None = None


def stage(session: Session, asker: Asker, file_name: str, content: bytes) -> AccountImport:
    """Read and judge a workbook; nothing is opened yet. The same file again is answered with what became of
    it the first time."""
    digest = hashlib.sha256(content).hexdigest()
    before = session.scalar(select(AccountImport).where(
        AccountImport.unit_id == asker.unit.id, AccountImport.digest == digest).order_by(AccountImport.id.desc()).limit(1))
    if before is not None and before.done_at is not None:
        return before
    sheet = workbooks.read(content)
    rows, faults, known = _judged(session, asker, sheet)
    staged = before or AccountImport(unit_id=asker.unit.id, account_id=asker.actor.account_id, digest=digest,
                                     uploaded_by=asker.actor.name, file_name=file_name[-120:])
    staged.rows, staged.faults, staged.known = rows, [asdict(fault) for fault in faults], known
    staged.marked = workbooks.mark(content, faults) if faults else None
    session.add(staged)
    session.flush()  # the trail names its id
    record(session, asker.actor, Action.ACCOUNT_MANAGE,
           UPLOADED(file_name=staged.file_name, count=len(rows), faults=len(faults), known=known),
           subject=f"account_import:{staged.id}", tenant_id=asker.tenant_id, unit_id=asker.unit.id, after={"digest": digest})
    return staged


def confirm(session: Session, asker: Asker, staged_id: uuid.UUID) -> list[tuple[str, str, str]]:
    """Carry the good rows out in one transaction; login, name and first password of every new account. What
    has changed since the upload is judged again."""
    staged = session.get(AccountImport, staged_id, with_for_update=True)
    if staged is None or staged.unit_id != asker.unit.id:
        raise NotFound(N_("没有这份名单"))
    if staged.done_at is not None:
        raise Conflict(N_("这份名单已经办理过，没有重复开立"))
    people = []
    for row in staged.rows:
        unit = _unit(session, asker, row["unit"])
        account = _account(session, row["login"])
        if account is None:
            account, password = services.open_account(session, row["login"], row["name"], asker.actor,
                                                      policy=asker.policy, tenant_id=asker.tenant_id,
                                                      host=asker.host)
            people.append((account.login, account.name, password))
        check_giver(asker.viewer, account.id, row["role"], unit, asker.known)
        services.assign(session, account, row["role"], unit, asker.actor, known=asker.known, policy=asker.policy,
                        since=dt.date.fromisoformat(row["since"]), tenant_id=asker.tenant_id, host=asker.host,
                        until=dt.date.fromisoformat(row["until"]) if row["until"] else None)
    staged.done_at = utcnow()
    record(session, asker.actor, Action.ACCOUNT_MANAGE,
           OPENED(file_name=staged.file_name, count=len(staged.rows), opened=len(people)),
           subject=f"account_import:{staged.id}", tenant_id=asker.tenant_id, unit_id=asker.unit.id,
           after={"digest": staged.digest})
    return people


def get_import(session: Session, unit: Unit, import_id: uuid.UUID) -> AccountImport:
    """A workbook uploaded at this unit."""
    found = session.get(AccountImport, import_id)
    if found is None or found.unit_id != unit.id:
        raise NotFound(N_("没有这份名单"))
    return found


def list_imports(session: Session, unit: Unit, limit: int = 20) -> list[AccountImport]:
    """The last workbooks uploaded at this unit."""
    return list(session.scalars(select(AccountImport).where(AccountImport.unit_id == unit.id)
                                .order_by(AccountImport.id.desc()).limit(limit)))


def _judged(session: Session, asker: Asker, sheet: Sheet) -> tuple[list[Row], list[Fault], int]:
    good: list[Row] = []
    faults: list[Fault] = []
    known, seen = 0, dict[tuple[str, str, str], int]()
    names: dict[str, str] = {}
    for number, raw in sheet.rows:
        row, wrong = _plain(raw, asker.known), Wrong()
        place = _check_row(session, asker, row, wrong)
        key = (row["login"], row["role"], row["unit"])
        if key in seen:
            wrong.setdefault("login", (N_("与第 %(number)s 行重复"), {"number": str(seen[key])}))
        if names.setdefault(row["login"], row["name"]) != row["name"]:
            wrong.setdefault("name", (N_("同一登录名在文件里有两个姓名"), {}))
        seen.setdefault(key, number)
        if not wrong and place is not None and _stands_already(session, row, place):
            known += 1
        elif not wrong:
            good.append(row)
        faults += [Fault(f"{sheet.letters[field]}{number}", COLUMNS[field], raw[field], message, params)
                   for field, (message, params) in wrong.items()]
    return good, faults, known


def _plain(raw: Row, known: Catalogue) -> Row:
    titles = {spec.title: code for code, spec in known.roles.items()}
    return {**raw, "login": raw["login"].lower(), "role": titles.get(raw["role"], raw["role"]),
            "since": raw["since"] or today().isoformat()}


def _check_row(session: Session, asker: Asker, row: Row, wrong: Wrong) -> Unit | None:
    wrong.update({field: (message, {}) for field, message in services.account_faults(row["login"], row["name"]).items()})
    account = _account(session, row["login"])
    if account is not None and (account.name != row["name"] or not account.active):
        wrong.setdefault("login", (N_("这个登录名已有别的账号"), {}))
    for field in ("since", "until"):
        if row[field] and not _is_day(row[field]):
            wrong[field] = N_("日期应写作 2026-11-21"), {}
    if not wrong.keys() & {"since", "until"} and row["until"] and row["until"] <= row["since"]:
        wrong["until"] = N_("止期应晚于起期"), {}
    if row["role"] not in asker.known.roles:
        wrong["role"] = N_("没有这个角色"), {}
    try:
        place = _unit(session, asker, row["unit"])
    except InvalidInput:
        wrong["unit"] = N_("没有这个单位编码，或者它不在本单位之下"), {}
        return None
    if "role" not in wrong:
        _check_role(asker, row, place, account, wrong)
    return place


def _check_role(asker: Asker, row: Row, place: Unit, account: Account | None, wrong: Wrong) -> None:
    spec = asker.known.roles[row["role"]]
    if spec.levels and place.level not in spec.levels:
        wrong["role"] = N_("这一级没有这个角色"), {}
        return
    try:
        check_giver(asker.viewer, account.id if account else None, row["role"], place, asker.known)
    except PlatformError as error:
        wrong["role"] = error.message, {name: str(value) for name, value in error.params.items()}


def _stands_already(session: Session, row: Row, place: Unit) -> bool:
    """The very post of the row is held: an earlier upload has done it."""
    account = _account(session, row["login"])
    return account is not None and session.scalar(select(Assignment.id).where(
        Assignment.account_id == account.id, Assignment.role == row["role"], Assignment.unit_id == place.id,
        (Assignment.valid_to.is_(None)) | (Assignment.valid_to > dt.date.fromisoformat(row["since"]))).limit(1)) is not None


def _account(session: Session, login: str) -> Account | None:
    return session.scalar(select(Account).where(Account.login == login))


def _unit(session: Session, asker: Asker, code: str) -> Unit:
    found = session.scalar(select(Unit).where(Unit.code == code, Unit.closed_on.is_(None)))
    if found is None or not found.path.startswith(asker.unit.path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"), code=code)
    return found


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
