"""The rows of a public page: escaped whole, counted on, without columns that say nothing."""

from __future__ import annotations

from core.publicity.site.rows import filled, markup_of


def test_every_cell_is_escaped_and_counted_on() -> None:
    made = markup_of([["<b>", "1.00"], ["甲&乙\x1f丙", "2.00"]], ["", "yuan"], 51)
    assert str(made) == ('<tr><td>51</td><td>&lt;b&gt;</td><td class="num">1.00</td></tr>\n'
                         '<tr><td>52</td><td>甲&amp;乙 丙</td><td class="num">2.00</td></tr>')


def test_a_column_that_is_empty_on_the_page_is_left_out() -> None:
    assert filled(["donor", "goods", "amount"], [["甲", "", "1"], ["乙", "", ""]]) == (["donor", "amount"], [["甲", "1"], ["乙", ""]])
    assert filled(["donor"], [["甲"]]) == (["donor"], [["甲"]])
    assert filled(["donor"], [[""]]) == (["donor"], [[""]])
