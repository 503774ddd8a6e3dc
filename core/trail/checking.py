"""One sealed batch against its entries, here or in a process beside."""

from __future__ import annotations

import hashlib
import multiprocessing
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from sqlalchemy.orm import Session

from core.extensions import Database
from core.trail import queries
from core.trail.offline import Fault, chain, chain_text, locate, unpack
from core.trail.queries import Batch

#: a batch, and the last entry before it
Span = tuple[Batch, uuid.UUID | None]
#: how many entries a batch has, and what is wrong with them
Found = tuple[int, list[Fault]]


def check_batch(session: Session, batch: Batch, after: uuid.UUID | None) -> Found:
    """The entries behind `after` up to the batch's last one, held against its lists, its root and their own rows."""
    text = queries.text_between(session, batch.tenant_id, after, batch.last_id)
    ids, links = queries.lists_of(session, batch.tenant_id, batch.number)

    def whole(built: list[bytes]) -> bool:
        return (b"".join(built) == links and bool(built) and built[-1].hex() == batch.root
                and hashlib.sha256(ids).hexdigest() == batch.ids_digest)

    built = chain_text(start_of(batch), text.lines) if text else []
    faults: list[Fault] = []
    if not whole(built):
        lines = queries.lines_between(session, batch.tenant_id, after, batch.last_id)
        built = chain(start_of(batch), lines)
        if not whole(built):
            faults += locate(batch.fields, ids, links, lines)
    if text and not text.bulk:
        return len(built), faults
    for entry_id, digest, data in queries.rows_between(session, batch.tenant_id, after, batch.last_id):
        unpacked = unpack(data) if data is not None else None
        if unpacked is None or hashlib.sha256(unpacked).hexdigest() != digest:
            faults.append(Fault("rows", f"第 {batch.number} 批里一项批量办理的明细被改动或缺失", batch.number, entry_id.hex))
    return len(built), faults


def start_of(batch: Batch) -> bytes:
    """What the batch's first link follows."""
    try:
        return bytes.fromhex(batch.previous)
    except ValueError:
        return b""


class Workers:
    """Processes that check batches, each by a connection of its own. Threads gain nothing: SQLite counts its memory
    under one lock."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    def check(self, spans: Sequence[Span]) -> Iterator[Found]:
        """What each batch holds, in order."""
        return self.executor.map(_check_here, *zip(*spans, strict=True)) if spans else iter(())


@contextmanager
def workers_on(url: str, count: int) -> Iterator[Workers]:
    """So many processes for this database. To be called before it is opened here: no connection may be forked."""
    with ProcessPoolExecutor(count, multiprocessing.get_context("fork"), _open, (url,)) as executor:
        executor.submit(int).result()  # the first piece of work starts them all
        try:
            yield Workers(executor)
        finally:
            executor.shutdown(cancel_futures=True)


#: of a worker
_opened: list[Database] = []


def _open(url: str) -> None:
    _opened.append(Database(url))


def _check_here(batch: Batch, after: uuid.UUID | None) -> Found:
    with _opened[0].session() as session:
        return check_batch(session, batch, after)
