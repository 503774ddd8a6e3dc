"""Opening accounts, checking passwords, giving and ending posts."""

from __future__ import annotations

import datetime as dt

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.queries import today
from core.access.reach import NOWHERE
from core.accounts import queries, services
from core.accounts.models import Account
from core.errors import Conflict, InvalidInput, NotFound
from core.extensions import Actor, all_tenants, new_id
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.access import make_account

ACTOR = Actor(None, "测试甲")
DAY = dt.timedelta(days=1)


def opened(session: Session, login: str = "Test.Jia ", password: str = "correct horse") -> Account:
    return services.create_account(session, login, " 测试甲 ", password, ACTOR)


# Accounts and passwords

def test_a_password_is_kept_as_a_hash_and_checked(session: Session) -> None:
    account = opened(session)
    assert (account.login, account.name) == ("test.jia", "测试甲")
    assert account.password_hash.startswith("$argon2id$")
    assert services.verify(session, "TEST.jia", "correct horse") is account
    assert services.verify(session, "test.jia", "wrong horse") is None
    assert services.verify(session, "nobody", "correct horse") is None


@pytest.mark.parametrize(("login", "name", "password", "field"), [
    ("x", "测试甲", "correct horse", "login"), ("测试甲", "测试甲", "correct horse", "login"),
    ("test", " ", "correct horse", "name"), ("test", "测试甲", "short", "password")])
def test_an_account_is_checked_field_by_field(session: Session, login: str, name: str, password: str,
                                              field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.create_account(session, login, name, password, ACTOR)
    assert list(refused.value.fields) == [field]


def test_a_login_is_given_once(session: Session) -> None:
    opened(session)
    with pytest.raises(Conflict, match="已被使用"):
        opened(session)


def test_an_unknown_name_is_checked_against_a_hash_as_well(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the time is the hash, so it has to be worked out for nobody too."""
    opened(session)
    checked: list[str] = []
    hasher = PasswordHasher()

    class Watched:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(services, "_hasher", Watched())
    assert services.verify(session, "nobody", "correct horse") is None
    assert services.verify(session, "test.jia", "wrong horse") is None
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]


def test_an_old_hash_is_renewed_at_the_next_sign_in(session: Session) -> None:
    account = opened(session)
    account.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    old = account.password_hash
    assert services.verify(session, "test.jia", "correct horse") is account
    assert account.password_hash != old


def test_a_closed_account_signs_in_no_more_and_is_signed_out(session: Session) -> None:
    account = opened(session)
    key = account.session_key
    services.close_account(session, account, ACTOR)
    assert services.verify(session, "test.jia", "correct horse") is None
    assert account.session_key != key


def test_what_was_typed_as_a_name_is_not_kept_whole(session: Session) -> None:
    services.note_refused_sign_in(session, "my-password-typed-here", ACTOR)
    with all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry)).one()
    assert "my-…" in entry.sentence
    assert "password" not in entry.sentence + entry.subject


# Posts

def given(session: Session, known: Catalogue, unit: Unit, role: str = "aid_centre", since: dt.date | None = None,
          until: dt.date | None = None, account: Account | None = None) -> Account:
    person = account or make_account(session)
    services.assign(session, person, role, unit, ACTOR, known=known, since=since or today(), until=until)
    return person


def test_a_post_is_given_and_trailed(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    account = given(session, known, units["990101"], until=today() + DAY)
    post, = queries.list_posts(session, account.id)
    assert (post.role, post.unit_name, post.valid_to) == ("aid_centre", "甲县", today() + DAY)
    assert queries.list_posts(session, account.id, on=today() + DAY) == []
    with all_tenants(session, "核对"):
        last = session.scalars(select(TrailEntry).order_by(TrailEntry.id.desc())).first()
    assert last is not None
    assert last.sentence == "测试甲在甲县任“学生资助中心经办”"


def test_a_role_stands_only_at_its_levels(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    with pytest.raises(InvalidInput, match="不能任在“甲县”这一级"):
        given(session, known, units["990101"], role="platform_admin")
    with pytest.raises(InvalidInput, match="没有名为“boss”的角色"):
        given(session, known, units["990101"], role="boss")
    given(session, known, units["990101-S02"], role="school_clerk")
    given(session, known, units["990101100001"], role="helper")


def test_a_post_ends_after_it_begins(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    with pytest.raises(InvalidInput, match="止期应晚于起期"):
        given(session, known, units["990101"], until=today())


def test_the_same_post_is_not_held_twice_at_a_time(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    account = given(session, known, units["990101"], until=today() + 9 * DAY)
    for since, until in ((today(), None), (today() + 8 * DAY, None), (today() - 9 * DAY, today() + DAY)):
        with pytest.raises(Conflict):
            given(session, known, units["990101"], since=since, until=until, account=account)
    given(session, known, units["990101"], since=today() + 9 * DAY, account=account)
    given(session, known, units["990101"], since=today() - 9 * DAY, until=today(), account=account)
    given(session, known, units["990102"], account=account)


def test_a_post_is_ended_by_a_unit_at_or_above_it(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    account = given(session, known, units["990101"], since=today() - DAY)
    post, = queries.list_posts(session, account.id)
    with pytest.raises(NotFound):
        services.end_assignment(session, post.id, units["990102"], today(), ACTOR)
    with pytest.raises(NotFound):
        services.end_assignment(session, new_id(), units["990101"], today(), ACTOR)
    services.end_assignment(session, post.id, units["9901"], today(), ACTOR)
    session.flush()
    assert queries.list_posts(session, account.id) == []
    with pytest.raises(Conflict):
        services.end_assignment(session, post.id, units["9901"], today(), ACTOR)


def test_a_post_that_has_not_begun_is_ended_before_its_first_day(session: Session, known: Catalogue,
                                                                 units: dict[str, Unit]) -> None:
    account = given(session, known, units["990101"], since=today() + DAY)
    post, = queries.list_posts(session, account.id, on=today() + DAY)
    services.end_assignment(session, post.id, units["990101"], today(), ACTOR)
    session.flush()
    assert queries.list_posts(session, account.id, on=today() + DAY) == []


def test_reads_of_accounts(session: Session, known: Catalogue, units: dict[str, Unit]) -> None:
    account = given(session, known, units["990101"])
    assert queries.get_account(session, account.id) is account
    with pytest.raises(NotFound):
        queries.get_account(session, new_id())
    assert queries.list_posts_in(session, NOWHERE) == []
    posts = queries.list_posts_at(session, [units["990101"].path], ["aid_centre"])
    assert [post.account_id for post in posts] == [account.id]
