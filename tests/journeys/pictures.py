"""What pages look like, for people to see."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page


def pictured(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it: nothing is asserted of it, and it costs as much as two pages."""
    folder = os.environ.get("BANGFU_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
