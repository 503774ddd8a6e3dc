"""What is compiled of Python is kept for the processes of a run and for the next run, also where Python is told to
write nothing beside its sources: compiling the platform anew takes a process three times as long as importing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: where pytest keeps what it remembers, out of version control
FOLDER = Path(__file__).parents[2] / ".pytest_cache" / "bytecode"


def keep() -> None:
    """Keep it from now on, in this process and in those it starts."""
    if not sys.dont_write_bytecode:
        return
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(FOLDER)
    os.environ["PYTHONPYCACHEPREFIX"] = str(FOLDER)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
