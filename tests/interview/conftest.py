"""A conversation as the tests hold it: messages and pressed choices go in, the last turn comes out."""

from __future__ import annotations

from datetime import date

import pytest

from bot.interview.turn import Turn, take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import Reading
from bot.triage.case import Case

TODAY = date(2026, 11, 23)


class Talk:
    """Holds a conversation. A list is pressed choices, a string a message."""

    def __init__(self, knowledge: Knowledge, reader: Reader) -> None:
        self.knowledge = knowledge
        self._reader = reader
        self.case = Case()
        self.asked: list[str] = []
        self.offered: set[str] = set()

    def say(self, *inputs: str | list[str]) -> Turn:
        for each in inputs:
            pressed = isinstance(each, list)
            reading = Reading(text="") if pressed else self._reader.read(each, TODAY)
            turn = take_turn(self.case, reading, self.knowledge, TODAY, each if pressed else None)
            self.case = Case.from_json(turn.case.to_json())
            if turn.question is not None:
                self.asked.append(turn.question.question.id)
                self.offered.update(turn.question.findings)
        return turn

    def deny_everything(self, turn: Turn) -> Turn:
        """Answers "none" until no question is left."""
        for _ in range(12):
            if turn.question is None:
                return turn
            turn = self.say(["unchanged" if turn.question.question.attribute == "trend" else "none"])
        raise AssertionError(f"no end of questions: {self.asked}")


@pytest.fixture
def talk(knowledge: Knowledge, reader: Reader) -> Talk:
    return Talk(knowledge, reader)
