"""The evidence of a notice: what was public, where and when, with its hashes, and what was said against it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from sqlalchemy.orm import Session

from core.documents.storage import ORIGINAL, Store, from_text
from core.errors import N_, PlatformError
from core.extensions import Actor, local, utcnow
from core.extensions.phrases import phrase
from core.privacy.columns import sensitive_fields
from core.privacy.vault import vault_of
from core.publicity import queries
from core.publicity.models import Notice, NoticeFile, Objection
from core.publicity.permissions import Action
from core.publicity.rules.snapshots import digest
from core.publicity.services.objecting import OUTCOMES
from core.trail.services import record

DOWNLOADED = phrase(N_("下载公示“%(title)s”的证据包"))
#: a spreadsheet runs what begins like this
_RUNS = ("=", "+", "-", "@", "\t", "\r")
IN_MEMORY = 8 * 1024 * 1024
HOW = ("每一行的 SHA-256：该行写成紧凑 JSON 数组（UTF-8）后计算；sha256 是下列各行的 SHA-256（小写十六进制，每个后面换行）依次相接"
       "再计算：[标题, 说明, 栏目]、每一行公示内容、每个附件的 [名称, sha256]。名单见 公示名单.csv，栏目见本文件 columns；"
       "事后依法抹去的行，用 erased 里的原值。")


def evidence_pack(session: Session, store: Store, notice: Notice, page: Iterable[str], facts: dict[str, Any],
                  actor: Actor) -> IO[bytes]:
    """A zip of what was public: the page and its rows, the record, objections and answers without contacts, the files,
    and the hash of each. Raises PlatformError where the rows kept no longer give the notice's hash."""
    found = digest(notice.title, notice.summary, notice.columns, queries.row_hashes(session, notice), notice.attachments)
    if found != notice.sha256:
        raise PlatformError(N_("“%(title)s”的内容与发布时的校验码不符，不能作为证据，请告诉审计管理员"), title=notice.title)
    objections = queries.objections_to(session, notice)
    out: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    sums: list[tuple[str, str]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        _put(packed, sums, "公示页面.html", (text.encode() for text in page))
        _put(packed, sums, "公示名单.csv", _csv([column[1] for column in notice.columns], queries.all_rows(session, notice)))
        _put(packed, sums, "异议与答复.csv", _csv(["提出日期", "异议", "结果", "答复", "答复人", "答复时间"], map(_said, objections)))
        told = {**_record(notice), **facts, "objections": len(objections), "erased": queries.erased_rows(session, notice)}
        _put(packed, sums, "公示记录.json", [json.dumps(told, ensure_ascii=False, indent=2).encode()])
        for file in notice.attachments:
            _put(packed, sums, f"附件/{file['name']}", [read_file(session, store, notice, file["id"])])
        packed.writestr("SHA256SUMS.txt", "".join(f"{mark}  {name}\n" for name, mark in sums))
    out.seek(0)
    record(session, actor, Action.NOTICE_EXPORT, DOWNLOADED(title=notice.title), subject=notice.subject,
           tenant_id=notice.tenant_id, unit_id=notice.unit_id, after={"sha256": notice.sha256})
    return out


def read_file(session: Session, store: Store, notice: Notice, file_id: str) -> bytes:
    """The content of an attachment."""
    kept = queries.get_file(session, notice, uuid.UUID(file_id))
    assert kept.cipher_sealed is not None  # it was kept together with the file
    cipher = vault_of(session).open(sensitive_fields(NoticeFile)["cipher"].purpose, kept.id, kept.cipher_sealed)
    return store.get(notice.tenant_id, kept.id.hex, ORIGINAL, from_text(cipher))


def _put(packed: zipfile.ZipFile, sums: list[tuple[str, str]], name: str, chunks: Iterable[bytes]) -> None:
    mark = hashlib.sha256()
    with packed.open(name, "w") as part:
        for chunk in chunks:
            mark.update(chunk)
            part.write(chunk)
    sums.append((name, mark.hexdigest()))


def _csv(head: list[str], rows: Iterable[Iterable[str]]) -> Iterable[bytes]:
    """UTF-8 with the mark by which Excel knows it; what Excel would run as a formula begins with an apostrophe."""
    yield b"\xef\xbb\xbf"
    yield _line(head)
    for cells in rows:
        yield _line(cells)


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(_RUNS) else cell for cell in cells])
    return out.getvalue().encode()


def _said(objection: Objection) -> list[str]:
    when = local(objection.answered_at).strftime("%Y-%m-%d %H:%M") if objection.answered_at else ""
    return [objection.made_on.isoformat(), objection.text, OUTCOMES.get(objection.state, N_("未答复")), objection.answer,
            objection.answered_by, when]


def _record(notice: Notice) -> dict[str, Any]:
    return {
        "title": notice.title, "subject": notice.subject, "tenant": notice.tenant_id, "spec": notice.spec,
        "columns": notice.columns, "rows": notice.row_count, "clause": notice.clause,
        "opens_on": notice.opens_on.isoformat(), "closes_on": notice.closes_on.isoformat() if notice.closes_on else None,
        "days": notice.days, "day_unit": notice.day_unit, "days_source": notice.days_source, "days_flag": notice.days_flag,
        "opened_by": notice.opened_by_name, "opened_at": local(notice.opened_at).isoformat(timespec="seconds"),
        "state": notice.state, "ended_at": local(notice.ended_at).isoformat(timespec="seconds") if notice.ended_at else None,
        "ended_for": notice.ended_for, "attachments": notice.attachments, "sha256": notice.sha256, "how": HOW,
        "packed_at": local(utcnow()).isoformat(timespec="seconds"),
    }
