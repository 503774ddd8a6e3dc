"""The sections of a plan about education aid."""

from plugins.education_aid.plan.sections import SECTIONS

__all__ = ["SECTIONS"]
