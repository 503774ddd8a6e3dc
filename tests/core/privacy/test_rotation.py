"""Renewing the keys on both databases: resumable, fenced, proven before the old key goes."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import Conflict, PlatformError
from core.extensions import Database, tenant_scope
from core.privacy import Vault, rotation
from core.privacy.columns import triples
from core.privacy.files import SealedFiles
from core.registry.models import Person
from tests.support import forks

JIA = "990101"
NONE = dt.timedelta(0)
COUNT = 50


def phone(number: int) -> str:
    return f"138{number:08d}"


@pytest.fixture
def vault(database: Database) -> Vault:
    found = database.info["vault"]
    assert isinstance(found, Vault)
    ids = [uuid.UUID(int=number + 1) for number in range(COUNT)]
    columns = triples(found, Person, "phone", ids, [phone(number) for number in range(COUNT)])
    with database.transaction() as session, tenant_scope(session, JIA):
        for at, person_id in enumerate(ids):
            session.add(Person(tenant_id=JIA, id=person_id, unit_id=person_id, name="测试", name_key="测试",
                               **{name: values[at] for name, values in columns.items()}))
    return found


def opened(database: Database, vault: Vault) -> list[str]:
    with database.session() as session, tenant_scope(session, JIA):
        rows = [session.get_one(Person, (JIA, uuid.UUID(int=number + 1))) for number in range(COUNT)]
        assert all(row.phone_key in vault.indexes("phone", phone(at)) for at, row in enumerate(rows))
        return [vault.open("registry_persons.phone", row.id, row.phone_sealed or b"") for row in rows]


EVERY = [phone(number) for number in range(COUNT)]


def test_every_value_goes_to_the_new_key_and_the_old_one_goes(database: Database, vault: Vault, tmp_path: Path) -> None:
    files = SealedFiles(vault, tmp_path / "staged")
    files.keep(uuid.UUID(int=1), io.BytesIO(b"roster"))
    with database.session() as session:
        assert rotation.begin(session, vault) == 2
        assert rotation.outdated(session, vault) == {"registry_persons.phone": COUNT}
        assert rotation.standing(session) == {"registry_persons.phone": {1: COUNT}}
        assert rotation.standing_files(tmp_path) == {1: 1}
    said: list[tuple[int, int]] = []
    assert rotation.reseal(database.transaction, vault, lambda done, total, note: said.append((done, total)), batch=20) == COUNT
    assert [step[0] for step in said][:3] == [20, 40, 50]
    with database.session() as session:
        with pytest.raises(Conflict, match="files"):
            rotation.retire(session, vault, tmp_path, grace=NONE)
        assert rotation.reseal_files(vault, tmp_path) == 1
        with pytest.raises(Conflict, match="60 分钟"):
            rotation.retire(session, vault, tmp_path)
        assert rotation.standing(session) == {"registry_persons.phone": {2: COUNT}}
        assert rotation.standing_files(tmp_path) == {2: 1}
        steps: list[tuple[int, int, str]] = []
        rotation.prove(session, vault, tmp_path, grace=NONE, progress=lambda *step: steps.append(step))
        assert (len(steps), steps[-1]) == (COUNT, (COUNT, COUNT, "registry_persons.phone"))
        assert rotation.retire(session, vault, tmp_path, grace=NONE) == [1]
    fresh = Vault.at(tmp_path)
    assert (opened(database, fresh), files.read(uuid.UUID(int=1))) == (EVERY, b"roster")
    assert (tmp_path / "keys/retired/records-1.key").exists()


def breaking(database: Database, at: int) -> Callable[[], AbstractContextManager[Session]]:
    """Transactions of which one is lost just before it commits."""
    count = 0

    @contextmanager
    def transaction() -> Iterator[Session]:
        nonlocal count
        with database.transaction() as session:
            yield session
            count += 1
            if count == at:
                raise KeyboardInterrupt
    return transaction


@pytest.mark.parametrize("at", [1, 2, 3])
def test_whoever_stops_in_the_middle_loses_nothing_and_goes_on(database: Database, vault: Vault, at: int) -> None:
    with database.session() as session:
        rotation.begin(session, vault)
    with pytest.raises(KeyboardInterrupt):
        rotation.reseal(breaking(database, at), vault, batch=20)
    assert opened(database, vault) == EVERY
    with database.session() as session:
        assert rotation.begin(session, vault) == 2
        left = rotation.outdated(session, vault)["registry_persons.phone"]
        with pytest.raises(Conflict, match=r"registry_persons\.phone"):
            rotation.retire(session, vault, grace=NONE)
    assert rotation.reseal(database.transaction, vault, batch=20) == left == COUNT - 20 * max(0, at - 2)
    assert opened(database, vault) == EVERY


def test_what_somebody_writes_meanwhile_stays(database: Database, vault: Vault) -> None:
    with database.session() as session:
        rotation.begin(session, vault)
    mine = vault.seal("registry_persons.phone", uuid.UUID(int=1), "13999999999")

    @contextmanager
    def transaction() -> Iterator[Session]:
        with database.transaction() as session:
            yield session
    with transaction() as session, tenant_scope(session, JIA):
        session.execute(update(Person).where(Person.id == uuid.UUID(int=1)).values(
            phone_sealed=mine, phone_key=vault.index("phone", "13999999999")))
    assert rotation.reseal(transaction, vault) == COUNT - 1
    with database.session() as session:
        assert rotation.verify(session, vault) == {}
    assert opened_first(database, vault) == "13999999999"


def opened_first(database: Database, vault: Vault) -> str:
    with database.session() as session, tenant_scope(session, JIA):
        row = session.get_one(Person, (JIA, uuid.UUID(int=1)))
        return vault.open("registry_persons.phone", row.id, row.phone_sealed or b"")


def test_a_wrong_keyed_hash_is_found(database: Database, vault: Vault) -> None:
    with database.transaction() as session, tenant_scope(session, JIA):
        session.get_one(Person, (JIA, uuid.UUID(int=3))).phone_key = "0" * 64
    with database.session() as session:
        assert rotation.verify(session, vault) == {"registry_persons.phone": 1}


KILLED = """
import os, signal, sys
from pathlib import Path
from core.extensions import Database
from core.privacy import Vault, rotation
import core.registry.models
database, vault = Database(sys.argv[1]), Vault.at(Path(sys.argv[2]))
with database.session() as session:
    rotation.begin(session, vault)
def stop(done, total, note):
    if done >= 10:
        os.kill(os.getpid(), signal.SIGKILL)
rotation.reseal(database.transaction, vault, stop, batch=10)
"""


def test_kill_9_in_the_middle_loses_nothing(database: Database, vault: Vault, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    done = forks.run(KILLED, url, str(tmp_path))
    assert done.code == -signal.SIGKILL, done.output
    os.utime(tmp_path / "keys")
    assert opened(database, vault) == EVERY
    with database.session() as session:
        assert rotation.outdated(session, vault) == {"registry_persons.phone": COUNT - 10}
    assert rotation.reseal(database.transaction, vault) == COUNT - 10
    with database.session() as session:
        assert rotation.retire(session, vault, grace=NONE) == [1]
    assert opened(database, Vault.at(tmp_path)) == EVERY


def test_the_key_in_use_is_never_put_aside(database: Database, vault: Vault) -> None:
    with pytest.raises(PlatformError, match="正在使用"):
        vault.keys.retire(vault.keys.current)
