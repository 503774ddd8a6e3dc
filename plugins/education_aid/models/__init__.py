"""The tables of the plugin, by what they are about."""

from plugins.education_aid.models.admission import AdmissionRound, Applicant, Referral
from plugins.education_aid.models.applications import Application, ArchivePart
from plugins.education_aid.models.awards import AidRun, Award, Carried, Difference, Undecided
from plugins.education_aid.models.cases import AidCase, Letter, LetterItem
from plugins.education_aid.models.dropout import DropoutCase, DropoutPatch, DropoutReport, DropoutVisit
from plugins.education_aid.models.needs import Measure, PathwayMember, PathwayStep, RollEntry, Survey
from plugins.education_aid.models.offers import Charge, Loan, TargetValue, WorkStudy
from plugins.education_aid.models.payments import Batch, BatchLine, Payment
from plugins.education_aid.models.varied import VariedAward

__all__ = ["AdmissionRound", "AidCase", "AidRun", "Applicant", "Application", "ArchivePart", "Award", "Batch", "BatchLine", "Carried",
           "Charge", "Difference", "DropoutCase", "DropoutPatch", "DropoutReport", "DropoutVisit", "Letter", "LetterItem", "Loan",
           "Measure", "PathwayMember", "PathwayStep", "Payment", "Referral", "RollEntry", "Survey", "TargetValue", "Undecided",
           "VariedAward", "WorkStudy"]
