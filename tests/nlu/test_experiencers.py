"""Whose body a finding is in: the writer's, a relative's, an animal's, nobody's."""

from __future__ import annotations

import pytest

ME, OTHER = "patient", "other"


@pytest.mark.parametrize(
    ("text", "finding", "whose"),
    [
        ("My mother has tremor. Twitching in my calf.", "muscle_twitching", ME),
        ("My mother has tremor. Twitching in my calf.", "tremor", OTHER),
        ("My hand is numb. My sister has MS. Worse at night, and tingling in my arm.", "tingling_arm", ME),
        ("My husband collapsed. Not breathing.", "not_waking", ME),
        ("71 yr old lady. New headaches for about 2 weeks.", "headache", ME),
        ("I am a man with tremor", "tremor", ME),
        ("wife noticed that my face droops", "facial_weakness", ME),
        ("My neighbour's cat has a droopy face. My eyelid twitches.", "eyelid_twitching", ME),
        ("fever 40, she doesn't make sense", "fever", ME),
        ("Is there a cure? My dad has tremor, and my brother has cramps in his legs", "muscle_cramp", OTHER),
        ("a stray dog bit my ankle, now the place tingles", "animal_bite", ME),
        ("help for my nephew, he has cramps in his calf", "muscle_cramp", ME),
        ("Left arm swings out and throws itself about, he hit the wall! Dad is 80, diabetic.", "diabetes", ME),
        ("Husband's meter reads 2.1. I gave juice but he's slumped and I can't rouse him", "low_sugar", ME),
        ("My son is 9. He screws up his nose. If I ask him to stop he can, then it bursts out again.", "tic", ME),
        (
            "this is for my flatmate not me, she sees double by evening. I'm the one with the sore jaw",
            "double_vision",
            ME,
        ),
        (
            "this is for my flatmate not me, she sees double by evening. I'm the one with the sore jaw",
            "jaw_pain",
            OTHER,
        ),
        ("Me and my cousin both have double vision", "double_vision", ME),
        ("purple dots on my sons legs, he's hot and can't bend his neck", "stiff_neck", ME),
        # Told of another alone, and nobody says that it was long ago.
        ("my mum had a stroke", "stroke_named", ME),
        ("she had a seizure in the bath", "seizure", ME),
        ("my dad had a stroke. my eyelid twitches", "stroke_named", OTHER),
        ("my dad had a stroke. my eyelid twitches", "eyelid_twitching", ME),
        ("Dad to twins, knackered, and my eyelid twitches", "tiredness", ME),
        ("Sleepy now and doesn't know me. He just went stiff and jerked all over", "seizure", ME),
        ("My tingling lips are back. My sister in law has tremor", "tremor", OTHER),
    ],
)
def test_whose_it_is(read, knowledge, text: str, finding: str, whose: str) -> None:
    found = [each for each in read(text).mentions if finding in (each.finding, *knowledge.broader(each.finding))]
    assert found, [each.finding for each in read(text).mentions]
    assert {each.experiencer for each in found} == {whose}


@pytest.mark.parametrize(
    "text",
    [
        "the steroid has side effects like cramps, dizziness and hand shaking",
        "my neighbour's cat has a droopy face",
    ],
)
def test_nobody_has_it(read, text: str) -> None:
    assert read(text).mentions == ()
