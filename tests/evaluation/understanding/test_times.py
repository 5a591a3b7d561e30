"""Which times are right."""

from __future__ import annotations

import pytest

from bot.evaluation.counts import Counts
from bot.evaluation.understanding.labelled import Label
from bot.evaluation.understanding.matching import match
from bot.evaluation.understanding.times import KINDS, WAYS, count, right
from bot.knowledge import Knowledge
from bot.nlu.reading import PRESENT, Stretch
from tests.evaluation.understanding.labels import labelled, mention, reading, stretch

ONSET, UNTIL, EPISODE, FREQUENCY = KINDS


def timed(**numbers: float) -> Label:
    return Label("tremor", PRESENT, numbers=numbers)


def counted(knowledge: Knowledge, label: Label, *found: Stretch, kind=ONSET, way: str = "") -> Counts:
    matched = match(labelled(label), reading(mention("tremor"), durations=found), knowledge)
    return count(matched, kind, WAYS[way], strict=way == "_strict")


@pytest.mark.parametrize(
    ("found", "days", "good", "middle", "bounds"),
    [
        (stretch("onset", 60, "tremor", "two months"), 61, True, True, True),
        (stretch("onset", 54, "tremor", "54 days"), 61, False, False, False),
        (stretch("onset", 21, "tremor", "a few weeks", vague=7), 18, False, False, True),
        # A month by name has no middle.
        (stretch("onset", 68, "tremor", "since September", vague=15), 80, True, False, True),
        (stretch("onset", 0.35, "tremor", "this morning", vague=0.3), 0.2, True, False, True),
        (stretch("onset", 68, "tremor", "since September", vague=15), 90, False, False, False),
        (stretch("unspecified", 14, "tremor"), 14, True, True, True),
    ],
)
def test_near_enough(knowledge: Knowledge, found: Stretch, days: float, good: bool, middle: bool, bounds: bool) -> None:
    for way, expected in (("", good), ("_middle", middle), ("_bounds", bounds)):
        wanted = Counts(1, 0, 0) if expected else Counts(0, 1, 1)
        assert counted(knowledge, timed(began_days=days), found, way=way) == wanted


def test_a_time_that_the_label_leaves_out_counts_only_strictly(knowledge: Knowledge) -> None:
    assert counted(knowledge, timed(), stretch("onset", 3, "tremor")) == Counts()
    assert counted(knowledge, timed(), stretch("onset", 3, "tremor"), way="_strict") == Counts(false=1)
    assert counted(knowledge, timed(began_days=9), stretch("onset", 3, "tremor")) == Counts(false=1, missed=1)
    assert counted(knowledge, timed(), stretch("onset", 3)) == Counts()
    twice = (stretch("onset", 3, "tremor"), stretch("onset", 30, "tremor"))
    assert counted(knowledge, timed(began_days=3), twice[0]) == Counts(hits=1)
    assert counted(knowledge, timed(began_days=3)) == Counts(missed=1)


def test_every_kind_has_its_label_and_unit(knowledge: Knowledge) -> None:
    ten_seconds = 10 / 86_400
    assert counted(knowledge, timed(ended_days=1), stretch("until", 1, "tremor"), kind=UNTIL) == Counts(1)
    assert counted(
        knowledge, timed(bout_seconds=10), stretch("episode", ten_seconds, "tremor"), kind=EPISODE
    ) == Counts(1)
    assert counted(knowledge, timed(every_days=0.5), stretch("frequency", 0.5, "tremor"), kind=FREQUENCY) == Counts(1)
    assert counted(knowledge, timed(began_days=1), stretch("until", 1, "tremor")) == Counts(missed=1)


def test_times_of_what_counts_neither_way_do_not_count(knowledge: Knowledge) -> None:
    fever = reading(mention("fever"), durations=(stretch("onset", 3, "fever"),))
    assert count(match(labelled(Label("fever", PRESENT, optional=True)), fever, knowledge), ONSET, right) == Counts()
    assert count(match(labelled(), fever, knowledge), ONSET, right) == Counts(false=1)


def test_an_event_may_have_a_time_that_its_label_leaves_out(knowledge: Knowledge) -> None:
    event = next(each.id for each in knowledge.findings.values() if each.kind == "event")
    read = reading(mention(event), durations=(stretch("onset", 3, event),))
    assert count(match(labelled(Label(event, PRESENT)), read, knowledge), ONSET, right) == Counts()
    label = Label(event, PRESENT, numbers={"began_days": 30})
    assert count(match(labelled(label), read, knowledge), ONSET, right) == Counts(0, 1, 1)
