"""The form of our own labelled messages, and what is said of a faulty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.understanding.labelled import TREE, LabelError, fingerprint, load_labelled
from bot.knowledge import Knowledge
from tests.evaluation.understanding.labels import EYELID, WRONG, folder_with


def test_messages_are_read_with_their_labels(tmp_path: Path, knowledge: Knowledge) -> None:
    found = load_labelled(folder_with(tmp_path, worked_with=EYELID, kept_aside=WRONG), knowledge)
    assert [each.part for each in found] == ["kept_aside", "worked_with", "worked_with"]
    eyelid = found[1]
    assert (eyelid.file, eyelid.line) == ("worked_with/some.yml", 1)
    assert [label.id for label in eyelid.required] == ["eyelid_twitching", "fever"]
    label = eyelid.labels[0]
    assert (label.sites, label.words, label.numbers) == (("upper_eyelid",), {"side": "left"}, {"began_days": 14})
    assert fingerprint(found) == fingerprint(found[::-1]) != fingerprint(found[:1])


def test_a_folder_that_is_not_there_has_none(tmp_path: Path, knowledge: Knowledge) -> None:
    assert load_labelled(tmp_path / "nothing", knowledge) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hello", "expected a list of messages"),
        ("- {text: hi}", "findings is missing"),
        ("- {findings: []}", "text is None"),
        ("- {text: hi, findings: [], mood: bad}", 'unknown word "mood"'),
        ("- {text: hi, findings: [{id: tremmor, status: present}]}", 'unknown finding "tremmor"'),
        ("- {text: hi, findings: [{id: tremor, status: maybe}]}", "status is 'maybe'"),
        ("- {text: hi, findings: [{id: tremor, status: present, side: top}]}", "side is 'top'"),
        ("- {text: hi, findings: [{id: tremor, status: present, began_days: long}]}", "began_days is 'long'"),
        ("- {text: hi, findings: [{id: tremor, status: present, experiencer: cat}]}", "experiencer is 'cat'"),
        ("- {text: hi, findings: [], person: {conditions: [goutt]}}", 'unknown finding "goutt"'),
        ("- {text: hi, findings: []}\n- {text: hi, findings: []}", "the same text is also in worked_with/some.yml:1"),
        ("- {text: 'hi}", "cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_file(tmp_path: Path, knowledge: Knowledge, text: str, fault: str) -> None:
    with pytest.raises(LabelError) as caught:
        load_labelled(folder_with(tmp_path, worked_with=text), knowledge)
    (line,) = caught.value.faults
    assert line.startswith("worked_with/some.yml:") and fault in line


def test_the_messages_of_the_tree_can_be_used(knowledge: Knowledge) -> None:
    load_labelled(TREE, knowledge)
