"""What plans say about giving: the sections `[[donations.…]]`, their checks, and reading what holds in a place."""

from plugins.donations.plan.sections import SECTIONS

__all__ = ["SECTIONS"]
