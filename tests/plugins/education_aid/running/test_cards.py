"""明白卡: a signed link carries the card, for a while and for its own county alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import NotFound
from plugins.education_aid.services import cards
from tests.conftest import ClientAs
from tests.plugins.education_aid.running.support import JIA, TERM, YEAR, YI, County
from tests.plugins.education_aid.running.test_pages import jia, seen

__all__ = ["jia"]


def card(county: County) -> cards.Card:
    child = county.child()
    county.award(child)
    county.award(child, "500.00", "books", name="教科书费")
    return cards.card_of(county.session, child, YEAR, TERM)


def test_a_link_carries_the_card_and_no_name_in_full(lone: County) -> None:
    made = card(lone)
    assert (made.total, [line.state for line in made.lines]) == (Decimal("1125.00"), ["应享，尚未发放"] * 2)
    assert "*" in made.name or "某" in made.name or "＊" in made.name
    assert cards.read_link("secret", JIA, cards.link_of("secret", JIA, made)) == made


def test_what_is_free_stands_on_the_card_below_what_is_paid(lone: County) -> None:
    child = lone.child()
    lone.award(child, "0.00", "a-free", name="免费教科书")
    lone.award(child)
    made = cards.card_of(lone.session, child, YEAR, TERM)
    assert [(line.amount, line.state) for line in made.lines] == [
        (Decimal("625.00"), "应享，尚未发放"), (Decimal("0.00"), "免费享受，不折算金额")]
    assert cards.read_link("secret", JIA, cards.link_of("secret", JIA, made)).total == Decimal("625.00")


def test_another_county_another_secret_or_a_changed_sign_is_not_read(lone: County) -> None:
    link = cards.link_of("secret", JIA, card(lone))
    for secret, county, token in (("secret", YI, link), ("other", JIA, link), ("secret", JIA, "x" + link), ("secret", JIA, "")):
        with pytest.raises(NotFound):
            cards.read_link(secret, county, token)


def test_a_link_ends_after_its_days(lone: County, monkeypatch: pytest.MonkeyPatch) -> None:
    link = cards.link_of("secret", JIA, card(lone))
    monkeypatch.setattr(cards, "_SECONDS", -1)
    with pytest.raises(NotFound) as raised:
        cards.read_link("secret", JIA, link)
    assert "30 天" in raised.value.text


def test_a_parent_reads_the_card_without_signing_in(jia: County, client_as: ClientAs) -> None:
    child = jia.child()
    jia.award(child)
    made = cards.card_of(jia.session, child, YEAR, TERM)
    jia.session.commit()
    at = f"/u/{JIA}/p/education_aid/persons/{child.id}/card"
    assert "625.00" in seen(client_as("jia-aid"), f"{at}?school_year={YEAR}&term={TERM}")
    code = client_as("jia-aid").get(f"{at}.svg?school_year={YEAR}&term={TERM}")
    assert code.mimetype == "image/svg+xml"
    assert client_as("yi-aid").get(at).status_code == 404
    outside = client_as("")
    page = seen(outside, f"/public/{JIA}/education_aid/card/{cards.link_of('test-key', JIA, made)}")
    assert "625.00" in page
    assert child.name not in page
    assert outside.get(f"/public/{JIA}/education_aid/card/{'x' * 40}").status_code == 404
