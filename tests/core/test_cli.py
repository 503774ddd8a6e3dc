"""The administrator's tool, and the demo it loads."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from core import demo, migrations
from core.accounts.models import Account
from core.cli import main
from core.errors import PlatformError
from core.extensions import Database
from core.tenancy.queries import list_tenants, running_plan
from core.units.models import Unit
from tests.conftest import SAMPLE
from tests.support.hosts import loaded

DIVISIONS = "code,name,level,parent_code\n98,测试省,province,\n9801,测试市,city,98\n980101,子县,county,9801\n" \
            "980101100,子一镇,township,980101\n980101100001,子一村,village,980101100\n"
PLAN = '''schema = 1
[tenant]
unit = "{unit}"
name = "{name}"
[[document]]
title = "{name}方案"
issuer = "{name}"
date = 2016-09-01
source = "测试"
starts = 2016-09-01
[[clause]]
id = "一"
text = "公示"
'''


@pytest.fixture
def tenants(tmp_path: Path) -> Path:
    """A folder of profiles with one made-up province."""
    folder = tmp_path / "tenants"
    (folder / "test").mkdir(parents=True)
    (folder / "test" / "divisions.csv.gz").write_bytes(gzip.compress(DIVISIONS.encode(), mtime=0))
    (folder / "national.toml").write_text(PLAN.format(unit="00", name="全国"))
    (folder / "test" / "zi.toml").write_text(PLAN.format(unit="980101", name="子县"))
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """`bangfu` with a data folder of its own."""
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("BANGFU_DATABASE_URL", raising=False)

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    return call


def test_help_lists_every_group_in_chinese(run) -> None:  # type: ignore[no-untyped-def]
    text = run("--help").output
    for word in ("db", "demo", "plan", "plugin", "serve", "tenants", "units", "帮扶平台管理工具"):
        assert word in text


def test_db_check_fails_until_the_upgrade_has_run(run) -> None:  # type: ignore[no-untyped-def]
    waiting = run("db", "check")
    assert waiting.exit_code == 1 and "bangfu db upgrade" in waiting.output
    assert run("db", "upgrade").exit_code == 0
    done = run("db", "check")
    assert done.exit_code == 0 and "已是最新" in done.output


def test_the_upgrade_goes_to_whatever_database_is_named(run, postgres_server, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    name = "cli_upgrade"
    url = postgres_server.create(name)
    monkeypatch.setenv("BANGFU_DATABASE_URL", url.replace("postgresql+psycopg://", "postgresql://"))
    assert run("db", "upgrade").exit_code == 0
    database = Database(url)
    assert migrations.pending(database) == []
    database.dispose()
    postgres_server.drop(name)


def test_plugins_are_listed_with_those_in_quarantine(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    listed = run("plugin", "list").output
    assert "捐赠" in listed and "学生资助" in listed and "已隔离" not in listed
    monkeypatch.setenv("BANGFU_EXTRA_PLUGINS", f"{SAMPLE},tests.sample_plugin.nowhere")
    text = run("plugin", "list").output
    assert "sample" in text and "已隔离" in text


def test_serve_says_which_port_to_try_when_this_one_is_taken(run) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run("serve", "--port", str(port))
    assert answer.exit_code == 1 and f"PORT={port + 1}" in answer.output


def test_a_refusal_is_one_line_and_no_traceback(run) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    answer = run("units", "show", "000000")
    assert answer.exit_code == 1 and answer.output.count("\n") <= 2 and "Traceback" not in answer.output


def test_demo_reset_is_refused_on_a_server(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("BANGFU_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    answer = run("demo", "reset")
    assert answer.exit_code == 1 and "SQLite" in answer.output


def _demo(database: Database, tenants: Path, said: list[str]) -> list[demo.DemoAccount]:
    host = loaded()
    return demo.load(database, host, tenants, said.append)


def test_the_demo_loads_divisions_plans_and_people_once(database: Database, tenants: Path) -> None:
    said: list[str] = []
    accounts = _demo(database, tenants, said)
    assert any("行政区划 test" in line for line in said) and any("zi.toml" in line for line in said)
    assert {"zixian-aid", "zi-aid"} & {account.login for account in accounts}
    with database.session() as session:
        assert session.scalar(select(func.count(Unit.id)).where(Unit.level == "village")) == 1
        assert {place.id for place in list_tenants(session)} == {"00", "980101"}
        assert running_plan(session, "980101") is not None
        people = session.scalar(select(func.count(Account.id)))
    again: list[str] = []
    assert len(_demo(database, tenants, again)) == len(accounts)
    assert again == []
    with database.session() as session:
        assert session.scalar(select(func.count(Account.id))) == people


def test_a_load_that_was_cut_off_goes_on_where_it_stopped(sqlite_database: Database, tenants: Path) -> None:
    faulty = tenants / "test" / "zz.toml"
    faulty.write_text("schema = 1\n")
    with pytest.raises(PlatformError, match="document"):
        _demo(sqlite_database, tenants, [])
    faulty.unlink()
    said: list[str] = []
    assert _demo(sqlite_database, tenants, said)
    assert not any("行政区划" in line for line in said)


def test_the_start_announces_address_and_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    demo.announce([demo.DemoAccount("guiding-aid", "bangfu-demo", "测试甲（经办）", "贵定县"),
                   demo.DemoAccount("other", "bangfu-demo", "测试乙", "别处")], 8123)
    text = capsys.readouterr().out
    assert "http://127.0.0.1:8123/" in text and "guiding-aid" in text and "另有 1 个" in text


def test_the_sqlite_file_goes_with_its_journal(tmp_path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"x.sqlite3{suffix}").touch()
    demo.remove_sqlite(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    assert list(tmp_path.iterdir()) == []


def test_commands_on_a_database_without_tables_say_what_to_run(run, tenants: Path) -> None:  # type: ignore[no-untyped-def]
    for words in (("units", "import", str(tenants / "test" / "divisions.csv.gz")), ("plan", "apply", str(tenants / "test" / "zi.toml"))):
        answer = run(*words)
        assert answer.exit_code == 1 and "bangfu db upgrade" in answer.output and "Traceback" not in answer.output


def test_faults_of_rows_and_between_rows_are_named_together(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    faulty = tmp_path / "faulty.csv"
    faulty.write_text("code,name,level,parent_code\n98,测试省,province,\n9801,子市,city,97\n9801,子市,city,98\n980101,子县,village,9801\n")
    answer = run("units", "import", str(faulty))
    assert answer.exit_code == 1
    for words in ("第 3 行（9801）：上级 97", "第 4 行（9801）：代码重复", "第 5 行（980101）：代码与层级不符"):
        assert words in answer.output, answer.output
