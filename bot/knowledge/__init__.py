"""Medicine as data: loaded, checked, versioned. Imports nobody of the house."""

from bot.knowledge.knowledge import Knowledge
from bot.knowledge.loading import build, load
from bot.knowledge.problems import KnowledgeError, Problem

__all__ = ["Knowledge", "KnowledgeError", "Problem", "build", "load"]
