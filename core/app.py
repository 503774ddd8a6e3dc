"""The web application: puts the slices together; every decision is made inside them."""

from __future__ import annotations
