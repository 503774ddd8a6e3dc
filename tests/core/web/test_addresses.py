"""Addresses are built as Werkzeug builds them, and compiled only when they are asked for."""

from __future__ import annotations

import pytest
from werkzeug.routing import Map, Rule

from core.web.addresses import Address, AddressMap

RULES = [("/u/<code>/", "front", {}), ("/u/<code>/x/<int:number>", "numbered", {}), ("/list/", "list", {"page": 1}),
         ("/list/<int:page>", "list", {}), ("/files/<path:name>", "file", {})]
ASKED = [("front", {"code": "52"}), ("numbered", {"code": "贵州", "number": 7, "q": "a b", "more": ["x", "y"]}),
         ("list", {"page": 1}), ("list", {"page": 2, "sort": "name"}), ("file", {"name": "a/b c.txt"})]


def built(kind: type[Rule]) -> list[str]:
    adapter = Map([kind(rule, endpoint=endpoint, defaults=defaults) for rule, endpoint, defaults in RULES]).bind("localhost")
    return [adapter.build(endpoint, values) for endpoint, values in ASKED]


def test_addresses_are_what_werkzeug_makes_of_them() -> None:
    assert built(Address) == built(Rule)


def test_only_what_is_asked_for_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, compile_one = [], Rule._compile_builder

    def watched(self: Rule, append_unknown: bool = True) -> object:
        compiled.append(self.endpoint)
        return compile_one(self, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", watched)
    adapter = Map([Address("/a", endpoint="a"), Address("/b", endpoint="b")]).bind("localhost")
    assert compiled == []
    assert [adapter.build("a"), adapter.build("a")] == ["/a", "/a"]
    assert compiled == ["a"]


def test_rules_of_an_endpoint_are_named_without_sorting_all(monkeypatch: pytest.MonkeyPatch) -> None:
    sortings, update = [], Map.update
    monkeypatch.setattr(Map, "update", lambda self: (sortings.append(self), update(self))[1])
    known = AddressMap([Address(rule, endpoint=endpoint, defaults=defaults) for rule, endpoint, defaults in RULES])
    assert [[rule.rule for rule in known.iter_rules(endpoint)] for endpoint in ("front", "list")] == [
        ["/u/<code>/"], ["/list/", "/list/<int:page>"]]
    assert sortings == []
    assert sorted(rule.rule for rule in known.iter_rules()) == sorted(rule for rule, *_ in RULES)
    with pytest.raises(KeyError):
        known.iter_rules("nowhere")
