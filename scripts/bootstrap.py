"""Set the project up on a machine that has only Python 3.11: virtual environment, pinned packages, front-end
files, message catalogues; for the tests also PostgreSQL, Chromium and a Chinese font.

Runs on the system's Python and the standard library alone. Quick when everything is in place.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

#: what the tests need from Debian: package, and how to see that it is there
SYSTEM = {
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "chromium": lambda: Path("/usr/bin/chromium").exists(),
    "fonts-noto-cjk": lambda: any(Path("/usr/share/fonts/opentype/noto").glob("NotoSansCJK*")),
}


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def fail(text: str) -> None:
    print(f"✗ {text}", file=sys.stderr, flush=True)
    sys.exit(1)


def run(*command: str | Path, **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)  # type: ignore[call-overload]


def apt_install(packages: list[str]) -> None:
    """Install Debian packages when we may; otherwise say exactly what to install."""
    command = f"apt-get install -y {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        fail(f"缺少系统软件包：{'、'.join(packages)}。请由管理员执行：{command}")
    say(f"安装系统软件包：{'、'.join(packages)}")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    run("apt-get", "update", "-qq", **quiet)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, **quiet)


def make_venv() -> None:
    if sys.version_info < (3, 11):
        fail(f"需要 Python 3.11 或更新版本，当前是 {sys.version.split()[0]}。可用 make PYTHON=python3.11 …")
    if PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        apt_install(["python3-venv"])
    say("建立虚拟环境 .venv")
    run(sys.executable, "-m", "venv", VENV)


def install_packages(lock: str) -> None:
    """Install the pinned set with its hashes; a stamp keeps the second start quick."""
    wanted = hashlib.sha256((ROOT / lock).read_bytes() + (ROOT / "setup.cfg").read_bytes()).hexdigest()
    stamp = VENV / f".installed-{lock}"
    # The development set contains the other, so its stamp answers for both.
    stamps = [stamp] if "dev" in lock else [stamp, VENV / ".installed-requirements-dev.lock"]
    dev = hashlib.sha256((ROOT / "requirements-dev.lock").read_bytes() + (ROOT / "setup.cfg").read_bytes()).hexdigest()
    if any(path.exists() and path.read_text() in (wanted, dev) for path in stamps):
        return
    say("安装锁定版本的软件包（约一分钟）")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--no-deps", "-r", lock)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    stamp.write_text(wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    wants = parser.parse_args()
    if wants.dev:
        missing = [name for name, present in SYSTEM.items() if not present()]
        if missing:
            apt_install(missing)
    make_venv()
    install_packages("requirements-dev.lock" if wants.dev else "requirements.lock")
    run(PYTHON, "scripts/assets.py")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        fail(f"这一步没有成功：{' '.join(str(part) for part in error.cmd)}（退出码 {error.returncode}）")
