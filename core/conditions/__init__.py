"""The one small language of "who, where, when" in plans: comparisons on named facts joined by all, any and not.

    where = { stage = ["primary", "junior"], boarding = true, any = [{ category = "建档立卡" }, { age = { lt = 6 } }] }

A condition is judged of one record (`holds`), of columns (`core.conditions.columns`) and of tables (`core.conditions.sql`),
always alike and always in three values: a fact that nobody knows leaves open whatever depends on it.
"""

from core.conditions.facts import CHOICE, DATE, FLAG, NUMBER, SET, Fact, Vocabulary, vocabulary
from core.conditions.parsing import Fault, parse
from core.conditions.tree import All, Condition, member

__all__ = ["CHOICE", "DATE", "FLAG", "NUMBER", "SET", "All", "Condition", "Fact", "Fault", "Vocabulary", "member", "parse",
           "vocabulary"]
