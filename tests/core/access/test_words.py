"""Rules in words, and lists as files."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel
from sqlalchemy.orm import Session

from core.access.rules import Line
from core.access.words import as_csv, condition_in_words, line_in_words, unit_names
from core.units.models import Unit
from tests.factories.access import make_catalogue


def test_a_line_reads_as_a_sentence() -> None:
    app, known = Flask("bare"), make_catalogue("aid:award:read", "aid:award:approve")
    Babel(app)
    with app.test_request_context("/"):
        names = {"00/52/": "贵州省"}
        assert line_in_words(Line("*", "", "aid.award", "*"), known, names) == (
            "任何角色 可以 aid:award:approve、aid:award:read（各处）")
        assert line_in_words(Line("helper", "00/52/", "aid.award", "approve", "is_submitter", "deny"), known, names) == (
            "帮扶责任人 不得 aid:award:approve（贵州省及以下；当由本人提交）")
        assert line_in_words(Line("helper", "00/9/", "gone.thing", "read"), known, names) == (
            "帮扶责任人 可以 gone.thing:read（00/9/及以下）")
        assert condition_in_words("!is_own & role:helper & !role:auditor", known) == (
            "当并非属于本人负责的对象，且是帮扶责任人，且不是督查审计")


def test_names_of_units_by_their_paths(session: Session, units: dict[str, Unit]) -> None:
    assert unit_names(session, ["", units["9901"].path]) == {units["9901"].path: "测试市"}
    assert unit_names(session, [""]) == {}


def test_a_cell_cannot_become_a_formula() -> None:
    answer = as_csv("list", ["名"], [("=1+1",), (None,), (-3,)])
    assert answer.get_data(as_text=True) == "\ufeff名\r\n'=1+1\r\n\"\"\r\n'-3\r\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="list.csv"'
