"""The scorecard of triage as one page of HTML that needs nothing beside it."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.evaluation.bars import bars
from bot.evaluation.triage import WAYS, Scorecard
from bot.knowledge import Knowledge
from bot.knowledge.model import LEVELS

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(card: Scorecard, knowledge: Knowledge) -> str:
    """The page, with the clinic's own words for the levels."""
    words = {level: knowledge.messages.text(f"level.{level}.label") for level in LEVELS}
    return _TEMPLATES.get_template("triage.html").render(
        card=card,
        ways=WAYS,
        bars=bars(card),
        levels=tuple(reversed(LEVELS)),
        words=words,
        topics={name: topic.label for name, topic in knowledge.topics.items()},
        calmer=sum(each.calmer for each in card.randoms),
    )
