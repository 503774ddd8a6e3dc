"""Hundreds of apps of one run, in all its processes, share the compiled templates."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache

_kept: list[FileSystemBytecodeCache] = []


def keep_in(folder: Path) -> None:
    """Keep what is compiled from now on in this folder."""
    folder.mkdir(exist_ok=True)
    _kept[:] = [FileSystemBytecodeCache(str(folder))]


def share_templates(environment: Environment) -> None:
    """Let an app look for its templates among those compiled before."""
    environment.bytecode_cache = _kept[0]
