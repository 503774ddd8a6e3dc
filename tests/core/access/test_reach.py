"""Where an action reaches, against the answer at every unit one by one."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.access.engine import RuleSet
from core.access.reach import NOWHERE, Reach, reach_of
from core.access.rules import Line
from core.units.rules.levels import subtree

WHOLE = ["00/", *(f"00/{a}/" for a in "12"), *(f"00/{a}/{b}/" for a in "12" for b in "345"),
         *(f"00/{a}/{b}/{c}/" for a in "12" for b in "345" for c in "67")]
ACTION = "aid:award:read"
posts = st.lists(st.tuples(st.sampled_from(["clerk", "boss"]), st.sampled_from(WHOLE)), max_size=4)
lines = st.lists(st.builds(Line, st.sampled_from(["clerk", "boss", "*"]), st.sampled_from(["", *WHOLE]),
                           st.just("aid.award"), st.just("read"), st.just(""), st.sampled_from(["allow", "deny"])),
                 max_size=8)


def reach(held: list[tuple[str, str]], rules: RuleSet) -> Reach:
    def allowed(path: str) -> bool:
        who = frozenset(role for role, top in held if path.startswith(top))
        return rules.decide(who, path, ACTION).allowed

    return reach_of({path for _, path in held}, rules.anchors(ACTION), allowed)


@given(posts, lines)
def test_the_reach_is_the_answer_at_every_unit(held: list[tuple[str, str]], drawn: list[Line]) -> None:
    rules = RuleSet(1, drawn)
    found = reach(held, rules)
    for path in WHOLE:
        who = frozenset(role for role, top in held if path.startswith(top))
        assert found.holds(path) == rules.decide(who, path, ACTION).allowed


@given(posts, lines)
def test_ranges_are_disjoint_in_order_and_joined(held: list[tuple[str, str]], drawn: list[Line]) -> None:
    ranges = reach(held, RuleSet(1, drawn)).ranges
    assert all(low < high for low, high in ranges)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(ranges))


@given(posts, lines, st.sampled_from(WHOLE))
def test_what_lies_within_a_unit_is_reached_there_and_nowhere_else(
        held: list[tuple[str, str]], drawn: list[Line], top: str) -> None:
    found = reach(held, RuleSet(1, drawn))
    inner = found.within(top)
    for path in WHOLE:
        assert inner.holds(path) == (found.holds(path) and path.startswith(top))
    assert bool(inner) == found.touches(top)
    gaps = found.gaps(top)
    assert (gaps == []) == (inner.ranges == (subtree(top),))
    assert sorted([*inner.ranges, *gaps])[0][0] == subtree(top)[0]
    assert all(any(low <= path < high for low, high in gaps) != inner.holds(path)
               for path in WHOLE if path.startswith(top))


def test_paths_are_the_tops_and_what_is_denied_inside_them() -> None:
    rules = RuleSet(1, [Line("clerk", "", "aid.award", "read"), Line("clerk", "00/1/4/", "aid.award", "read", "", "deny")])
    found = reach([("clerk", "00/1/"), ("clerk", "00/1/3/")], rules)
    assert found.paths == ("00/1/",)
    assert found.without == ("00/1/4/",)
    assert found.ranges == (("00/1/", "00/1/4/"), ("00/1/40", "00/10"))
    assert found.within("00/1/4/") == Reach((), ("00/1/4/",), ())
    assert found.within("00/1/4/6/") == NOWHERE


def test_neighbouring_subtrees_join_into_one_range() -> None:
    rules = RuleSet(1, [Line("clerk", "", "aid.award", "read")])
    assert reach([("clerk", "00/1/")], rules).ranges == (("00/1/", "00/10"),)
    assert reach([], rules) == NOWHERE
    assert not NOWHERE
