"""How donors are named in public."""

from __future__ import annotations

import pytest

from plugins.donations.rules.naming import public_name


@pytest.mark.parametrize(("kind", "name", "consent", "shown"), [
    ("unit", "测试公司", "named", "测试公司"),
    ("unit", "测试公司", "masked", "测试公司"),
    ("unit", "测试公司", "unnamed", "按意愿不公开"),
    ("pool", "测试商会", "masked", "测试商会"),
    ("person", "测试甲", "named", "测试甲"),
    ("person", "测试甲", "masked", "测**"),
    ("person", "测试甲", "unnamed", "按意愿不公开"),
    ("person", "", "named", "按意愿不公开"),
    ("anonymous", "测试甲", "named", "匿名捐赠"),
])
def test_a_donor_is_named_as_they_agreed(kind: str, name: str, consent: str, shown: str) -> None:
    assert public_name(kind, name, consent) == shown


def test_of_pupils_the_class_alone_is_named() -> None:
    assert public_name("pupils", "测试甲", "named", "三年级（2）班") == "三年级（2）班"
