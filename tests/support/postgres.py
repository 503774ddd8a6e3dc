"""A PostgreSQL of our own for the tests: Debian's binaries on a private socket and port."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg

#: what lies in memory costs half of what lies on a disk; a hundred copies of the schema need a gigabyte
MEMORY, ENOUGH = Path("/dev/shm"), 2**31


def binaries() -> Path | None:
    """The newest server Debian has installed, if any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    return found[-1] if found else None


def _as_server_user(command: list[str]) -> list[str]:
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A running server; `create` makes a database, from a template when one is named."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, name: str) -> str:
        """The address SQLAlchemy takes."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database and give its address."""
        # A template's files are copied as they are: half the time of writing every page anew.
        self._run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, with whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """A connection to a database, each statement for itself."""
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname={name}", autocommit=True)

    def _run(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@contextlib.contextmanager
def server(*settings: str) -> Iterator[Server]:
    """Start a throw-away server with further settings, as `postgres` when the tests run as root."""
    bin_dir = binaries()
    if bin_dir is None:
        raise RuntimeError("没有找到 PostgreSQL：请安装 Debian 软件包 postgresql")
    fits = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    home = Path(tempfile.mkdtemp(prefix="bangfu-pg-", dir=MEMORY if fits else None))
    home.chmod(0o755)
    data = home / "data"
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        shutil.chown(data, "postgres")
    port = _free_port()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run(_as_server_user([str(bin_dir / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust",
                                    "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]), **quiet)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off " \
              "-c synchronous_commit=off -c full_page_writes=off -c max_connections=60 " \
              + " ".join(f"-c {setting}" for setting in settings)
    control = [str(bin_dir / "pg_ctl"), "-D", str(data), "-w", "-s", "-l", str(home / "log")]
    subprocess.run(_as_server_user([*control, "-o", options, "start"]), **quiet)
    try:
        yield Server(port)
    finally:
        subprocess.run(_as_server_user([*control, "-m", "immediate", "stop"]), **{**quiet, "check": False})
        shutil.rmtree(home, ignore_errors=True)


def unique_name() -> str:
    """A name for a database nobody else has."""
    return f"t{uuid.uuid4().hex[:12]}"
