"""What the person is told while a clinician answers in the place of the bot, and who that is."""

from __future__ import annotations

from bot.knowledge import Knowledge
from bot.report.reply import Reply


def who(knowledge: Knowledge, display: str, role: str) -> str:
    """Who writes, as the person reads it: the name, and what they are; who has no such role is of the clinic."""
    key = f"request.roles.{role}"
    words = knowledge.messages.text(key if key in knowledge.messages else "request.roles.other")
    return knowledge.messages.text("request.who", name=display, role=words) if display else words


def passed_on(knowledge: Knowledge, by: str, *, emergency_number: str) -> Reply:
    """A message went to the clinician who holds the conversation, and the bot says nothing to it."""
    return _notice(knowledge, "passed_on", by, emergency_number)


def taken_over(knowledge: Knowledge, by: str, *, emergency_number: str) -> Reply:
    """From here on a clinician answers."""
    return _notice(knowledge, "taken_over", by, emergency_number)


def handed_back(knowledge: Knowledge, by: str, *, emergency_number: str) -> Reply:
    """From here on the bot answers again."""
    return _notice(knowledge, "handed_back", by, emergency_number)


def _notice(knowledge: Knowledge, key: str, by: str, number: str) -> Reply:
    return Reply("notice", knowledge.messages.text(f"request.{key}", by=by, number=number))
