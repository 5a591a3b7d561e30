"""What a message says: findings, their status, whose they are, side, time, and what was not understood."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge import load
from bot.nlu.reader import Reader
from bot.nlu.reading import Reading
from bot.nlu.spelling import english
from tests.nlu.conftest import AS_OF

READER = Reader(load())


@pytest.mark.parametrize(
    ("text", "finding", "status"),
    [
        ("Lately my left cheek keeps twitching.", "facial_twitching", "present"),
        ("There is a flutter at the corner of my mouth", "facial_twitching", "present"),
        ("It twitches all day. It's in my right cheek.", "facial_twitching", "present"),
        ("my lower eyelid jumps when I read", "eyelid_twitching", "present"),
        ("My calf muscle twitches at night", "muscle_twitching", "present"),
        ("My mouth has really dropped on one side", "facial_weakness", "present"),
        ("I can't close my left eye", "facial_weakness", "present"),
        ("I cannot feel my right hand", "hand_numbness", "present"),
        ("cant lift my arm", "arm_weakness", "present"),
        ("my face isn't drooping", "facial_weakness", "absent"),
        ("No weakness, numbness or blurred vision.", "numbness", "absent"),
        ("No weakness, numbness or blurred vision.", "vision_change", "absent"),
        ("no numbness but my speech is slurred", "speech_problem", "present"),
        ("I have no weakness, just an eyelid twitch", "eyelid_twitching", "present"),
        ("not sure if my arm is weak", "arm_weakness", "uncertain"),
        ("is this a stroke?", "stroke_named", "uncertain"),
        ("I'm scared it could be a stroke", "stroke_named", "uncertain"),
        ("what are the signs of a stroke?", "stroke_named", "uncertain"),
        ("I had a stroke three years ago", "stroke_named", "past"),
        ("My face drooped for ten minutes but it's fine now", "facial_weakness", "past"),
        ("The twitching hasn't gone away, it is in my cheek", "facial_twitching", "present"),
        ("I can't stop the twitching in my chin", "facial_twitching", "present"),
        ("It makes it hard for me to fall asleep", "sleep_disturbed", "present"),
    ],
)
def test_a_finding_is_read_with_its_status(said, text: str, finding: str, status: str) -> None:
    found = said(text)
    assert finding in found, found
    assert found[finding].status == status


@pytest.mark.parametrize(
    "text",
    [
        "a tumor in my leg worries me",
        "I shouldn't drink so much coffee",
        "the dog has a cold nose",
        "breaststroke and backstroke at the pool",
        "",
        "🙂🙂🙂",
        "\x00\x01\x02",
    ],
)
def test_nothing_of_ours_is_read_into_other_words(said, text: str) -> None:
    ours = {name for name, each in said(text).items() if each.finding not in ("runny_nose", "rash")}
    assert ours == set()


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("twitching on the left side of my face", "left"),
        ("the outer edge of my right upper eyelid twitches", "right"),
        ("both my eyelids twitch", "both"),
        ("my cheek twitches right now", None),
    ],
)
def test_the_side_is_read(said, text: str, side: str | None) -> None:
    (mention,) = said(text).values()
    assert mention.side == side


def test_two_parts_of_the_body_in_one_list_share_the_sign(said) -> None:
    found = said("my right upper eyelid twitches at the outer edge, and sometimes the left corner of my mouth")
    assert {"eyelid_twitching", "facial_twitching"} <= found.keys()


def test_a_relative_s_illness_is_not_the_patient_s(said) -> None:
    found = said("my uncle had a stroke last year and now my own face droops")
    assert (found["stroke_named"].experiencer, found["stroke_named"].status) == ("other", "past")
    assert (found["facial_weakness"].experiencer, found["facial_weakness"].status) == ("patient", "present")


def test_a_message_that_is_all_about_somebody_else_has_that_person_as_the_patient(said) -> None:
    found = said("My mother has had twitching of her cheek for 3 weeks. She also can't sleep.")
    assert {each.experiencer for each in found.values()} == {"patient"}


@pytest.mark.parametrize(
    ("text", "finding", "kind", "days"),
    [
        ("my cheek has been twitching for about two months", "facial_twitching", "onset", 60),
        ("eyelid twitch for 3 wks", "eyelid_twitching", "onset", 21),
        ("my chin twitches since yesterday", "facial_twitching", "onset", 1),
    ],
)
def test_a_stretch_of_time_belongs_to_its_finding(read, text: str, finding: str, kind: str, days: int) -> None:
    (stretch,) = read(text).durations
    assert (stretch.finding, stretch.kind) == (finding, kind)
    assert stretch.seconds == pytest.approx(days * 86400, rel=0.1)
    assert text[stretch.start : stretch.end] == stretch.text


def test_two_findings_keep_their_own_times(read) -> None:
    stretches = read("Twitching in my cheek for two months, my arm is weak since this morning").durations
    assert {each.finding: round(each.seconds / 86400) for each in stretches} == {
        "facial_twitching": 60,
        "arm_weakness": 0,
    }


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("no", "no"),
        ("nope", "no"),
        ("none of those", "no"),
        ("No, none of those, about two months", "no"),
        ("yes", "yes"),
        ("yeah", "yes"),
        ("not sure", "not_sure"),
        ("I don't know", "not_sure"),
        ("no but my hand tingles", "no"),
        ("My cheek twitches", None),
    ],
)
def test_an_answer_is_read(read, text: str, answer: str | None) -> None:
    assert read(text).answer == answer


def test_qualities_without_a_finding_are_kept(read) -> None:
    assert read("it is getting worse").trend == "worse"
    assert read("all of a sudden").onset == "sudden"
    assert read("the right side").side == "right"


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        ("I am a 34 year old woman", 34, "female"),
        ("45M with a twitch", 45, "male"),
        ("my 7 yr old boy", 7, "male"),
        ("I've had it for 30 days", None, None),
    ],
)
def test_the_person_is_read(read, text: str, age: int | None, sex: str | None) -> None:
    person = read(text).person
    assert (person.age, person.sex) == (age, sex)


def test_words_that_nothing_explains_are_kept_with_their_place(read) -> None:
    text = "My cheek twitches and my gallbladder gurgles"
    reading = read(text)
    assert [words for _, _, words in reading.not_understood] == ["gallbladder gurgles"]
    start, end, words = reading.not_understood[0]
    assert text[start:end] == words


def test_a_reading_survives_json(read) -> None:
    reading = read("My left cheek has twitched for two months; no weakness. I am 40 years old")
    assert Reading.from_json(reading.to_json()) == reading


@given(
    st.lists(
        st.sampled_from(["no", "my", "face", "droops", "and", ",", ".", "not", "twitching", "for", "2", "weeks"]),
        max_size=40,
    )
)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_letter_case_changes_nothing(words: list[str]) -> None:
    text = " ".join(words)
    plain = [(each.finding, each.status) for each in READER.read(text, AS_OF).mentions]
    assert [(each.finding, each.status) for each in READER.read(text.upper(), AS_OF).mentions] == plain


def slips(word: str) -> list[str]:
    """Every single slip in a word: a letter lost, doubled, swapped with the next, or struck wrongly."""
    made = [word[:at] + word[at + 1 :] for at in range(len(word))]
    made += [word[: at + 1] + word[at:] for at in range(len(word))]
    made += [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    made += [word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in string.ascii_lowercase[::5]]
    return [each for each in made if each != word]


@pytest.mark.parametrize(
    "word", ["twitching", "eyelid", "drooping", "numbness", "weakness", "slurred", "cheek", "suddenly"]
)
def test_one_slip_in_a_longer_word_is_seen_through(word: str) -> None:
    speller = READER.lexicon.lexer.speller
    stem = READER.lexicon.lexer.stem
    wrong = {
        slip: speller.correct(slip)
        for slip in slips(word)
        if slip not in english() and len(slip) >= 4 and stem(speller.correct(slip)) != stem(word)
    }
    # Two letters swapped in another word that weighs as much ("drpoping") are that word.
    assert {slip: read for slip, read in wrong.items() if sorted(slip) != sorted(read)} == {}


@pytest.mark.parametrize("word", ["tumor", "which", "shoulder", "number", "dropping", "strike"])
def test_a_real_word_is_never_changed(word: str) -> None:
    assert READER.lexicon.lexer.speller.correct(word) == word


def test_two_letters_swapped_are_seen_through_in_four_letters_too(said) -> None:
    found = said("my fcae is twiching on the lfet sdie")
    assert found["facial_twitching"].side == "left"


def test_markup_round_the_words_hides_nothing(said) -> None:
    assert said("<b>my left cheek twitches</b>")["facial_twitching"].side == "left"
