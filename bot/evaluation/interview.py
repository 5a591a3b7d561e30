"""A whole interview between the program and a simulated patient, and how many turns it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any, Optional

from bot.evaluation.patient import Answer, Patient
from bot.interview.turn import CONFIRM, QUESTION, Turn, take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import Reading
from bot.triage.case import Case
from bot.triage.decision import Decision

# An interview that is still asking after so many turns does not end.
_ENDLESS = 40


@dataclass(frozen=True)
class Interview:
    """An interview that was held: how it ended, after how many turns (the first message is the first), and what was
    asked and answered on the way."""

    kind: str
    turns: int
    decision: Decision
    asked: tuple[tuple[str, str], ...]

    @property
    def ended(self) -> bool:
        """Whether it came to an end at all."""
        return self.kind not in (QUESTION, CONFIRM)


def hold(patient: Patient, first: str, reader: Reader, knowledge: Knowledge, on: date) -> Interview:
    """Holds the interview that begins with the message `first`."""
    turn = take_turn(Case(), reader.read(first, on), knowledge, on)
    asked: list[tuple[str, str]] = []
    while turn.kind in (QUESTION, CONFIRM) and len(asked) < _ENDLESS:
        answer = patient.answer(turn)
        asked.append((_name(turn), str(answer)))
        turn = _next(turn, answer, reader, knowledge, on)
    return Interview(turn.kind, len(asked) + 1, turn.decision, tuple(asked))


def _name(turn: Turn) -> str:
    return turn.question.question.id if turn.question else turn.kind


def _next(turn: Turn, answer: Answer, reader: Reader, knowledge: Knowledge, on: date) -> Turn:
    if answer.text is None:
        return take_turn(turn.case, Reading(""), knowledge, on, choices=answer.choices)
    return take_turn(turn.case, reader.read(answer.text, on), knowledge, on)


@dataclass(frozen=True)
class Lengths:
    """How many turns each of some interviews took."""

    turns: tuple[int, ...]

    @classmethod
    def of(cls, turns: Iterable[int]) -> Lengths:
        """The lengths, in order."""
        return cls(tuple(sorted(turns)))

    def percentile(self, share: float) -> Optional[int]:
        """The smallest number of turns that at least `share` (0 to 1) of the interviews did not exceed."""
        return self.turns[max(0, ceil(share * len(self.turns)) - 1)] if self.turns else None

    @property
    def median(self) -> Optional[int]:
        """Half of the interviews took no more than this."""
        return self.percentile(0.5)

    @property
    def longest(self) -> Optional[int]:
        """The longest of them."""
        return self.turns[-1] if self.turns else None

    def histogram(self) -> dict[int, int]:
        """How many interviews took 1, 2, 3 ... turns, up to the longest."""
        return {number: self.turns.count(number) for number in range(1, (self.longest or 0) + 1)}

    def to_json(self) -> dict[str, Any]:
        """Count, median, 90th percentile, longest and the histogram."""
        return {
            "of": len(self.turns),
            "median": self.median,
            "p90": self.percentile(0.9),
            "max": self.longest,
            "histogram": {str(number): count for number, count in self.histogram().items()},
        }
