"""What counts as found, invented, missed, and neither."""

from __future__ import annotations

import pytest

from bot.evaluation.counts import Counts
from bot.evaluation.understanding.labelled import Label
from bot.evaluation.understanding.matching import match
from bot.evaluation.understanding.own import confusion, own_parts
from bot.evaluation.understanding.peers import Peers
from bot.knowledge import Knowledge
from bot.nlu.reading import ABSENT, OTHER, PAST, PRESENT, Mention
from tests.evaluation.understanding.labels import labelled, mention, reading

WEAK = Label("weakness", ABSENT)
ARM = Label("arm_weakness", PRESENT)
"""Weakness of an arm is a kind of weakness of a limb, and that of weakness."""


@pytest.mark.parametrize(
    ("mentions", "labels", "counts"),
    [
        ([mention("tremor")], [Label("tremor", PRESENT)], Counts(1, 0, 0)),
        ([mention("tremor")] * 2, [Label("tremor", PRESENT)], Counts(1, 0, 0)),
        ([mention("fever")] * 2, [Label("tremor", PRESENT)], Counts(0, 1, 1)),
        ([mention("tremor", PAST)], [Label("tremor", PRESENT)], Counts(0, 1, 1)),
        ([mention("tremor", experiencer=OTHER)], [Label("tremor", PRESENT)], Counts(0, 1, 1)),
        # A narrower finding does; a broader one is neither found nor a fault, and with another status it is one.
        ([mention("arm_weakness", ABSENT)], [WEAK], Counts(1, 0, 0)),
        ([mention("arm_weakness", ABSENT), mention("leg_weakness", ABSENT)], [WEAK], Counts(1, 0, 0)),
        ([mention("weakness")], [ARM], Counts(0, 0, 1)),
        ([mention("arm_weakness"), mention("limb_weakness")], [ARM], Counts(1, 0, 0)),
        ([mention("weakness", ABSENT)], [ARM], Counts(0, 1, 1)),
        # What readers differ on counts neither way, nor do its kinds and what it is a kind of.
        ([mention("tremor")], [Label("tremor", PRESENT, optional=True)], Counts()),
        ([mention("tremor", ABSENT)], [Label("tremor", PRESENT, optional=True)], Counts()),
        ([mention("weakness")], [Label("arm_weakness", PRESENT, optional=True)], Counts()),
        ([mention("arm_weakness")], [Label("weakness", PRESENT, optional=True)], Counts()),
        ([], [Label("tremor", PRESENT, optional=True)], Counts()),
    ],
)
def test_counting(mentions: list[Mention], labels: list[Label], counts: Counts, knowledge: Knowledge) -> None:
    assert match(labelled(*labels), reading(*mentions), knowledge).counts == counts


def test_confusion_of_statuses(knowledge: Knowledge) -> None:
    labels = [Label("tremor", PRESENT), Label("fever", ABSENT), Label("cough", PRESENT)]
    read = reading(
        mention("tremor", PAST), mention("fever", ABSENT), mention("headache"), mention("cough", PRESENT, OTHER)
    )
    counts = confusion([match(labelled(*labels), read, knowledge)]).counts
    assert {(row, column): n for row, line in counts.items() for column, n in line.items() if n} == {
        ("present", "past"): 1,
        ("absent", "absent"): 1,
        ("present", "missed"): 1,
        ("invented", "present"): 2,
    }


def test_faults_of_messages_kept_aside_stay_unseen(knowledge: Knowledge) -> None:
    wrong = match(labelled(Label("tremor", PRESENT)), reading(mention("fever")), knowledge)
    aside = match(labelled(), reading(mention("fever")), knowledge)
    aside.message.__dict__["part"] = "kept_aside"
    parts = {part.key: part for part in own_parts([wrong, aside], knowledge, Peers())}
    assert set(parts) == {"own.worked_with", "own.kept_aside", "own.all"}
    (fault,) = parts["own.worked_with"].faults
    assert fault.where == "some.yml:1" and "tremor (present) missed" in fault.what and "fever" in fault.what
    assert parts["own.kept_aside"].faults == parts["own.all"].faults == ()
    assert parts["own.all"].by_finding.counts == {"fever": Counts(false=2), "tremor": Counts(missed=1)}
