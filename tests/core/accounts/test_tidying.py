"""Browsers that can be signed in no more are forgotten, also those that a provider let in."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy import select, update

from core.accounts.models import AccountSession
from core.accounts.providers.models import Origin
from core.extensions import Database, new_id, utcnow
from tests.conftest import ClientAs
from tests.core.jobs.test_periodic import turn


def test_what_has_outlived_every_session_is_removed_each_day(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    kept, gone = client_as("jia-aid"), client_as("jia-admin")
    with app_database.transaction() as session:
        old = session.scalars(select(AccountSession).order_by(AccountSession.id.desc())).first()
        assert old is not None
        number = old.id
        session.execute(update(AccountSession).where(AccountSession.id == number)
                        .values(begun_at=utcnow() - dt.timedelta(hours=12, minutes=1)))
        session.add(Origin(session_id=number, identity_id=new_id(), strong=False))
    assert turn(app, "accounts.tidy") == "清理 1 个过期的登录"
    with app_database.session() as session:
        left = session.scalars(select(AccountSession.id)).all()
        assert number not in left and left
        assert session.scalars(select(Origin)).all() == []
    assert kept.get("/me").status_code == 200 and gone.get("/me").status_code == 302
