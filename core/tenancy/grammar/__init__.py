"""The grammar of a profile: how a published plan is written down, and every check it must pass."""

from core.tenancy.grammar.checker import check
from core.tenancy.grammar.directory import Directory, UnitFact
from core.tenancy.grammar.fields import Amount, Count, Day, EntrySchema, MonthDay, Refusal, Text, Word
from core.tenancy.grammar.layering import Layer
from core.tenancy.grammar.masks import State
from core.tenancy.grammar.problems import RULES, ProfileProblem, ProfileRefused
from core.tenancy.grammar.profile import Checked, Entry, Place, Profile, Question
from core.tenancy.grammar.registry import CORE, Grammar, grammar

__all__ = [
    "CORE",
    "RULES",
    "Amount",
    "Checked",
    "Count",
    "Day",
    "Directory",
    "Entry",
    "EntrySchema",
    "Grammar",
    "Layer",
    "MonthDay",
    "Place",
    "Profile",
    "ProfileProblem",
    "ProfileRefused",
    "Question",
    "Refusal",
    "State",
    "Text",
    "UnitFact",
    "Word",
    "check",
    "grammar",
]
