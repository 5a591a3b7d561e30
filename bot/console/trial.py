"""A search as the bot would make it: what was found, why, and what the gate does with it at a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Sequence

from bot.archive import levels
from bot.archive.answer import ArchivedAnswer, Hit
from bot.dialogue.desk import LONGEST

LEVELS = ("unknown", *levels.LEVELS)
FOUND = 10


class Searches(Protocol):
    """What is needed of `bot.archive.search.Archive`."""

    def search(self, text: str, limit: int = 10, findings: Any = ()) -> list[Hit]:
        """The nearest entries."""

    def answers(self, text: str, findings: Any, level: str, limit: int = 3) -> list[ArchivedAnswer]:
        """Those that the bot would use."""


@dataclass(frozen=True)
class Result:
    """One entry that was found. `gate` is "shown", "calmer", "emergency", "related" or "far"."""

    entry_id: int
    title: str
    gate: str
    score: float | None = None
    parts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Trial:
    """The form as it was sent, and what came of it; `results` is None where the form is new or has no text."""

    text: str
    level: str
    results: Sequence[Result] | None = None


def trial(archive: Searches, form: Mapping[str, Any]) -> Trial:
    """Answers the form. The gate is asked, and not guessed, so that this page cannot differ from the chat."""
    text = str(form.get("text") or "")[:LONGEST]
    level = str(form.get("level") or LEVELS[0])
    level = level if level in LEVELS else LEVELS[0]
    if not text.strip():
        return Trial(text, level)
    hits = [hit for hit in archive.search(text, FOUND) if hit.like is not None]
    used = {answer.entry_id: answer for answer in archive.answers(text, (), level)}
    results = [Result(hit.entry_id, hit.title, _gate(used.get(hit.entry_id)), hit.score, _parts(hit)) for hit in hits]
    found = {hit.entry_id for hit in hits}
    results += [Result(each.entry_id, each.title, _gate(each)) for each in used.values() if each.entry_id not in found]
    return Trial(text, level, results)


def _gate(answer: ArchivedAnswer | None) -> str:
    if answer is None:
        return "far"
    return "related" if answer.question_only else answer.withheld_because or "shown"


def _parts(hit: Hit) -> list[tuple[str, str]]:
    like = hit.like.to_json() if hit.like else {}
    names = ("meaning", "words", "letters", "findings", "decades")
    return [(name, "-" if like.get(name) is None else f"{like[name]:.2f}") for name in names]
