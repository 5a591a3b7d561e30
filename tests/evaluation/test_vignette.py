"""Vignettes: what a file may hold, the words of each error, and what is kept aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.vignette import TREE, VignetteError, fingerprint, load_vignettes
from bot.knowledge import Knowledge
from tests.evaluation.stories import ALL, CALM, EMERGENCY, LONG, folder_with


def faults(tmp_path: Path, text: str, knowledge: Knowledge) -> list[str]:
    with pytest.raises(VignetteError) as raised:
        load_vignettes(folder_with(tmp_path, text), knowledge)
    return list(raised.value.faults)


def test_vignettes_come_by_id_with_their_case(tmp_path: Path, knowledge: Knowledge) -> None:
    found = load_vignettes(folder_with(tmp_path), knowledge)
    assert [each.id for each in found] == ["made-up-cheek", "made-up-droop", "made-up-month"]
    cheek, droop, month = found
    assert cheek.case.age is not None and cheek.case.age.middle == 29
    assert droop.case.facts["facial_weakness"].onset == "sudden"
    assert (cheek.calm, droop.calm) == (True, False)
    assert (cheek.opening, month.opening) == ("My cheek twitches.", None)
    assert (month.file, month.line) == ("some.yml", 9)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("level: self_care", "level: selfcare", ':3: vignette "made-up-cheek": level is "selfcare". Did you mean'),
        ("topic: facial_twitching", "topic: facial_twiching", ':2: vignette "made-up-cheek": topic is'),
        ("topic: facial_twitching", "topic: ur-1", 'An emergency of the sheets is "ur-01" and so on.'),
        (
            "facial_twitching.lasting: 3 days",
            "facial_twiching: present",
            ':6: vignette "made-up-cheek": facts: unknown',
        ),
        ("3 days, person", "3 moons, person", '"3 moons" is no stretch of time'),
        (
            "why: Three days, nothing else.",
            "whi: x",
            ':4: vignette "made-up-cheek": unknown word "whi". Did you mean "why"?',
        ),
        ("  why: Three days, nothing else.\n", "", '"why" is missing. Every vignette needs id, topic'),
        ("sources: [NHS-TWITCH]", "sources: NHS-TWITCH", ':5: vignette "made-up-cheek": sources is'),
        ("id: made-up-cheek", "id: Made Up", ':1: vignette "Made Up": id is "Made Up". Expected small letters'),
        ("message: I'm 29", "message: 29 #", ":8: vignette"),
        ("opening: My", "why: twice\n  opening: My", ':7: "why" is here twice (first on line 4).'),
        (
            "{facial_twitching.lasting: 3 days",
            "{person.age: 3, facial_twitching.lasting: 3 days",
            '"facts.person.age" is',
        ),
        ("facts: {", "facts: [{", "cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, knowledge: Knowledge, old: str, new: str, words: str) -> None:
    assert old in CALM
    (fault,) = faults(tmp_path, CALM.replace(old, new, 1), knowledge)
    assert fault.startswith("some.yml:") and words in fault


def test_every_fault_is_named_at_once(tmp_path: Path, knowledge: Knowledge) -> None:
    found = faults(tmp_path, ALL.replace("level:", "leval:"), knowledge)
    assert [fault.split(":")[1] for fault in found] == ["3", "11", "18"]


def test_an_id_that_is_there_twice_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    folder_with(tmp_path, CALM, "first.yml")
    (fault,) = faults(tmp_path, LONG.replace("made-up-month", "made-up-cheek"), knowledge)
    assert fault == 'some.yml:1: vignette "made-up-cheek" is also in first.yml:1. Rename one.'


@pytest.mark.parametrize(("text", "read"), [("", "nothing"), ("a: b\n", "a dict")])
def test_a_file_without_a_list_is_refused(tmp_path: Path, knowledge: Knowledge, text: str, read: str) -> None:
    assert faults(tmp_path, text, knowledge) == [f"some.yml:1: expected a list of vignettes, read {read}."]


def test_an_empty_folder_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    with pytest.raises(VignetteError, match="expected a folder with vignettes"):
        load_vignettes(tmp_path, knowledge)


def test_those_in_the_folder_held_out_are_kept_aside(tmp_path: Path, knowledge: Knowledge) -> None:
    folder_with(tmp_path, CALM, "held_out.yml")
    folder_with(tmp_path, EMERGENCY, "held_out/some.yml")
    found = load_vignettes(folder_with(tmp_path, LONG), knowledge)
    assert {each.id: each.aside for each in found} == {
        "made-up-cheek": False,
        "made-up-droop": True,
        "made-up-month": False,
    }


def test_some_of_every_topic_come_with_the_program_and_are_kept_aside(knowledge: Knowledge) -> None:
    aside = [each for each in load_vignettes(TREE, knowledge) if each.aside]
    assert {each.topic for each in aside} >= set(knowledge.topics)
    assert any(each.calm for each in aside) and any(not each.calm for each in aside)


def test_the_fingerprint_is_of_what_is_said_not_of_where(tmp_path: Path, knowledge: Knowledge) -> None:
    one = fingerprint(load_vignettes(folder_with(tmp_path), knowledge))
    (tmp_path / "other").mkdir()
    assert fingerprint(load_vignettes(folder_with(tmp_path / "other", EMERGENCY + LONG + CALM), knowledge)) == one
    (tmp_path / "third").mkdir()
    changed = ALL.replace("level: routine", "level: same_day")
    assert fingerprint(load_vignettes(folder_with(tmp_path / "third", changed), knowledge)) != one
    (tmp_path / "fourth").mkdir()
    assert fingerprint(load_vignettes(folder_with(tmp_path / "fourth", ALL, "held_out/some.yml"), knowledge)) != one
