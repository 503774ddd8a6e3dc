"""The tables of the plugin, by what they are about."""

from plugins.education_aid.models.applications import Application, ArchivePart
from plugins.education_aid.models.awards import AidRun, Award, Carried, Difference, Undecided
from plugins.education_aid.models.cases import AidCase, Letter
from plugins.education_aid.models.dropout import DropoutCase, DropoutPatch, DropoutReport, DropoutVisit
from plugins.education_aid.models.payments import Batch, BatchLine, Payment

__all__ = ["AidCase", "AidRun", "Application", "ArchivePart", "Award", "Batch", "BatchLine", "Carried", "Difference", "DropoutCase", "DropoutPatch",
           "DropoutReport", "DropoutVisit", "Letter", "Payment", "Undecided"]
