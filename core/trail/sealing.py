"""Sealing: the unsealed entries of a tenant become a batch, chained to the one before and signed twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail import queries
from core.trail.keys import Signer
from core.trail.models import TrailBatch, TrailKey
from core.trail.offline import BEGINNING, chain, counter_bytes, header_bytes, key_bytes, signed
from core.trail.queries import Batch
from core.trail.services import record

KEY_NOTED = phrase(N_("登记%(tenant)s的封存公钥 %(key)s"))
COUNTERSIGNED = phrase(N_("会签%(tenant)s第 %(number)s 批留痕封存，共 %(count)s 条"))
#: entries of one batch: some 240 kB of lists, and what one look at an entry has to read
MOST = 5_000
#: younger entries wait, so that clocks of several machines may differ by this much
SETTLE = dt.timedelta(seconds=60)
SEAL, COUNTERSIGN = "core:trail:manage", "core:trail:countersign"
_SEALER = Actor(None, "留痕封存", source="job")


def id_at(moment: dt.datetime) -> uuid.UUID:
    """The lowest id that an entry made at this moment (UTC) can have."""
    milliseconds = int(moment.replace(tzinfo=dt.UTC).timestamp() * 1000)
    return uuid.UUID(int=max(milliseconds, 0) << 80)


def seal(session: Session, tenant_id: str, signer: Signer, upper: Signer | None = None, *,
         settle: dt.timedelta = SETTLE, most: int = MOST, actor: Actor = _SEALER) -> Batch | None:
    """Seal the oldest unsealed entries as one batch, countersigned by the tenant above where there is one;
    None when nothing waits. Call it again while it gives batches, each in a transaction of its own."""
    queries.one_sealer(session, tenant_id)
    last = queries.last_batch(session, tenant_id)
    _check_end(session, last)
    register_key(session, signer, upper)
    limit = min(filter(None, (utcnow(), queries.oldest_writing(session)))) - settle
    waiting = queries.unsealed(session, tenant_id, last.last_id if last else None, id_at(limit), most)
    if not waiting:
        return None
    ids = b"".join(entry_id.bytes for entry_id, _ in waiting)
    links = chain(bytes.fromhex(last.head if last else BEGINNING), (line for _, line in waiting))
    batch = _sealed(waiting, last, hashlib.sha256(ids).hexdigest(), links[-1].hex(), signer, upper)
    session.connection().execute(insert(TrailBatch), {**vars(batch), "ids": ids, "links": b"".join(links)})
    if upper is not None:
        record(session, actor, COUNTERSIGN, COUNTERSIGNED(tenant=tenant_id, number=batch.number, count=batch.count),
               subject=f"seal:{tenant_id}", tenant_id=upper.tenant_id,
               after={"tenant": tenant_id, "batch": batch.number, "head": batch.head})
    return batch


def _sealed(waiting: list[tuple[uuid.UUID, bytes]], last: Batch | None, ids_digest: str, root: str,
            signer: Signer, upper: Signer | None) -> Batch:
    first_id, last_id = waiting[0][0], waiting[-1][0]
    header: dict[str, Any] = {
        "tenant_id": signer.tenant_id,
        "number": last.number + 1 if last else 1,
        "sealed_at": utcnow().strftime("%Y-%m-%d %H:%M:%S.%f"),
        "count": len(waiting),
        "first_id": first_id.hex,
        "last_id": last_id.hex,
        "ids_digest": ids_digest,
        "root": root,
        "previous": last.head if last else BEGINNING,
    }
    message = header_bytes(header)
    header |= {"first_id": first_id, "last_id": last_id}
    return Batch(**header, head=hashlib.sha256(message).hexdigest(), key_id=signer.key_id,
                 signature=signer.sign(message), upper_tenant=upper.tenant_id if upper else "",
                 upper_key_id=upper.key_id if upper else "",
                 upper_signature=upper.sign(counter_bytes(message)) if upper else "")


def _check_end(session: Session, last: Batch | None) -> None:
    """Nothing is put behind a batch that has been tampered with."""
    if last is None:
        return
    keys = {(row["tenant_id"], row["key_id"]): row["public"] for row in queries.list_keys(session, [last.tenant_id])}
    message = header_bytes(last.fields)
    public = keys.get((last.tenant_id, last.key_id), "")
    if hashlib.sha256(message).hexdigest() != last.head or not signed(public, last.signature, message):
        raise Conflict(N_("%(tenant)s第 %(number)s 批封存已被改动，不能接着封存；请先运行 bangfu trail verify"),
                       tenant=last.tenant_id, number=last.number)


def register_key(session: Session, signer: Signer, upper: Signer | None, *, renew: bool = False,
                 actor: Actor = _SEALER) -> None:
    """Enter a public key, vouched for by the tenant above. A second key of a tenant is taken only as a
    renewal: a key file that has been exchanged must not go unnoticed."""
    known = [row["key_id"] for row in queries.list_keys(session, [signer.tenant_id])]
    if signer.key_id in known:
        return
    if known and not renew:
        raise Conflict(N_("%(tenant)s的密钥文件与登记的公钥不符：请恢复原来的密钥文件，或用 bangfu trail renew-key 更换"),
                       tenant=signer.tenant_id)
    statement = key_bytes(signer.tenant_id, signer.key_id, signer.public)
    session.connection().execute(insert(TrailKey), {
        "tenant_id": signer.tenant_id, "key_id": signer.key_id, "public": signer.public, "made_at": utcnow(),
        "upper_tenant": upper.tenant_id if upper else "", "upper_key_id": upper.key_id if upper else "",
        "upper_signature": upper.sign(statement) if upper else ""})
    record(session, actor, SEAL, KEY_NOTED(tenant=signer.tenant_id, key=signer.key_id),
           subject=f"key:{signer.key_id}", tenant_id=signer.tenant_id, after={"public": signer.public})
