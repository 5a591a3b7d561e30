"""A reply's level is what it tells people to do, and never more than that."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.archive.levels import LEVELS, CueError, load, rank


@pytest.mark.parametrize(
    ("reply", "level"),
    [
        ("Call an ambulance now.", "emergency"),
        ("Please go straight to the emergency department.", "emergency"),
        ("You should see your GP today.", "same_day"),
        ("Seek medical attention immediately.", "same_day"),
        ("See a doctor within two weeks.", "within_2_weeks"),
        ("You can visit an eye clinic for it.", "routine"),
        ("It may be worthwhile. I suggest seeing a neurologist to see if a nerve is involved.", "routine"),
        ("I would consider having an MRI.", "routine"),
        ("Rest. Make an appointment with your doctor. Call an ambulance if you faint.", "routine"),
        ("Drink water and rest.", "self_care"),
        ("", "self_care"),
        ("You should have a hearing test. Investigations to be done: none.", "routine"),
        ("Kindly meet an audiologist.", "routine"),
        ("I would suggest that you get a new hearing test.", "routine"),
        ("The wax needs to be examined.", "routine"),
        ("Get a hearing test done.", "routine"),
        ("I suggest you approach an audiologist, either online or in person.", "routine"),
        ("Contact a dentist or an oral surgeon as soon as possible.", "within_2_weeks"),
        ("Contact a dentist or an oral surgeon urgently.", "same_day"),
        ("You will need an audiometry.", "routine"),
        ("Get the ear examined.", "routine"),
        ("Do it under the guidance of your audiologist.", "routine"),
        # An advertisement tells nobody to go anywhere.
        ("Use a soft pillow. For further information consult an audiologist online --> <link>", "self_care"),
        ("Revert back after the hearing test to an audiologist online.", "self_care"),
        ("You can consult a dentist here by video session.", "self_care"),
        # Nor does what was done, or what is not wanted.
        ("Your doctor suggested a hearing test.", "self_care"),
        ("You should not get a hearing test done.", "self_care"),
        ("I would never advise a hearing test.", "self_care"),
        ("Your hearing test was good.", "self_care"),
        ("Take a pregnancy test at home.", "self_care"),
        # None of these tells this person to go anywhere.
        ("If it gets worse, call an ambulance.", "self_care"),
        ("See a doctor today if it has not gone.", "self_care"),
        ("I would visit a doctor when it has lasted for two days.", "self_care"),
        ("Should it spread, go to the emergency department.", "self_care"),
        ("There is no need to see a doctor.", "self_care"),
        ("You do not have to go to hospital now.", "self_care"),
        ("Did you see a doctor today?", "self_care"),
        ('You wrote "I should see a doctor today" and were worried.', "self_care"),
    ],
)
def test_levels_are_read(reply: str, level: str) -> None:
    assert load().read(reply).level == level


def test_what_was_read_is_told() -> None:
    assert load().read("Please see a dentist.").cue == "please see a dentist"
    assert load().read("Rest.").cue is None


def test_levels_in_order() -> None:
    assert [rank(level) for level in LEVELS] == [0, 1, 2, 3, 4]
    assert rank("unknown") == rank("routine")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: [", "cues.yml: cannot be read"),
        ("id: x", "cues.yml: expected exactly the keys conditions, denials, groups"),
        (
            "{id: x, version: 1, status: judged, reviewed: {}, groups: {seek: [see]}, denials: [no], conditions: [if], "
            "unconditional: [even if], online: [online], in_person: [nearby], "
            "levels: [{level: routine, cues: ['{sek} doctor']}]}",
            'cues.yml: read group "sek" in cue "{sek} doctor"; expected one of seek',
        ),
        (
            "{id: x, version: 1, status: judged, reviewed: {}, groups: {}, denials: [no], conditions: [if], "
            "unconditional: [even if], online: [online], in_person: [nearby], "
            "levels: [{level: rutine, cues: []}]}",
            'cues.yml: read level "rutine"; expected one of self_care, routine',
        ),
    ],
)
def test_a_fault_in_the_cues_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "cues.yml"
    path.write_text(text)
    with pytest.raises(CueError) as fault:
        load(path)
    assert str(fault.value).startswith(words)
