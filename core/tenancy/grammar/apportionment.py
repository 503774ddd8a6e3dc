"""Giving is voluntary: the keys by which a plan could set a quota for giving, refused by name.

A plugin whose section is about giving sets `refused = VOLUNTARY` on the section's schema, with any further
keys of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.tenancy.grammar.fields import Refusal

LAW = "《中华人民共和国公益事业捐赠法》第四条"
_QUOTAS = ("per_head", "per_person", "per_household", "per_unit", "per_school", "quota", "minimum", "target_per_head",
           "target_per_unit", "ranking", "unpaid_list")


def _refusal(key: str) -> Refusal:
    return Refusal("apportionment", f"“{key}”是按人头、按单位摊派或排名：捐赠应当自愿，禁止强行摊派或者变相摊派（{LAW}）")


VOLUNTARY: Mapping[str, Refusal] = {key: _refusal(key) for key in _QUOTAS}
