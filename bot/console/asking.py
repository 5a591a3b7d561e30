"""Why a question was asked: its reason, whether it was about a red flag, and how far an answer could have led."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from bot.interview.questions import pending_asked, reasons_to_ask
from bot.interview.turn import FORGET, RETRACTION
from bot.knowledge.model import urgency
from bot.triage.case import Case


def why_asked(decision: Optional[Mapping[str, Any]], knowledge: Any) -> Optional[dict[str, Any]]:
    """Of the question that was put after a turn: {id, reasons, red_flag, again, reach, special}; None where none was.

    The reasons are today's words for it. `special` is "retraction" or "forget_me" for a question that only confirms,
    "unknown" for one that today's knowledge lacks; `reach` the most urgent level that an answer could have led to.
    """
    facts = (decision or {}).get("facts") or {}
    pending = facts.get("pending")
    if not pending:
        return None
    told: dict[str, Any] = {"id": pending, "reasons": (), "red_flag": False, "again": False, "reach": None}
    if pending in (RETRACTION, FORGET):
        return {**told, "special": pending}
    try:
        asked = pending_asked(Case.from_json(facts), knowledge)
    except (TypeError, ValueError, AttributeError, KeyError):
        # Facts of another version: the page shows what it can.
        asked = None
    if asked is None:
        return {**told, "special": "unknown"}
    made = (decision or {}).get("decision") or {}
    opened = made.get("open") or {}
    # A finding is open where it or a broader or narrower kind of it is.
    keys = {*asked.keys, *(broader for key in asked.findings for broader in knowledge.broader(key))}
    levels = [opened[key] for key in keys if key in opened]
    return {
        **told,
        "reasons": reasons_to_ask(asked, knowledge),
        "red_flag": asked.question.red_flag,
        "again": asked.again,
        "reach": max(levels, key=urgency, default=None),
        "special": None,
    }
