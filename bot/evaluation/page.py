"""The scorecard of triage as one page of HTML that needs nothing beside it."""

from __future__ import annotations

from bot.evaluation.bars import bars
from bot.evaluation.output import render
from bot.evaluation.triage import WAYS, Scorecard
from bot.knowledge import Knowledge
from bot.knowledge.model import LEVELS


def page(card: Scorecard, knowledge: Knowledge) -> str:
    """The page, with the clinic's own words for the levels."""
    return render(
        "triage.html",
        card=card,
        ways=WAYS,
        bars=bars(card),
        levels=tuple(reversed(LEVELS)),
        words={level: knowledge.messages.text(f"level.{level}.label") for level in LEVELS},
        topics={name: topic.label for name, topic in knowledge.topics.items()},
        calmer=sum(each.calmer for each in card.randoms),
    )
