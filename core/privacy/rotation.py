"""Renewing the keys: every sealed value sealed and indexed again, batch by batch, and the old key put aside.

Each batch is one transaction and each value says by which key it is sealed: whoever is killed in the middle loses
nothing, and the next run goes on with what is left. A row that somebody writes meanwhile keeps what they wrote.
This module reads and writes tenant rows past the tenant fence: it moves values from one key to another and shows none.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, PlatformError
from core.extensions import utcnow
from core.privacy.columns import KEYED, Sensitive, every_sensitive_field
from core.privacy.files import ENDING, reseal_file
from core.privacy.vault import Vault, version_of

BATCH = 500
#: how long a new key has to have been current before the old one goes: longer than any transaction lasts
GRACE = dt.timedelta(hours=1)
Transaction = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int, str], None]
#: how the trail names what is done to the keys
TRAILED = "core:identity:rotate"


def _silent(done: int, total: int, note: str) -> None:
    """Progress nobody asks about."""


def begin(session: Session, vault: Vault) -> int:
    """Make a new key, unless a renewal has been begun and is not finished; gives the version in use."""
    if len(vault.keys.versions()) > 1:
        return vault.keys.current
    return vault.keys.renew()


def standing(session: Session) -> dict[str, dict[int, int]]:
    """How many values each table and field has under the key of each version; those with none are left out."""
    found = {}
    for field in every_sensitive_field():
        sealed = field.model.__table__.c[field.sealed]
        version = func.substr(sealed, 1, 2, type_=LargeBinary)
        rows = session.connection().execute(select(version, func.count()).where(sealed.is_not(None)).group_by(version))
        counts = {version_of(head): count for head, count in rows}
        if counts:
            found[field.purpose] = counts
    return found


def standing_files(folder: Path) -> dict[int, int]:
    """The same of sealed files."""
    return dict(Counter(_version_of_file(path) for path in sealed_files(folder)))


def outdated(session: Session, vault: Vault) -> dict[str, int]:
    """How many values each table and field still has under older keys; those with none are left out."""
    old = {place: sum(count for version, count in counts.items() if version != vault.keys.current)
           for place, counts in standing(session).items()}
    return {place: count for place, count in old.items() if count}


def reseal(transaction: Transaction, vault: Vault, progress: Progress = _silent, *, batch: int = BATCH) -> int:
    """Bring every value to the current key; gives how many were sealed again."""
    with transaction() as session:
        left = outdated(session, vault)
    total, done = sum(left.values()), 0
    for field in every_sensitive_field():
        after: tuple[Any, ...] | None = None
        while field.purpose in left:
            with transaction() as session:
                count, after = _batch(session, vault, field, after, batch)
            done += count
            progress(done, max(total, done), field.purpose)
            if after is None:
                break
    return done


def reseal_files(vault: Vault, folder: Path) -> int:
    """The same for the heads of all sealed files below a folder."""
    return sum(reseal_file(vault, path) for path in sealed_files(folder))


def sealed_files(folder: Path) -> Iterator[Path]:
    """Every sealed file below a folder."""
    yield from sorted(path for path in folder.rglob(f"*{ENDING}") if path.is_file() and not path.name.startswith("."))


def verify(session: Session, vault: Vault, folder: Path | None = None, progress: Progress = _silent) -> dict[str, int]:
    """Open every value and compare its keyed hash; gives how many are wrong by table and field: under an older
    key, not to be opened, or found under another hash."""
    wrong: Counter[str] = Counter()
    whole, done = sum(sum(counts.values()) for counts in standing(session).values()), 0
    for field in every_sensitive_field():
        for row in _stream(session, field):
            wrong[field.purpose] += not _right(vault, field, row)
            done += 1
            progress(done, max(whole, done), field.purpose)
    for path in sealed_files(folder) if folder is not None else ():
        wrong["files"] += _version_of_file(path) != vault.keys.current
    return {place: count for place, count in wrong.items() if count}


def made_at(vault: Vault, version: int) -> dt.datetime:
    """When a key was made, in UTC."""
    return dt.datetime.fromtimestamp((vault.keys.folder / f"records-{version}.key").stat().st_mtime, dt.UTC).replace(tzinfo=None)


def is_settled(vault: Vault, grace: dt.timedelta = GRACE) -> bool:
    """Whether the current key is so old that no transaction is under way with another."""
    return utcnow() - made_at(vault, vault.keys.current) >= grace


def prove(session: Session, vault: Vault, folder: Path | None = None, *, grace: dt.timedelta = GRACE,
          progress: Progress = _silent) -> None:
    """Raise Conflict unless everything opens with the current key, and that has been in use for `grace`."""
    if not is_settled(vault, grace):
        raise Conflict(N_("新密钥启用不足 %(minutes)d 分钟，请稍后再停用旧密钥"), minutes=int(grace.total_seconds() // 60))
    wrong = verify(session, vault, folder, progress)
    if wrong:
        raise Conflict(N_("还有内容没有换成新密钥，不能停用旧密钥：%(places)s"),
                       places="、".join(f"{place} {count} 处" for place, count in sorted(wrong.items())))


def put_aside(vault: Vault) -> list[int]:
    """Put the older keys aside in `keys/retired/`, which `prove` has said may go."""
    old = [version for version in vault.keys.versions() if version < vault.keys.current]
    for version in old:
        vault.keys.retire(version)
    return old


def retire(session: Session, vault: Vault, folder: Path | None = None, *, grace: dt.timedelta = GRACE) -> list[int]:
    """Prove that nothing needs the older keys, and put them aside; gives their versions."""
    prove(session, vault, folder, grace=grace)
    return put_aside(vault)


def _version_of_file(path: Path) -> int:
    with path.open("rb") as source:
        return version_of(source.read(int.from_bytes(source.read(2))))


def _batch(session: Session, vault: Vault, field: Sensitive, after: tuple[Any, ...] | None,
           batch: int) -> tuple[int, tuple[Any, ...] | None]:
    table = field.model.__table__
    columns = list(table.primary_key.columns)
    sealed, keyed = table.c[field.sealed], _keyed(field)
    statement = select(*columns, table.c[field.owner].label("_owner"), sealed.label("_sealed")).where(
        _old(field, vault.keys.current))
    if after is not None:
        statement = statement.where(_beyond(columns, after))
    rows = session.connection().execute(statement.order_by(*columns).limit(batch)).all()
    if not rows:
        return 0, None
    owners = [row._owner for row in rows]
    texts = [vault.open(field.purpose, owner, row._sealed) for owner, row in zip(owners, rows, strict=True)]
    values: dict[Any, Any] = {sealed: bindparam("_new")}
    if keyed is not None:
        values[keyed] = bindparam("_index")
    # Only where the value is still the one that was read: whoever has written since has written with their own.
    mine = [column == bindparam(f"_pk{at}") for at, column in enumerate(columns)]
    statement_of_all = update(table).where(*mine, sealed == bindparam("_was")).values(values)
    fresh = vault.seal_many(field.purpose, owners, texts)
    keys = vault.index_many(field.kind, texts) if keyed is not None else [None] * len(rows)
    session.connection().execute(statement_of_all, [
        {**{f"_pk{at}": row[at] for at in range(len(columns))}, "_was": row._sealed, "_new": new,
         **({"_index": key} if keyed is not None else {})}
        for row, new, key in zip(rows, fresh, keys, strict=True)])
    return len(rows), tuple(rows[-1][: len(columns)])


def _keyed(field: Sensitive) -> Any:
    """The column of the keyed hash, where there is one. A column of that name may be something else."""
    return None if field.alone or field.kind == "text" else field.model.__table__.c.get(field.name + KEYED)


def _old(field: Sensitive, current: int) -> Any:
    sealed = field.model.__table__.c[field.sealed]
    return and_(sealed.is_not(None), func.substr(sealed, 1, 2, type_=LargeBinary) != current.to_bytes(2))


def _beyond(columns: list[Any], after: tuple[Any, ...]) -> Any:
    """Rows after the last one, in the order of the primary key."""
    return or_(*(and_(*(columns[before] == after[before] for before in range(at)), column > after[at])
                 for at, column in enumerate(columns)))


def _stream(session: Session, field: Sensitive) -> Iterator[Any]:
    table = field.model.__table__
    sealed, keyed = table.c[field.sealed], _keyed(field)
    columns = [table.c[field.owner].label("owner"), sealed.label("sealed")]
    if keyed is not None:
        columns.append(keyed.label("keyed"))
    result = session.connection().execute(select(*columns).where(sealed.is_not(None)).execution_options(yield_per=1000))
    yield from result


def _right(vault: Vault, field: Sensitive, row: Any) -> bool:
    if version_of(row.sealed) != vault.keys.current:
        return False
    owner: uuid.UUID = row.owner
    try:
        text = vault.open(field.purpose, owner, row.sealed)
    except PlatformError:
        return False
    return not hasattr(row, "keyed") or row.keyed == vault.index(field.kind, text)
