"""Every message of messages.yml and emergencies.yml: whether it is an emergency, what is found in it, and what must not
be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.interview.turn import take_turn
from bot.knowledge import Knowledge, load
from bot.nlu.reader import Reader
from bot.nlu.reading import Mention, Reading
from bot.triage.case import Case

ON = date(2026, 11, 23)
MESSAGES: list[dict[str, Any]] = [
    label
    for name in ("messages.yml", "emergencies.yml")
    for label in yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
]
DAY = 86_400
# "Two months" is 60 days to one clerk and 61 to another, "since last Monday" seven days or seven and a half.
SLACK = 0.1
QUALITIES = ("side", "onset", "trend", "site", "severity", "recency")


@lru_cache(maxsize=1)
def reading_room() -> tuple[Knowledge, Reader]:
    knowledge = load()
    return knowledge, Reader(knowledge)


def faults(label: dict[str, Any], knowledge: Knowledge, reader: Reader) -> Iterator[str]:
    """What is wrong with the way a message is understood, each fault in a line; nothing where it is as labelled."""
    reading = reader.read(label["text"], ON)
    turn = take_turn(Case(), reading, knowledge, ON)
    if turn.emergency != label["emergency"]:
        fired = ", ".join(rule.id for rule in turn.decision.fired)
        yield f"{'missed' if label['emergency'] else 'false'} emergency: level {turn.decision.level} ({fired})"
    for wanted in label.get("findings", ()):
        yield from _faults_of(wanted, reading, knowledge)
    for unwanted in label.get("not_findings", ()):
        for mention in reading.mentions:
            if (mention.status, mention.experiencer) == ("present", "patient") and _is(mention, unwanted, knowledge):
                yield f"invented finding: {mention.finding} in {mention.text!r}"


def _faults_of(wanted: dict[str, Any], reading: Reading, knowledge: Knowledge) -> Iterator[str]:
    name, status, whose = wanted["id"], wanted["status"], wanted.get("experiencer", "patient")
    found = [mention for mention in reading.mentions if _is(mention, name, knowledge)]
    if not found:
        yield f"missed finding: {name}"
        return
    theirs = [mention for mention in found if whose in ("any", mention.experiencer)]
    if not theirs:
        yield f"wrong person: {name} is {whose}'s, read as {found[0].experiencer}'s"
        return
    right = [mention for mention in theirs if status in ("any", mention.status)]
    if not right:
        yield f"wrong status: {name} is {status}, read as {theirs[0].status}"
        return
    for quality in QUALITIES:
        if quality in wanted and not any(getattr(mention, quality) == wanted[quality] for mention in right):
            read = sorted({str(getattr(mention, quality)) for mention in right})
            yield f"wrong quality: {quality} of {name} is {wanted[quality]}, read as {', '.join(read)}"
    ids = {mention.finding for mention in right}
    for key, kind in (("days", "onset"), ("gone_days", "until")):
        if key in wanted and not any(_fits(wanted[key], each, kind, ids) for each in reading.durations):
            read = [f"{each.kind} {each.seconds / DAY:g} of {each.finding}" for each in reading.durations]
            yield f"wrong time: {name} {key} {wanted[key]}, read as {', '.join(read) or 'nothing'}"


def _fits(days: float, stretch: Any, kind: str, ids: set[str]) -> bool:
    """Whether a stretch says so many days, of one of these findings, give or take the slack."""
    low, high = stretch.low * (1 - SLACK), stretch.high * (1 + SLACK)
    return stretch.kind == kind and stretch.finding in ids and low <= days * DAY <= high


def _is(mention: Mention, name: str, knowledge: Knowledge) -> bool:
    """Whether a mention is of the finding `name` or of a narrower one."""
    seen, names = set[str](), [mention.finding]
    while names:
        each = names.pop()
        if each == name:
            return True
        if each not in seen and each in knowledge.findings:
            seen.add(each)
            names.extend(knowledge.findings[each].broader)
    return False


@pytest.mark.parametrize("label", MESSAGES, ids=[message["text"][:50] for message in MESSAGES])
def test_message_is_understood(label: dict[str, Any]) -> None:
    knowledge, reader = reading_room()
    found = list(faults(label, knowledge, reader))
    assert not found, "\n".join([label["text"], *found])


def test_labels_name_findings_that_exist() -> None:
    knowledge, _ = reading_room()
    named = {each["id"] for label in MESSAGES for each in label.get("findings", ())}
    named |= {name for label in MESSAGES for name in label.get("not_findings", ())}
    assert named <= set(knowledge.findings)


def test_no_message_is_labelled_twice() -> None:
    texts = [label["text"] for label in MESSAGES]
    assert len(texts) == len(set(texts))
