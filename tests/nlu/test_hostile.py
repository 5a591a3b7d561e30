"""No input takes more than linear time, or raises: 20,000 characters of every hostile kind, and of hypothesis."""

from __future__ import annotations

import cProfile
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.reader import Reader
from tests.nlu.conftest import AS_OF

LONGEST = 20_000
KINDS = {
    "denials": "no ",
    "a sign": "twitch ",
    "a clause": "my face droops and ",
    "commas": ",",
    "one letter": "a",
    "apostrophes": "'",
    "underscores": "_",
    "sides": "left right ",
    "double no": "not not ",
    "relatives": "my mother my father he she ",
    "cannot": "can not ",
    "ambiguous signs": "cramps ",
    "matters": "period cramps ",
    "compound times": "1 year ",
    "ago": "2 weeks ago ",
    "since": "weak since my fall ",
    "today": "today ",
    "ranges": "2-3-4 ",
    "dates": "03/05/2019 ",
    "leads": "when i rest coffee ",
    "effects": "coffee helps and ",
    "asked and denied": "pain? no. ",
    "parts": "arm leg hand foot face ",
    "listed parts": "arm and leg and ",
    "parts before phrases": "jaw and shoulder pain and ",
    "it": "it is it in ",
    "sentences": ". ",
    "line ends": "pain\n",
    "numbers": "9" * 50 + " ",
    "ages": "34 year old ",
    "scores": "10/10 ",
    "over": "gone now. ",
    "all over": "all fine now. ",
    "in general": "do headaches ",
    "had": "years ago i had a stroke and ",
    "lost blanks": "facedrooping ",
    "slips": "twiching numness ",
    "slashes": "a/b/",
    "hyphens": "a-",
    "emoji": "🙂",
    "combining": "e\u0301",
    "joiners": "\u200d",
    "right to left": "\u202e",
    "brackets": "(",
    "addresses": "http://a.b/c?d=e ",
    "small words": "the the my my ",
    "a phrase far apart": "face the the the the the ",
    "supposed": "would it be bad if it was my arm ",
    "side effects": "side effects ",
}


def vocabulary_soup(reader: Reader) -> str:
    words = sorted(reader.lexicon.lexer.speller._known)
    chance = random.Random(20261125)
    return " ".join(chance.choice(words) for _ in range(LONGEST // 5))[:LONGEST]


def calls(reader: Reader, text: str) -> int:
    """The function calls, those of built-in functions too, while a text is read."""
    profile = cProfile.Profile()
    profile.runcall(reader.read, text, AS_OF)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("kind", [*KINDS, "soup"])
def test_the_work_grows_no_faster_than_the_text(reader: Reader, kind: str) -> None:
    """Counted in calls, not in seconds: four times the text makes about four times the calls."""
    piece = KINDS.get(kind)
    text = (piece * (LONGEST // len(piece) + 1))[:LONGEST] if piece else vocabulary_soup(reader)
    quarter = calls(reader, text[: LONGEST // 4])
    assert calls(reader, text) < 5.5 * quarter + 20_000


PIECES = [
    *("no", "not", "can't", "without", "my", "his", "mum", "dog", "i", "she", "face", "left", "arm", "both", "eyelid"),
    *(
        "droops",
        "twitching",
        "numb",
        "weak",
        "cramps",
        "period",
        "stroke",
        "had",
        "used to",
        "gone now",
        "worse",
        "when",
    ),
    *("coffee", "helps", "8/10", "34", "year old", "F", "for", "2 weeks", "ago", "since", "today", "10 secs", "maybe"),
    *(",", ".", "?", "and", "but", "or", "\n\n", "(", ")", "yes", "none of those", "the first", "🙂", "’", "<b>", "_"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join) | st.text(max_size=400))
@settings(derandomize=True, deadline=None, max_examples=250)
def test_any_text_is_read_and_every_place_holds(reader: Reader, text: str) -> None:
    reading = reader.read(text, AS_OF)
    for mention in reading.mentions:
        assert text[mention.start : mention.end] == mention.text != ""
    for stretch in reading.durations:
        assert text[stretch.start : stretch.end] == stretch.text != ""
        assert 0 <= stretch.low <= stretch.seconds <= stretch.high
    for start, end, words in reading.not_understood:
        assert text[start:end] == words
    assert type(reading).from_json(reading.to_json()) == reading
