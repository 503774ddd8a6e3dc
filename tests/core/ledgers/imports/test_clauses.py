"""The clause that imports carry."""

from __future__ import annotations

import pytest

from core.ledgers.imports import services
from tests.core.ledgers.imports.conftest import Office, household, roster
from tests.support.workbooks import opened


@pytest.mark.clause("EA-018")
def test_of_120_rows_two_with_a_bad_id_number_are_listed_and_118_are_stored(both_offices: Office) -> None:
    office = both_offices
    wrong = {10: "99010119900101123", 77: "990101199001011234"}
    rows = [household(number, **({"身份证号": wrong[number]} if number in wrong else {})) for number in range(120)]
    found = office.checked(roster(*rows))
    assert (found.counts["rows"], found.counts["good"], found.counts["bad"]) == (120, 118, 2)
    stored = office.confirm(found)
    assert stored.created == len(office.families()) == 118
    content, _name = office.do(services.returned, number=found.id)
    listed = [[cell.value for cell in row] for row in opened(content)["错误清单"].iter_rows(min_row=2)]
    assert [(row[0], row[1], row[2], row[3]) for row in listed] == [
        (13, "C", "身份证号", wrong[10]), (80, "C", "身份证号", wrong[77])]
    assert all(row[4] for row in listed)
    # What is stored and what is listed add up to what was entered.
    assert stored.created + len({row[0] for row in listed}) == found.counts["rows"]
