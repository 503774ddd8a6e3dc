"""Settings of one running platform, read once from the environment."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: what a deployment decides about accounts, see `core.accounts.policy`
ACCOUNTS = "BANGFU_ACCOUNT_"


@dataclass(frozen=True)
class Settings:
    """What differs between two machines; everything a plan can vary lives in the plan instead."""

    database_url: str
    data_dir: Path
    secret_key: str
    #: production logs and drops a failing `collect_…` hook; otherwise it is raised
    production: bool = False
    testing: bool = False
    #: shows the demo accounts on the sign-in page
    demo: bool = False
    #: plugins in addition to those found by entry point, as "module:attribute" (tests, development)
    extra_plugins: tuple[str, ...] = ()
    tenants_dir: Path = ROOT / "tenants"
    secure_cookies: bool = False
    #: background work is done by threads of this process; off where `bangfu jobs work` does it
    jobs: bool = False
    job_threads: int = 2
    #: where files are kept: `s3://bucket/prefix`, or empty for the folder `files` of the data directory
    files_url: str = ""
    #: a webhook has this many seconds for all of a request, and is paused after so many days without success
    webhook_seconds: float = 10.0
    webhook_pause_days: int = 5
    #: by name, what BANGFU_ACCOUNT_<NAME> says
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_env(cls) -> Settings:
        """Read the environment; whatever is not set there has its default.

        BANGFU_DATABASE_URL: SQLite in the data folder, or `postgresql://…`. BANGFU_DATA_DIR: `var`.
        BANGFU_SECRET_KEY: else made once and kept in the data folder. BANGFU_ENV: `production`.
        BANGFU_DEMO, BANGFU_SECURE_COOKIES: `1`. BANGFU_JOBS: `off`. BANGFU_JOB_THREADS: 2.
        BANGFU_EXTRA_PLUGINS: `module:attribute`, with commas between. BANGFU_FILES_URL: `s3://bucket/prefix`.
        BANGFU_WEBHOOK_SECONDS: 10. BANGFU_WEBHOOK_PAUSE_DAYS: 5.
        BANGFU_ACCOUNT_<NAME>: every field of `core.accounts.policy.Policy`.
        """
        data_dir = Path(os.environ.get("BANGFU_DATA_DIR", ROOT / "var"))
        url = os.environ.get("BANGFU_DATABASE_URL") or f"sqlite:///{data_dir / 'bangfu.sqlite3'}"
        extra = tuple(name for name in os.environ.get("BANGFU_EXTRA_PLUGINS", "").split(",") if name)
        return cls(
            database_url=normalise_url(url),
            data_dir=data_dir,
            secret_key=os.environ.get("BANGFU_SECRET_KEY") or _kept_secret(data_dir),
            production=os.environ.get("BANGFU_ENV") == "production",
            demo=os.environ.get("BANGFU_DEMO") == "1",
            secure_cookies=os.environ.get("BANGFU_SECURE_COOKIES") == "1",
            jobs=os.environ.get("BANGFU_JOBS", "on") != "off",
            job_threads=max(1, int(os.environ.get("BANGFU_JOB_THREADS") or 2)),
            extra_plugins=extra,
            files_url=os.environ.get("BANGFU_FILES_URL", ""),
            webhook_seconds=float(os.environ.get("BANGFU_WEBHOOK_SECONDS") or 10),
            webhook_pause_days=int(os.environ.get("BANGFU_WEBHOOK_PAUSE_DAYS") or 5),
            options={name.removeprefix(ACCOUNTS).lower(): value for name, value in os.environ.items()
                     if name.startswith(ACCOUNTS) and value},
        )


def normalise_url(url: str) -> str:
    """Accept the short forms people write for PostgreSQL and name the driver."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def _kept_secret(data_dir: Path) -> str:
    """A signing key made at the first start and kept beside the data, readable by its owner only."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()
