"""Every template and static file of the repository keeps to the house rules of pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from core.config import ROOT

STATIC = ROOT / "core/web/static"
TEMPLATES = sorted(
    path for folder in ("core", "plugins", "tests") for path in (ROOT / folder).glob("**/templates/**/*.html")
    if path.name != "evidence.html"  # a file of the evidence pack: it stands alone, in the language of what was published
)
OWN_FILES = sorted(path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts)
SPRITE = set((ROOT / "core/web/icons.txt").read_text(encoding="utf-8").split())
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MARKERS = {"_", "gettext", "ngettext", "pgettext"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


class Inline(HTMLParser):
    """Collects what a policy without inline code would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {key for key, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        for key, value in attrs:
            if key == "style" or key.startswith(("on", "hx-on")) or (key == "hx-vals" and "js:" in (value or "")):
                self.found.append(key)
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{key}={value}")


def plain(path: Path) -> str:
    """The template's markup, its program parts blanked."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_carries_inline_code(path: Path) -> None:
    parser = Inline()
    parser.feed(plain(path))
    assert parser.found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_reaches_for_another_host(path: Path) -> None:
    assert re.findall(r"""(?:src|href|action|hx-\w+)\s*=\s*["']?\s*(?:https?:)?//""", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_static_reference_exists(path: Path) -> None:
    wanted = re.findall(r"asset\('([^']+)'\)", path.read_text(encoding="utf-8"))
    missing = [item for item in wanted if not item.startswith("vendor/") and not (STATIC / item).exists()]
    assert missing == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_is_in_the_sprite(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = re.findall(r"\bicon\('([\w-]+)'", text) + re.findall(r"sign='([\w-]+)'", text)
    assert sorted(set(wanted) - SPRITE) == []


def test_every_icon_of_a_menu_is_in_the_sprite() -> None:
    wanted = {}
    for folder in ("core", "plugins", "tests/sample_plugin"):
        for path in (ROOT / folder).rglob("*.py"):
            for icon in re.findall(r'MenuItem\(\s*"[^"]*",\s*"[^"]*",\s*"([^"]*)"', path.read_text(encoding="utf-8")):
                wanted[icon] = name(path)
    assert {icon: where for icon, where in wanted.items() if icon not in SPRITE} == {}
    assert wanted


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_visible_word_can_be_translated(path: Path) -> None:
    """Chinese stands in a template only inside `_(…)`, so that the English page is English."""
    tokens = [token for token in Environment(autoescape=True).lex(path.read_text(encoding="utf-8"))
              if token[1] not in ("whitespace", "comment_begin", "comment", "comment_end")]
    stray = []
    inside = 0
    for at, (line, kind, text) in enumerate(tokens):
        if kind == "operator" and text == "(":
            inside += 1 if inside or tokens[at - 1][2] in MARKERS else 0
        elif kind == "operator" and text == ")":
            inside = max(inside - 1, 0)
        elif CHINESE.search(text) and (kind == "data" or (kind == "string" and not inside)):
            stray.append(f"{line}: {text.strip()[:40]}")
    assert stray == []


@pytest.mark.parametrize("path", [path for path in OWN_FILES if path.suffix in (".css", ".js")], ids=name)
def test_own_styles_and_scripts_stay_local(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://|url\(|@import", text) == []
    assert re.findall(r"\beval\(|new Function|innerHTML\s*=|\.style\b|setAttribute\(\"style", text) == []


@pytest.mark.parametrize("path", [path for path in OWN_FILES if path.suffix == ".js"], ids=name)
def test_own_scripts_import_files_that_exist(path: Path) -> None:
    wanted = re.findall(r'from "(\./[\w-]+\.js)"', path.read_text(encoding="utf-8"))
    assert [item for item in wanted if not (path.parent / item).exists()] == []


@pytest.mark.parametrize("path", [path for path in OWN_FILES if path.suffix == ".css"], ids=name)
def test_every_token_used_is_defined(path: Path) -> None:
    defined = set(re.findall(r"(--bf-[\w-]+):", (STATIC / "css/tokens.css").read_text(encoding="utf-8")))
    used = set(re.findall(r"var\((--bf-[\w-]+)", path.read_text(encoding="utf-8")))
    assert sorted(used - defined) == []


@pytest.mark.parametrize("path", [path for path in OWN_FILES if path.suffix == ".css" and path.stem != "print"], ids=name)
def test_colours_are_named_in_one_place_only(path: Path) -> None:
    if path.stem != "tokens":
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8"))
        assert set(colours) <= {"#fff"}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def tokens(theme: str) -> dict[str, str]:
    text = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    block = text.split(f'[data-bs-theme="{theme}"] {{')[1].split("}")[0]
    return dict(re.findall(r"--bf-([\w-]+): (#[0-9a-f]{6})", block))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), [
    ("ink", "paper"), ("ink", "sheet"), ("ink-2", "paper"), ("ink-2", "sheet"), ("ink-3", "sheet"), ("accent", "sheet"),
    ("on-accent", "accent"), ("bar-ink", "bar"), ("bar-ink-2", "bar"), ("plain", "plain-soft"), ("info", "info-soft"),
    ("success", "success-soft"), ("warning", "warning-soft"), ("danger", "danger-soft"), ("accent-strong", "accent-soft"),
])
def test_text_stands_out_enough_to_read(theme: str, ink: str, ground: str) -> None:
    """WCAG 2.1 AA: 4.5 to 1 for running text, in light and in dark."""
    named = tokens(theme)
    high, low = sorted((luminance(named[ink]), luminance(named[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5
