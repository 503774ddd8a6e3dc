"""hookspecs.py, HOOKS.md and the tests say the same."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from core.host import hookspecs
from core.host.loading import REGISTERS, SPECS, new_manager
from core.host.manager import PluginHost
from core.host.markers import hookimpl
from tests.sample_plugin import hooks as sample

HOOKS_MD = Path(hookspecs.__file__).with_name("HOOKS.md").read_text(encoding="utf-8")
ENTRIES: dict[str, str] = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", HOOKS_MD, re.MULTILINE | re.DOTALL))
DOCSTRING = ("When:", "Scope:", "Args:", "Returns:", "Order:", "If it raises:", "Since:")
LABELS = ("何时", "范围", "参数", "返回", "次序", "出错", "始于")
TESTED = (Path(__file__).with_name("test_hooks.py")).read_text(encoding="utf-8")
PREFIXES = ("register_", "collect_", "on_", "before_")


def test_every_hook_has_its_entry_in_order_and_no_other_has() -> None:
    assert list(ENTRIES) == list(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_the_entry_shows_the_signature_of_the_spec(name: str) -> None:
    signature = str(inspect.signature(SPECS[name])).replace("'", "")
    assert f"```python\n{name}{signature}\n```" in ENTRIES[name]


@pytest.mark.parametrize("name", SPECS)
def test_the_entry_says_everything_in_the_fixed_order(name: str) -> None:
    assert tuple(re.findall(r"^- \*\*(\w+)\*\*：\S+", ENTRIES[name], re.MULTILINE)) == LABELS


@pytest.mark.parametrize("name", SPECS)
def test_the_docstring_says_everything_in_the_fixed_order(name: str) -> None:
    text = inspect.getdoc(SPECS[name]) or ""
    places = [text.find(f"\n{label} ") for label in DOCSTRING]
    assert -1 not in places
    assert places == sorted(places)
    for argument in inspect.signature(SPECS[name]).parameters:
        assert f"{argument}:" in text
        assert argument in ENTRIES[name]


@pytest.mark.parametrize("name", SPECS)
def test_the_name_follows_the_grammar_and_every_argument_is_typed(name: str) -> None:
    assert name.startswith(PREFIXES)
    signature = inspect.signature(SPECS[name])
    asks = name.startswith(("register_", "collect_"))
    assert signature.return_annotation.startswith("list[" if asks else "None")
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert "dict[str, Any]" not in parameter.annotation


@pytest.mark.parametrize("name", SPECS)
def test_a_hook_that_nobody_implements_answers_nothing(name: str) -> None:
    arguments = dict.fromkeys(inspect.signature(SPECS[name]).parameters)
    assert SPECS[name](**arguments) in ([], None)
    assert getattr(new_manager().hook, name)(**arguments) == []


@pytest.mark.parametrize("name", SPECS)
def test_every_hook_has_a_test_of_its_own(name: str) -> None:
    assert f"def test_hook_{name}(" in TESTED


@pytest.mark.parametrize("name", SPECS)
def test_the_sample_plugin_uses_every_hook(name: str) -> None:
    assert hasattr(sample, name)
    assert hasattr(getattr(sample, name), f"{hookimpl.project_name}_impl")


def test_every_register_hook_has_a_known_type() -> None:
    assert list(REGISTERS) == [name for name in SPECS if name.startswith("register_")]


def test_the_manager_knows_every_spec() -> None:
    host = PluginHost()
    for name in REGISTERS:
        assert host.registered(name) == []
