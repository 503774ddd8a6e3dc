"""`bangfu trail …` seals, verifies, exports, and renews keys."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from core.auditing.services import uppers
from core.cli import main
from core.config import ROOT
from core.extensions import Actor, Database
from core.trail.services import record

Bangfu = Callable[..., Result]


@pytest.fixture
def bangfu(world_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bangfu:
    path = tmp_path / "world.sqlite3"
    shutil.copy(world_template, path)
    monkeypatch.setenv("BANGFU_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path))
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        for tenant_id in ("990101", "990102", "99"):
            record(session, Actor.command_line(), "core:plan:write", f"办理{tenant_id}", subject="plan:1", tenant_id=tenant_id)
    database.dispose()
    return lambda *arguments: CliRunner().invoke(main, ["trail", *arguments])


def sql(tmp_path: Path, statement: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'world.sqlite3'}")
    with database.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    database.dispose()


def test_every_tenant_is_sealed_and_countersigned_from_below(bangfu: Bangfu, tmp_path: Path) -> None:
    done = bangfu("seal", "--settle", "-5")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    order = [line.split("\t")[0] for line in lines[:-1]]
    assert order.index("990101") < order.index("99") < order.index("00")
    verified = bangfu("verify")
    assert verified.exit_code == 0 and "✗" not in verified.output, verified.output
    assert "✓ 990101：1 批" in verified.output


def test_nothing_waits_after_a_seal_of_the_top(bangfu: Bangfu) -> None:
    bangfu("seal", "--settle", "-5")
    assert bangfu("seal", "--tenant", "990101").output == "没有等待封存的留痕\n"
    assert bangfu("seal", "--tenant", "nowhere").exit_code == 1


def test_verify_names_the_first_broken_entry(bangfu: Bangfu, tmp_path: Path) -> None:
    bangfu("seal", "--settle", "-5")
    sql(tmp_path, "UPDATE trail_entries SET who = '别人' WHERE sentence = '办理990101'")
    done = bangfu("verify")
    assert done.exit_code == 1
    assert "✗ 990101：1 处不对" in done.output and "第 1 批第 1 条被改动（条目 " in done.output
    assert bangfu("verify", "--tenant", "990102").exit_code == 0


def test_the_exported_file_is_verified_offline_with_published_keys(bangfu: Bangfu, tmp_path: Path) -> None:
    bangfu("seal", "--settle", "-5")
    file, keys = tmp_path / "trail.jsonl", tmp_path / "keys.json"
    assert bangfu("export", "--tenant", "990101", "--to", str(file)).exit_code == 0
    keys.write_text(bangfu("keys").output, encoding="utf-8")
    assert set(json.loads(keys.read_text())) == {"00", "99", "990101", "990102"}
    command = [sys.executable, "-m", "core.trail.offline", str(file), "--keys", str(keys)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "990101：1 批" in done.stdout, done.stdout + done.stderr
    file.write_bytes(file.read_bytes().replace("办理990101".encode(), "办理990109".encode()))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "第 1 批第 1 条被改动" in done.stdout


def test_a_lost_key_is_not_silently_replaced(bangfu: Bangfu, tmp_path: Path) -> None:
    bangfu("seal", "--settle", "-5")
    (tmp_path / "keys" / "990101.pem").unlink()
    done = bangfu("seal", "--tenant", "990101", "--settle", "-5")
    assert done.exit_code == 1 and "renew-key" in done.output
    assert bangfu("renew-key", "--tenant", "990101").exit_code == 0
    assert "第 2 批" in bangfu("seal", "--tenant", "990101", "--settle", "-5").output
    assert bangfu("verify").exit_code == 0


def test_the_tenant_above_is_the_nearest_in_the_tree(bangfu: Bangfu, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'world.sqlite3'}")
    with database.session() as session:
        found = uppers(session)
    database.dispose()
    assert found == {"00": "", "99": "00", "990101": "99", "990102": "99", "990201": "99"}


def test_help_says_that_cron_seals(bangfu: Bangfu) -> None:
    assert "cron" in bangfu("--help").output
