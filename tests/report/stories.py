"""Conversations as they are stored, made by the real interview: for tests of what is read from them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from bot.interview.turn import take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import Reading
from bot.report.compose import compose
from bot.report.transcript import Transcript, transcript
from bot.triage.case import Case
from bot.triage.decide import decide

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)
NUMBER = "112"
MOST_TURNS = 16

Rows = list[dict[str, Any]]


def turn_rows(case: Case, said: str | list[str], knowledge: Knowledge, reader: Reader, place: int) -> tuple[Case, Rows]:
    """The case after one message, and the rows that are stored of it: the person's, then the reply's."""
    choices = said if isinstance(said, list) else None
    reading = Reading(text="") if isinstance(said, list) else reader.read(said, TODAY)
    turn = take_turn(case, reading, knowledge, TODAY, choices=choices)
    at = (AT + timedelta(minutes=place)).isoformat()
    decision = {
        "facts": turn.case.to_json(),
        "decision": turn.decision.to_json(),
        "decided_on": TODAY.isoformat(),
        "knowledge_version": knowledge.version,
    }
    reply = compose(turn, knowledge, emergency_number=NUMBER).to_json()
    words = {"choices": choices} if choices is not None else {"text": said}
    return turn.case, [
        {"from": "person", "id": f"m{place}", "at": at, **words, "decision": decision},
        {"from": "bot", "id": f"r{place}", "at": at, **reply, "decision": None},
    ]


def told(knowledge: Knowledge, reader: Reader, *messages: str | list[str], answer: str = "none") -> Rows:
    """A conversation of these messages, every question after them answered with `answer`, until there is advice."""
    case, rows, place = Case(), [], 0
    for said in messages:
        case, new = turn_rows(case, said, knowledge, reader, place)
        rows, place = rows + new, place + 1
    while not rows[-1].get("advice") and place < MOST_TURNS:
        offered = [choice["value"] for choice in rows[-1].get("choices", ())]
        if not offered:
            break
        value = answer if answer in offered else "adult" if "adult" in offered else offered[-1]
        case, new = turn_rows(case, [value], knowledge, reader, place)
        rows, place = rows + new, place + 1
    return rows


def report_of(rows: Rows) -> Transcript:
    """What led to the last reply, which must be advice."""
    found = transcript(rows, rows[-1]["id"])
    assert found is not None, rows[-1]
    return found


def made_up(case: Case, knowledge: Knowledge, reply: str = "r") -> Transcript:
    """The report's material for a case that nobody told: decided, with the least of an advice."""
    decision = decide(case, knowledge, TODAY)
    level = "emergency" if case.emergency else decision.level
    advice = {"level": level, "level_label": level, "headline": level, "timeframe": "soon", "reasons": []}
    stored = {
        "facts": case.to_json(),
        "decision": decision.to_json(),
        "decided_on": TODAY.isoformat(),
        "knowledge_version": knowledge.version,
    }
    row = {"from": "bot", "id": reply, "at": AT.isoformat(), "kind": "advice", "text": "", "advice": advice}
    return Transcript((), (), stored, row)
