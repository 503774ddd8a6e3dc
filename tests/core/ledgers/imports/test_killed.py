"""Killed in any stage of an import: it stands where it stood before the stage, or after it, and goes on from there.
Two who confirm at once have one effect."""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import Conflict
from core.extensions import tenant_scope
from core.ledgers.imports import services, uploading
from core.ledgers.imports.models import Import, State
from core.trail.models import TrailEntry
from tests.core.ledgers.imports.conftest import COUNTY, Office, household, roster
from tests.support import forks

CONTENT = roster(*(household(number) for number in range(40)), household(41, 人口数="x"))
#: dies at the named moment of a step; "committed" is after the step, before its caller hears of it
PROGRAM = """
import os, signal, sys, uuid
from pathlib import Path
from sqlalchemy import event, select
from core.extensions import Database
from core.ledgers import storing
from core.ledgers.imports import confirming, desk, services, staging, uploading
from core.privacy.files import SealedFiles
from core.privacy.vault import KEY, Vault
from core.units.models import Unit
from tests.core.ledgers.imports.conftest import Office

url, folder, step, moment, number, turn, book = sys.argv[1:]

def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

def after(owner, name):
    real = getattr(owner, name)
    def wrapped(*arguments, **named):
        real(*arguments, **named)
        die()
    setattr(owner, name, wrapped)

database = Database(url)
database.info[KEY] = Vault.at(Path(folder))
with database.session() as session:
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
office = Office(database, Path(folder), units)
if moment == "sealed":
    after(SealedFiles, "keep")
elif moment == "stored":
    after(storing, "store")
elif moment == "trailed":
    after({"take_in": uploading, "confirm": confirming}[step], "trail")
elif moment == "committed":
    SealedFiles.remove = die
if step == "take_in":
    office.do(uploading.take_in, "名册.xlsx", Path(book).read_bytes())
elif step == "check":
    office.do(services.check, number=uuid.UUID(number))
else:
    office.do(confirming.confirm, "good", int(turn), number=uuid.UUID(number))
die()
"""


def killed(office: Office, step: str, moment: str, found: Import | None = None) -> None:
    """Run a step in a process that is killed at a moment of it."""
    book = office.folder / "book.xlsx"
    book.write_bytes(CONTENT)
    url = office.database.engine.url.render_as_string(hide_password=False)
    number, turn = (str(found.id), str(found.turn)) if found else ("", "")
    done = forks.run(PROGRAM, url, str(office.folder), step, moment, number, turn, str(book))
    assert done.code == -signal.SIGKILL, done.output


def counts(office: Office) -> tuple[int, int]:
    """How many imports there are, and how many entries tell of stored rows."""
    with office.database.session() as session, tenant_scope(session, COUNTY):
        return (session.scalar(select(func.count(Import.id))) or 0,
                session.scalar(select(func.count(TrailEntry.id)).where(TrailEntry.row_count.is_not(None))) or 0)


@pytest.mark.parametrize(("moment", "there"), [("sealed", 0), ("trailed", 0), ("committed", 1)])
def test_an_upload_is_there_whole_or_not_at_all(office: Office, moment: str, there: int) -> None:
    killed(office, "take_in", moment)
    assert counts(office)[0] == there
    taken = office.do(uploading.take_in, "名册.xlsx", CONTENT)
    assert taken.outcome == ("again" if there else "new")
    office.do(services.map_columns, taken.found.mapping, number=taken.found.id)
    office.do(services.check, number=taken.found.id)
    assert office.at(taken.found.id).counts["good"] == 40


@pytest.mark.parametrize(("moment", "state"), [("sealed", State.CHECKED), ("committed", State.CHECKED)])
def test_a_check_leaves_the_last_result_until_the_new_one_is_whole(office: Office, moment: str, state: State) -> None:
    found = office.checked(CONTENT)
    killed(office, "check", moment, found)
    now = office.at(found.id)
    assert (now.state, (now.rows_file == found.rows_file)) == (state, moment == "sealed")
    assert office.confirm(now).created == 40


@pytest.mark.parametrize(("moment", "there"), [("stored", 0), ("trailed", 0), ("committed", 40)])
def test_a_confirmation_stores_everything_or_nothing(both_offices: Office, moment: str, there: int) -> None:
    office = both_offices
    found = office.checked(CONTENT)
    killed(office, "confirm", moment, found)
    assert len(office.families()) == there
    assert counts(office)[1] == (1 if there else 0)
    assert office.at(found.id).state == (State.CONFIRMED if there else State.CHECKED)
    if there:
        with pytest.raises(Conflict, match="没有重复存入"):
            office.confirm(found)
    else:
        office.confirm(found)
    assert (len(office.families()), counts(office)[1]) == (40, 1)


def test_two_who_confirm_at_once_have_one_effect(both_offices: Office) -> None:
    office = both_offices
    found = office.checked(CONTENT)
    start, answers = threading.Barrier(2), list[Any]()

    def confirm() -> None:
        start.wait()
        try:
            answers.append(office.confirm(found).created)
        except Conflict as error:
            answers.append(error.text)

    people = [threading.Thread(target=confirm) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert 40 in answers
    assert [answer for answer in answers if answer != 40] == ["这次导入已由测试甲确认，没有重复存入"]
    assert (len(office.families()), counts(office)[1]) == (40, 1)


def test_two_files_with_the_same_new_record_make_it_once(both_offices: Office) -> None:
    office = both_offices
    one, other = office.checked(CONTENT), office.checked(roster(household(1, 人口数="9")))
    start = threading.Barrier(2)

    def confirm(found: Import) -> None:
        start.wait()
        office.confirm(found)

    people = [threading.Thread(target=confirm, args=(found,)) for found in (one, other)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    numbers = [row.number for row in office.families()]
    assert len(numbers) == len(set(numbers)) == 40
