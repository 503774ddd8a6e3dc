"""`bangfu`, the administrator's tool; each slice brings its own commands."""

from __future__ import annotations

import click


@click.group(help="帮扶平台管理工具")
@click.version_option(package_name="bangfu", prog_name="bangfu")
def main() -> None:
    """The root of all commands."""
