"""`bangfu plan …` and `bangfu tenants`: checking, applying and reading plans from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from core.config import Settings
from core.host import manager
from core.tenancy.grammar import Checked, Grammar, grammar
from core.tenancy.offline import check_file

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.group(help="方案：检查、应用、查看与导出")
def plan() -> None:
    """The commands about plans."""


def installed_grammar(host: manager.PluginHost) -> Grammar:
    """The grammar of core and of every installed plugin."""
    return grammar(host.registered("register_sections"), host.requires)


@plan.command("check", help="检查方案文件，逐条列出文件、行、键、条款、规则与原因；有错误时退出码为 1")
@FILES
@click.option("--json", "as_json", is_flag=True, help="以 JSON 列表输出")
@click.option("--offline", is_flag=True, help="不连数据库，只按方案旁边的 divisions.csv.gz 与上级方案核对")
def check_files(files: tuple[Path, ...], as_json: bool, offline: bool) -> None:
    """Check profiles; with units in the database against it, otherwise against the files around them."""
    known = installed_grammar(manager.load(Settings.from_env()))
    outcomes = [check_file(file, known) for file in files]
    _print(outcomes, as_json)
    sys.exit(1 if any(outcome.errors for outcome in outcomes) else 0)


def _print(outcomes: list[Checked], as_json: bool) -> None:
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    if as_json:
        click.echo(json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=1))
        return
    for problem in problems:
        kind = "错误" if problem.severity == "error" else "提示"
        clause = f"（条款 {problem.clause}）" if problem.clause else ""
        click.echo(
            f"{problem.file}:{problem.line} {kind} [{problem.rule}] {problem.key}{clause}：{problem.message}"
        )
    click.echo(
        f"{len(outcomes)} 个方案，{sum(len(outcome.errors) for outcome in outcomes)} 处错误，"
        f"{len(problems) - sum(len(outcome.errors) for outcome in outcomes)} 处提示"
    )
