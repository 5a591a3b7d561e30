"""What was asked and answered on the way to one reply, read from the stored messages of its conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from bot.interview.correcting import only_corrects
from bot.report.understood import offered_labels

Row = Mapping[str, Any]
_WORDS = {"none", "not_sure"}


@dataclass(frozen=True)
class Picked:
    """One answer: the words that were written or pressed, and the value of the choice that was pressed."""

    text: str
    value: Optional[str] = None


@dataclass(frozen=True)
class Exchange:
    """A question as it was put, the answers to it, and everything that a group of findings offered."""

    question: str
    answers: tuple[Picked, ...]
    offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """One case of a conversation, up to a reply.

    `words` is what the person wrote of their own accord, `exchanges` are the questions with their answers, `decision`
    is the stored decision behind the reply (as `Conversations.show` gives it), `reply` the reply itself.
    """

    words: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    decision: Mapping[str, Any]
    reply: Row


def transcript(rows: Sequence[Row], reply_id: str) -> Optional[Transcript]:
    """What led to the reply of this id; None where there is no such reply, or no advice in it.

    `rows` are the messages of a conversation in order, each of the person's with its decision.
    """
    place = next((place for place, row in enumerate(rows) if row["from"] == "bot" and row.get("id") == reply_id), None)
    asked = next((row for row in reversed(rows[:place]) if row["from"] == "person"), None) if place else None
    decision = asked.get("decision") if asked else None
    if place is None or not rows[place].get("advice") or decision is None or decision.get("decision") is None:
        return None
    words: list[str] = []
    exchanges: list[Exchange] = []
    question: Optional[Row] = None
    for row in _same_case(rows[:place]):
        if row["from"] == "bot":
            question = row if row.get("kind") == "question" else None
        elif row["from"] != "person" or only_corrects(row.get("choices")):
            # What a clinician wrote in between, or what put an earlier word right, answers no question.
            continue
        elif question is not None:
            exchanges.append(Exchange(_question(question), _answers(row, question), _offered(question)))
            question = None
        elif row.get("text"):
            words.append(row["text"])
    return Transcript(tuple(words), tuple(exchanges), decision, rows[place])


def _same_case(rows: Sequence[Row]) -> Sequence[Row]:
    """The messages of the newest case. A case only gathers: where something is gone from it, another one began."""
    start, before = 0, frozenset[str]()
    for place, row in enumerate(rows):
        if row["from"] != "person" or not row.get("decision"):
            continue
        facts = row["decision"].get("facts") or {}
        now = frozenset([*facts.get("facts", ()), *(f"asked {key}" for key in facts.get("asked", ()))])
        if before - now:
            # A turn that leaves nothing behind is the wish to start again, and no part of what follows.
            start = place if now else place + 1
        before = now
    return rows[start:]


def _question(row: Row) -> str:
    """The question of a reply, without what the reply acknowledged before it, and without a list of its choices."""
    blocks = [block.strip() for block in str(row.get("text", "")).split("\n\n") if block.strip()]
    asking = [block for block in blocks if "?" in block] or blocks
    return asking[-1].splitlines()[0] if asking else ""


def _offered(row: Row) -> tuple[str, ...]:
    """The findings that a group's question named: without them "none of these" says nothing."""
    choices = row.get("choices") or ()
    return tuple(choice["label"] for choice in choices if choice["value"] not in _WORDS) if row.get("several") else ()


def _answers(row: Row, question: Row) -> tuple[Picked, ...]:
    if row.get("choices") is None:
        return (Picked(row.get("text") or ""),)
    labels = offered_labels(question)
    return tuple(Picked(labels.get(value, value), value) for value in row["choices"])
