"""Real messages of patients: the right topic, and nothing invented (the form `patient_messages`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Optional

from bot.evaluation.figure import Fault, Figure, Part
from bot.evaluation.sets import labels, rows
from bot.evaluation.understanding.labelled import AS_OF
from bot.interview.turn import Turn, take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import PATIENT, PRESENT
from bot.records.proportion import Proportion
from bot.triage.case import Case

KEY = "patient_messages"
NEURO, TOPICS = "neuro_messages.jsonl", "topics.yml"
OTHERS, TRUE = "random_other_messages.jsonl", "neurological.yml"
# The key of the label files that is no message: a list of the messages that are emergencies.
_EMERGENCY = "emergency"
_RIGHT = (
    "Title and text as the first message of a conversation. Labelled by hand, message by message: right where the "
    "decision has a topic that the labels have, or none where they have none."
)
_EXACT = "The same; every labelled topic (one of those that are as good as each other) and no other."
_INVENTED = (
    "Messages about anything, in which a neurological finding is read as present in the patient that a reader does not "
    "find: a complaint of a topic, what it is a kind of, a kind of either, or anything that the labels name."
)
_RECOGNISED = "Messages that a reader sends to an emergency, those that the first turn sends there."
_FALSE = "Messages sent to an emergency that a reader would not send there, of those that are none."

# Chapters of ICD-10-CM.
_NOT_NERVES = ("J", "K")


def text_of(row: dict[str, Any]) -> str:
    """The message: its title, where it has one, and its text."""
    title = str(row.get("title") or "").strip()
    return f"{title}\n{row['text']}" if title else str(row["text"])


def neuro_part(folder: Path, reader: Reader, knowledge: Knowledge) -> Part:
    """The topics of the messages with a neurological word in them."""
    key, messages = f"{KEY}.neuro", rows(folder / NEURO, "id", "text")
    title, about = "Topics: patient_messages, neuro", f"{len(messages)} real messages with a neurological word."
    wanted = labels(folder / TOPICS)
    if wanted is None:
        return Part(key, title, about, skipped=f"no hand labels in {TOPICS}")
    judged = {row["id"]: row for row in messages if row["id"] in wanted}
    turns = {name: _turn(text_of(row), reader, knowledge) for name, row in judged.items()}
    right = exact = 0
    faults = []
    for name, turn in turns.items():
        topics = set(turn.decision.topics)
        good = [{each} if isinstance(each, str) else set(each) for each in wanted[name]]
        any_right = any(topics & each for each in good) if good else not topics
        right += any_right
        exact += all(topics & each for each in good) and topics <= set().union(*good)
        if not any_right:
            said = ", ".join("/".join(sorted(each)) for each in good) or "none"
            given = ", ".join(turn.decision.topics) or "none"
            faults.append(Fault(name, f"topics labelled {said}, given {given}", text_of(judged[name])))
    figures = (
        Figure.of(f"{key}.topic", "Right topic", Proportion(right, len(judged)), _RIGHT),
        Figure.of(f"{key}.topics_exact", "Exactly the right topics", Proportion(exact, len(judged)), _EXACT),
        *_emergencies(key, wanted.get(_EMERGENCY), turns),
    )
    faults += _wrong_emergencies(wanted.get(_EMERGENCY), turns, judged)
    left = len(messages) - len(judged)
    notes = (f"{left} messages have no label and are left out.",) if left else ()
    return Part(key, title, about, figures, faults=tuple(faults), notes=notes)


def others_part(folder: Path, reader: Reader, knowledge: Knowledge) -> Part:
    """What is invented in messages about anything."""
    key, messages = f"{KEY}.random_other", {row["id"]: row for row in rows(folder / OTHERS, "id", "text")}
    title, about = "Nothing invented: patient_messages, random_other", f"{len(messages)} real messages about anything."
    true = labels(folder / TRUE)
    if true is None:
        return Part(key, title, about, skipped=f"no hand labels in {TRUE}")
    emergencies = true.get(_EMERGENCY)
    scope = neurological(knowledge, [each for name, said in true.items() if name != _EMERGENCY for each in said])
    turns = {name: _turn(text_of(row), reader, knowledge) for name, row in messages.items()}
    faults = []
    for name, turn in turns.items():
        mentions = turn.reading.mentions if turn.reading else ()
        present = {each.finding for each in mentions if each.status == PRESENT and each.experiencer == PATIENT}
        invented = sorted(present & scope - _kin(true.get(name, ()), knowledge))
        if invented:
            faults.append(Fault(name, f"invented: {', '.join(invented)}", text_of(messages[name])))
    share = Proportion(len(faults), len(messages))
    figures = (
        Figure.of(f"{key}.invented", "Messages with an invented finding", share, _INVENTED),
        *_emergencies(key, emergencies, turns),
    )
    faults += _wrong_emergencies(emergencies, turns, messages)
    return Part(key, title, about, figures, faults=tuple(faults))


def _emergencies(key: str, listed: Optional[list[str]], turns: Mapping[str, Turn]) -> list[Figure]:
    """Emergencies recognised and false ones; nothing where the labels name none."""
    if listed is None:
        return []
    given = {name for name, turn in turns.items() if turn.decision.level == "emergency"}
    true = set(listed) & set(turns)
    found, false = Proportion(len(given & true), len(true)), Proportion(len(given - true), len(turns) - len(true))
    return [
        Figure.of(f"{key}.emergencies", "Emergencies recognised", found, _RECOGNISED),
        Figure.of(f"{key}.false_emergencies", "False emergencies", false, _FALSE),
    ]


def _wrong_emergencies(
    listed: Optional[list[str]], turns: Mapping[str, Turn], messages: Mapping[str, dict[str, Any]]
) -> list[Fault]:
    faults = []
    for name, turn in turns.items() if listed is not None else ():
        level = turn.decision.level
        if (level == "emergency") != (name in (listed or ())):
            rules = ", ".join(each.id for each in turn.decision.fired)
            what = f"false emergency: {rules}" if level == "emergency" else f"emergency read as {level}"
            faults.append(Fault(name, what, text_of(messages[name])))
    return faults


def neurological(knowledge: Knowledge, named: Iterable[str] = ()) -> set[str]:
    """The findings that belong to the topics: their complaints and those named, what complaints are kinds of, and every
    kind of any of them; but what ICD-10-CM files under the airways (J) or the digestive organs, teeth included (K)."""
    complaints = {name for topic in knowledge.topics.values() for name in topic.complaints}
    above = {wider for name in complaints for wider in knowledge.broader(name)}
    roots = complaints | above | {name for name in named if name in knowledge.findings}
    every = roots | {kind for name in roots for kind in knowledge.narrower(name)}
    return {name for name in every if knowledge.findings[name].codes.get("icd10cm", "")[:1] not in _NOT_NERVES}


def _kin(names: Iterable[str], knowledge: Knowledge) -> set[str]:
    known = [name for name in names if name in knowledge.findings]
    return {each for name in known for each in (name, *knowledge.broader(name), *knowledge.narrower(name))}


def _turn(text: str, reader: Reader, knowledge: Knowledge) -> Turn:
    return take_turn(Case(), reader.read(text, AS_OF), knowledge, AS_OF)
