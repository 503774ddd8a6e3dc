"""Verification where the trail is kept: every entry against its seal, every seal against keys and witnesses."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from core.trail import queries
from core.trail.checking import Span, Workers, check_batch, start_of
from core.trail.keys import Keyring
from core.trail.offline import BEGINNING, Fault, Keys, check_header, header_bytes
from core.trail.queries import Batch

Progress = Callable[[int], object]


@dataclass
class Verdict:
    """What was looked at in a tenant's trail, and what is wrong with it."""

    tenant_id: str
    batches: int = 0
    entries: int = 0
    unsealed: int = 0
    head: str = BEGINNING
    faults: list[Fault] = field(default_factory=list)


class Sealable(Protocol):
    """An entry, or a row with the columns of one."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def id(self) -> uuid.UUID: ...


@dataclass(frozen=True)
class Seal:
    """How an entry stands: `state` is waiting, sealed or broken."""

    state: str
    batch: int | None = None


def keys_of(session: Session) -> Keys:
    """Every registered public key."""
    return Keys(found={(row["tenant_id"], row["key_id"]): row for row in queries.list_keys(session)})


def verify(session: Session, tenant_id: str, upper: str = "", keyring: Keyring | None = None,
           progress: Progress | None = None, workers: Workers | None = None) -> Verdict:
    """Go through a tenant's whole trail as it is committed. `upper` is the tenant above, whose own trail bears
    witness of the batches it has countersigned; `keyring` holds this machine's keys and its memory of the last
    batch. `workers` check batches beside each other; without them one is checked after another."""
    verdict = Verdict(tenant_id)
    keys = keys_of(session)
    keys.below = frozenset({tenant_id} if upper else ())
    after: uuid.UUID | None = None
    headers: list[list[Fault]] = []
    spans: list[Span] = []
    for batch in queries.list_batches(session, tenant_id):
        whole = batch.number == verdict.batches + 1
        headers.append(list(check_header(batch.fields, keys, verdict.batches + 1, verdict.head)))
        if hashlib.sha256(header_bytes(batch.fields)).hexdigest() != batch.head:
            headers[-1].append(Fault("batch", f"第 {batch.number} 批的链头与批头不符", batch.number))
        # Behind a gap the batch begins at its own first entry: those of the missing batch are no insertions.
        spans.append((batch, after if whole else _below(batch.first_id)))
        verdict.batches, verdict.head, after = batch.number, batch.head, batch.last_id
    checked = workers.check(spans) if workers else (check_batch(session, *span) for span in spans)
    for wrong, (entries, faults) in zip(headers, checked, strict=True):
        verdict.faults += wrong + faults
        verdict.entries += entries
        if progress:
            progress(entries)
    verdict.unsealed = queries.count_between(session, tenant_id, after)
    _check_witnesses(session, verdict, upper, keyring)
    return verdict


def _below(entry_id: uuid.UUID) -> uuid.UUID:
    return uuid.UUID(int=entry_id.int - 1)


def _check_witnesses(session: Session, verdict: Verdict, upper: str, keyring: Keyring | None) -> None:
    """What others remember of the batches: a tail that was cut off leaves no other trace."""
    said = [(number, head, f"{upper} 会签过") for number, head in queries.witnessed(session, upper, verdict.tenant_id)] \
        if upper else []
    own = keyring.head(verdict.tenant_id) if keyring else None
    if own is not None:
        said.append((*own, "本机封存过"))
    heads = {batch.number: batch.head for batch in queries.list_batches(session, verdict.tenant_id)} if said else {}
    for number, head, who in sorted(said):
        if number not in heads:
            if not any(fault.kind == "missing" and fault.batch == number for fault in verdict.faults):
                verdict.faults.append(Fault("missing", f"第 {number} 批整批缺失：{who}", number))
        elif heads[number] != head:
            verdict.faults.append(Fault("batch", f"第 {number} 批不是{who}的那一批", number))
    signer = keyring.find(verdict.tenant_id) if keyring else None
    if signer is not None and verdict.batches:
        known = {row["key_id"] for row in queries.list_keys(session, [verdict.tenant_id])}
        if signer.key_id not in known:
            verdict.faults.append(Fault("key", f"登记的公钥与本机 {verdict.tenant_id} 的密钥不符，公钥可能被调换"))


def seals_of(session: Session, entries: Iterable[Sealable]) -> dict[uuid.UUID, Seal]:
    """How each of these entries stands, by its own bytes and its batch's list and signature."""
    by_tenant: dict[str, list[uuid.UUID]] = defaultdict(list)
    for entry in entries:
        by_tenant[entry.tenant_id].append(entry.id)
    found: dict[uuid.UUID, Seal] = {}
    keys = keys_of(session) if by_tenant else Keys()
    for tenant_id, ids in by_tenant.items():
        last = queries.last_batch(session, tenant_id)
        if last is None:
            found |= dict.fromkeys(ids, Seal("waiting"))
            continue
        found |= {entry_id: Seal("waiting" if entry_id > last.last_id else "broken") for entry_id in ids}
        lines = queries.lines_of(session, tenant_id, ids)
        for batch in queries.batches_over(session, tenant_id, min(ids), max(ids)):
            found |= _seals_in(session, batch, keys, ids, lines)
    return found


def _seals_in(session: Session, batch: Batch, keys: Keys, ids: Sequence[uuid.UUID],
              lines: dict[uuid.UUID, bytes]) -> dict[uuid.UUID, Seal]:
    names, links = queries.lists_of(session, batch.tenant_id, batch.number)
    sound = (not list(check_header(batch.fields, keys, batch.number, None)) and links[-32:].hex() == batch.root
             and hashlib.sha256(names).hexdigest() == batch.ids_digest)
    places = {names[at:at + 16]: at // 16 for at in range(0, len(names), 16)}
    found = {}
    for entry_id in ids:
        at = places.get(entry_id.bytes)
        if at is None:
            if batch.first_id <= entry_id <= batch.last_id:
                found[entry_id] = Seal("broken", batch.number)
            continue
        before = links[32 * at - 32:32 * at] if at else start_of(batch)
        right = hashlib.sha256(before + lines[entry_id]).digest() == links[32 * at:32 * at + 32]
        found[entry_id] = Seal("sealed" if sound and right else "broken", batch.number)
    return found
