"""Case to decision: pure, and knows no Rasa, database or web."""

from bot.triage.case import Bounds, Case, Fact
from bot.triage.decide import decide
from bot.triage.decision import Decision

__all__ = ["Bounds", "Case", "Decision", "Fact", "decide"]
