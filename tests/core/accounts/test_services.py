"""Opening accounts, checking passwords, giving and ending posts."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.reach import NOWHERE
from core.accounts import queries, services
from core.accounts.browsers import begin_session, list_sessions
from core.accounts.models import Account
from core.accounts.passwords import hash_password, verify
from core.accounts.policy import DEFAULT
from core.errors import Conflict, InvalidInput, NotFound
from core.extensions import Actor, all_tenants, new_id, today
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.access import make_account

ACTOR = Actor(None, "测试甲")
DAY = dt.timedelta(days=1)
PASSWORD = "correct horse"


def opened(session: Session, login: str = "test.jia") -> Account:
    return services.store_account(session, login, "测试甲", hash_password(PASSWORD), ACTOR) if login not in _logins(
        session) else services.open_account(session, login, "测试甲", ACTOR)[0]


def _logins(session: Session) -> list[str]:
    return list(session.scalars(select(Account.login)))


# Accounts

@pytest.mark.parametrize(("login", "name", "field"), [
    ("x", "测试甲", "login"), ("测试甲", "测试甲", "login"), ("test", " ", "name"), ("test", "长" * 61, "name")])
def test_an_account_is_checked_field_by_field(session: Session, login: str, name: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.open_account(session, login, name, ACTOR)
    assert list(refused.value.fields) == [field]


def test_a_login_is_given_once(session: Session) -> None:
    opened(session)
    with pytest.raises(Conflict, match="已被使用"):
        opened(session)


def test_a_closed_account_signs_in_no_more_and_is_signed_out(session: Session) -> None:
    account = opened(session)
    begin_session(session, account, "", "")
    services.close_account(session, account, ACTOR)
    assert verify(session, "test.jia", PASSWORD) is None
    assert list_sessions(session, account.id, DEFAULT) == []


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
