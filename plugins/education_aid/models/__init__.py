"""The tables of the plugin, by what they are about."""

from plugins.education_aid.models.awards import AidRun, Award, Undecided

__all__ = ["AidRun", "Award", "Undecided"]
