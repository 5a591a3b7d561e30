"""Lengths of interviews: median, 90th percentile, longest."""

from __future__ import annotations

from datetime import date

from bot.evaluation.interview import Lengths, hold
from bot.evaluation.patient import Patient
from bot.interview.turn import EMERGENCY, NOTHING
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.triage.facts import case_of

ON = date(2026, 11, 23)


def test_the_lengths_are_of_interviews_that_were_held() -> None:
    lengths = Lengths.of([9, 1, 4, 4, 5, 6, 3, 4, 5, 6])
    assert (lengths.median, lengths.percentile(0.9), lengths.longest) == (4, 6, 9)
    assert lengths.histogram() == {1: 1, 2: 0, 3: 1, 4: 3, 5: 2, 6: 2, 7: 0, 8: 0, 9: 1}
    assert Lengths.of([7]).median == 7


def test_no_interview_has_no_length() -> None:
    assert Lengths(()).to_json() == {"of": 0, "median": None, "p90": None, "max": None, "histogram": {}}


def test_the_first_message_is_the_first_turn(knowledge: Knowledge, reader: Reader) -> None:
    someone = Patient(case_of({"facial_weakness.onset": "sudden"}, knowledge), knowledge, ON)
    held = hold(someone, "One side of my face suddenly drooped.", reader, knowledge, ON)
    assert (held.kind, held.turns, held.asked) == (EMERGENCY, 1, ())


def test_a_message_that_says_nothing_ends_at_once(knowledge: Knowledge, reader: Reader) -> None:
    held = hold(Patient(case_of({}, knowledge), knowledge, ON), "Hello there", reader, knowledge, ON)
    assert (held.kind, held.turns, held.ended) == (NOTHING, 1, True)
