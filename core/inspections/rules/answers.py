"""Answers to the questions of a check: what may be answered, and how a row comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import N_

#: a question is asked so that yes is right
YES, NO = "yes", "no"
YES_NO, NUMBER, TEXT = "yes_no", "number", "text"
ANSWERS = {YES_NO: N_("是或否"), NUMBER: N_("数"), TEXT: N_("文字")}
LONGEST = 200


def fault_of(kind: str, answer: str) -> str:
    """Why this is no answer to a question of the kind; empty: it is one, or none was given."""
    if not answer:
        return ""
    if kind == YES_NO and answer not in (YES, NO):
        return N_("请选是或否")
    if kind == NUMBER and not _is_number(answer):
        return N_("请填数，如 12 或 3.5")
    return N_("最多 200 个字") if len(answer) > LONGEST else ""


def result_of(items: Sequence[Mapping[str, Any]], answers: Mapping[str, str]) -> str:
    """"" while a question is open, "faulty" with a no among the answers, "good" otherwise."""
    if any(not answers.get(item["code"]) for item in items):
        return ""
    return "faulty" if any(item["answer"] == YES_NO and answers[item["code"]] == NO for item in items) else "good"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
