"""The reply to a person who may harm themselves: its own words and a line to call, no question, and no archive."""

from __future__ import annotations

from typing import Any, Optional

from bot.interview.turn import Turn
from bot.knowledge import Knowledge
from bot.report.advice import demonstration, level_part, reason_part
from bot.report.reply import Reply


def crisis(turn: Turn, knowledge: Knowledge, number: str, line: Optional[str]) -> Reply:
    """What such a person is told. `line` is the crisis line of the country, by name and number, None where none is
    known."""
    messages = knowledge.messages
    emergency = turn.case.emergency
    fired = [each for each in turn.decision.fired if knowledge.rules[each.id].reply == "crisis"]
    call = messages.text("crisis.line", crisis_line=line) if line else messages.text("crisis.no_line", number=number)
    act = messages.text("crisis.act" if emergency else "crisis.thoughts_act", number=number)
    headline = messages.text("crisis.headline" if emergency else "crisis.thoughts_headline", number=number)
    if turn.again:
        words = [f"{headline}.", act, call, messages.text("crisis.later")]
    elif turn.other:
        words = [f"{headline}.", act, messages.text("crisis.other"), call]
    else:
        words = [f"{headline}.", messages.text("crisis.lead"), act, call, messages.text("crisis.stay")]
        words += [messages.text("crisis.ask")]
    level = "emergency" if emergency else turn.decision.level
    parts: dict[str, Any] = {
        **level_part(level, knowledge, number),
        "headline": headline,
        "reasons": [reason_part(each, knowledge, number) for each in fired],
        "understood": [],
        "not_understood": [],
        "answer": None,
        "similar": [],
        "self_care": [],
        "doctor": [],
        "specialty": None,
        "safety_net": {
            "uncertain": messages.text("emergency.uncertain"),
            "watch_for": [messages.text("crisis.watch_for", number=number)],
            "how_to_get_help": f"{act} {call}",
            "how_long": messages.text("emergency.how_long"),
        },
        "would_change": [],
        "topics": list(turn.decision.topics),
        "crisis": True,
        "demonstration": demonstration(fired, knowledge),
        "report_url": None,
    }
    return Reply("emergency" if emergency else "advice", "\n".join(words), advice=parts)
