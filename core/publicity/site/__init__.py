"""A county's public site: no sign-in, few bytes, kept pages that end at midnight with what they show."""

from core.publicity.site.rendering import render_public

__all__ = ["render_public"]
