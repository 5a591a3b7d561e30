"""One message, no interview: the contract of `signpost assess --json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Optional

from bot.interview.questions import question_text
from bot.interview.turn import Turn, take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.triage.case import Bounds, Case

_OLDEST = 130


class BadInput(ValueError):
    """A line of input that is not what the contract asks for; the message says what was read and what was expected."""


def assess(reader: Reader, knowledge: Knowledge, item: Mapping[str, Any]) -> dict[str, Any]:
    """The assessment of one item: `id`, `text`, and perhaps `age` (years), `sex`, `as_of` (ISO date, default today).

    Raises BadInput.
    """
    text, age, sex, as_of = _checked(item)
    reading = reader.read(text, as_of)
    case = Case(age=Bounds.exactly(age) if age is not None else None, sex=sex)
    turn = take_turn(case, reading, knowledge, as_of)
    decision = turn.decision
    person = {**reading.person.to_json()}
    if age is not None:
        person["age"] = age
    if sex is not None:
        person["sex"] = sex
    return {
        "id": item.get("id"),
        "level": decision.level,
        "could_become": decision.could_become,
        "topics": list(decision.topics),
        "findings": [mention.to_json() for mention in reading.mentions],
        "durations": [stretch.to_json() for stretch in reading.durations],
        "person": person,
        "not_understood": [{"start": start, "end": end, "text": words} for start, end, words in reading.not_understood],
        "rules": [
            {
                "id": fired.id,
                "version": fired.version,
                "level": fired.level,
                "sources": list(fired.sources),
                "reviewed": fired.reviewed,
            }
            for fired in decision.fired
        ],
        "next_question": _question(turn, knowledge),
        "knowledge_version": decision.knowledge_version,
    }


def _question(turn: Turn, knowledge: Knowledge) -> Optional[dict[str, Any]]:
    asked = turn.question
    if asked is None:
        return None
    return {"findings": list(asked.findings or asked.keys), "text": question_text(asked, knowledge)}


def _checked(item: Mapping[str, Any]) -> tuple[str, Optional[float], Optional[str], date]:
    if not isinstance(item, Mapping):
        raise BadInput(f'expected an object with "id" and "text", read {type(item).__name__}.')
    text = item.get("text")
    if not isinstance(text, str):
        raise BadInput(f'"text" must be a string, read {_read(text)}.')
    age = item.get("age")
    if age is not None and (isinstance(age, bool) or not isinstance(age, (int, float)) or not 0 <= age <= _OLDEST):
        raise BadInput(f'"age" must be a number of years from 0 to {_OLDEST}, read {_read(age)}.')
    sex = item.get("sex")
    if sex is not None and sex not in ("female", "male", "other"):
        raise BadInput(f'"sex" must be "female", "male" or "other", read {_read(sex)}.')
    said = item.get("as_of")
    if said is None:
        return text, age, sex, date.today()
    try:
        return text, age, sex, date.fromisoformat(str(said)[:10])
    except ValueError:
        raise BadInput(f'"as_of" must be a date such as "2026-11-23", read {_read(said)}.') from None


def _read(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]
