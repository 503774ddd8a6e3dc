"""The shared stage codes (学段); a plan's own words are mapped to them by its `[[stage]]` entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import N_

#: code → the name used where a plan gives none
STAGES: Mapping[str, str] = {
    "preschool": N_("学前"),
    "primary": N_("小学"),
    "junior": N_("初中"),
    "senior": N_("普高"),
    "vocational": N_("中职"),
    "college": N_("高职高专"),
    "university": N_("本科"),
    "postgraduate": N_("研究生"),
    "compulsory": N_("义务教育"),
    "higher": N_("高校"),
}
#: what the two umbrella codes stand for
INCLUDES: Mapping[str, tuple[str, ...]] = {
    "compulsory": ("primary", "junior"),
    "higher": ("college", "university", "postgraduate"),
}


def expand(codes: Iterable[str]) -> frozenset[str]:
    """The single stages that these codes stand for."""
    found: set[str] = set()
    for code in codes:
        found.update(INCLUDES.get(code, (code,)))
    return frozenset(found)
