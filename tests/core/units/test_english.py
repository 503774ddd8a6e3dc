"""What is wrong with a list of divisions, or with a new unit, is read in the reader's language."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.units.rules.divisions import DivisionsRefused, read_divisions, tree_faults
from core.units.rules.levels import code_fault, name_fault, nesting_fault
from core.web.i18n import said, told
from scripts import assets

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LIST = """code,name,level,parent_code
990101,County,county,99
990101,County,county,9901
99010,Short,county,9901
990102,,town,9901
990103,Lost,county,
990104,Circle,county,990105
990105,Circle,county,990104
"""


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    assets.compile_catalogues()


def test_every_fault_of_a_list_is_told_in_english(app: Flask) -> None:
    listing = read_divisions(LIST.encode())
    faults = [*listing.faults, *tree_faults(listing, {"99": "province", "9901": "county"}, {"990103"})]
    refused = DivisionsRefused(faults)
    assert refused.message and "处错误" in refused.message % refused.params
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        english = said(refused)
    assert not CHINESE.search(english), english
    for part in ("Row 3 (990101): The code stands twice, first in row 2", "Row 4 (99010)", "The code of the unit above is missing",
                 "Units above each other in a circle: 990104 → 990105"):
        assert part in english, part
    with pytest.raises(DivisionsRefused) as head, app.test_request_context("/u/00/"):
        read_divisions(b"a,b\n1,2\n")
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        assert "The header must be code,name,level,parent_code" in said(head.value)


def test_every_fault_of_a_unit_is_told_in_english(app: Flask) -> None:
    faults = [code_fault("division", "county", "1"), code_fault("school", "county", "-"), name_fault(""), name_fault("a" * 121),
              name_fault("a\x00"), nesting_fault("school", "county", "division", "city"),
              nesting_fault("division", "county", "school", "city"), nesting_fault("division", "city", "division", "county")]
    with app.test_request_context("/api/v1/units", headers={"Accept-Language": "en"}):
        assert [one for one in faults if one is None or CHINESE.search(told(one))] == []
