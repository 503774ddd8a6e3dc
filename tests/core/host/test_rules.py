"""Manifests and the closure of requirements."""

from __future__ import annotations

import pytest

from core.errors import PluginLoadError
from core.host.rules import (
    check_manifest,
    missing_requirements,
    needs_of,
    satisfied,
    version_of,
    with_dependants,
    with_requirements,
)
from tests.core.host.support import manifest

REQUIRES = {"aid": (), "pairing": ("aid",), "gifts": ("pairing",), "school": ()}


def test_what_is_required_comes_first() -> None:
    assert with_requirements("gifts", REQUIRES) == ["aid", "pairing", "gifts"]
    assert with_requirements("school", REQUIRES) == ["school"]


def test_a_plugin_needs_itself_and_all_it_requires() -> None:
    assert needs_of("gifts", REQUIRES) == ("aid", "pairing", "gifts")
    assert needs_of("gifts", {"gifts": ("pairing",)}) is None, "one that is required is not there"
    assert needs_of("gone", REQUIRES) is None


def test_the_farthest_dependant_goes_first() -> None:
    assert with_dependants("aid", REQUIRES) == ["gifts", "pairing", "aid"]
    assert with_dependants("school", REQUIRES) == ["school"]


def test_two_dependants_of_one_plugin_both_go_before_it() -> None:
    found = with_dependants("a", {"a": (), "b": ("a",), "c": ("a", "b"), "d": ()})
    assert found == ["c", "b", "a"]


def test_a_ring_of_requirements_is_named() -> None:
    with pytest.raises(PluginLoadError, match="成环：a、b"):
        with_requirements("a", {"a": ("b",), "b": ("a",)})
    assert set(missing_requirements({"a": ("b",), "b": ("a",), "c": ()})) == {"a", "b"}


def test_an_absent_requirement_takes_its_dependants_along() -> None:
    found = missing_requirements({"pairing": ("aid",), "gifts": ("pairing",), "school": ()})
    assert found == {"pairing": "所需的插件没有安装或已被隔离：aid",
                     "gifts": "所需的插件没有安装或已被隔离：pairing"}


def test_a_switch_counts_only_with_all_it_requires_on() -> None:
    assert satisfied({"gifts", "pairing"}, REQUIRES) == frozenset()
    assert satisfied({"gifts", "pairing", "aid", "gone"}, REQUIRES) == {"gifts", "pairing", "aid"}


def test_versions_compare_by_number() -> None:
    assert version_of("0.10") > version_of("0.9")
    assert version_of("0.1") == version_of("0.1.0")


@pytest.mark.parametrize(("changes", "message"), [
    ({"slug": "Bad-Slug"}, "slug"),
    ({"slug": "core"}, "slug"),
    ({"slug": 7}, "slug"),
    ({"title": " "}, "title"),
    ({"summary": ""}, "summary"),
    ({"version": "first"}, "版本号“first”"),
    ({"requires": "aid"}, "requires"),
    ({"requires": ("good",)}, "requires"),
    ({"order": "first"}, "order"),
    ({"core": "9.0"}, "需要平台 9.0 以上，现为 0.1.0"),
])
def test_a_faulty_manifest_is_refused_with_the_key(changes: dict[str, object], message: str) -> None:
    values = {"slug": "good"} | changes
    with pytest.raises(PluginLoadError, match=message):
        check_manifest(manifest(**values), "0.1.0")  # type: ignore[arg-type]


def test_a_plugin_without_manifest_is_refused() -> None:
    with pytest.raises(PluginLoadError, match="没有清单"):
        check_manifest(None, "0.1.0")
