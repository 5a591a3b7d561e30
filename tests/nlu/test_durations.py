"""Stretches of time: their kinds, lengths, bounds and places; what is none; hostile and random texts."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.durations import DurationReader, load
from bot.nlu.reading import Stretch

WORDS = load(Path(__file__).parents[2] / "knowledge" / "language" / "en" / "time.yml")
READER = DurationReader(WORDS)
AS_OF = date(2026, 6, 18)  # a Thursday
MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK, MONTH, YEAR = 7 * DAY, 30 * DAY, 365 * DAY


def read(text: str) -> tuple[Stretch, ...]:
    return READER.read(text, AS_OF)


def only(text: str) -> Stretch:
    found = read(text)
    assert len(found) == 1, found
    return found[0]


ONSETS = [
    ("I have had this for about two months", "two months", 2 * MONTH),
    ("since last Tuesday my hand feels odd", "since last Tuesday", 2 * DAY),
    ("It started yesterday", "yesterday", DAY),
    ("started 3 wks ago", "3 wks ago", 3 * WEEK),
    ("it comes on and off since 2024", "since 2024", None),
    ("these past few weeks were bad", "past few weeks", 3 * WEEK),
    ("the first one was two months ago", "two months ago", 2 * MONTH),
    ("two months back it began", "two months back", 2 * MONTH),
    ("woke up with it this morning", "this morning", None),
    ("I have it since I was a child", "since I was a child", 20 * YEAR),
    ("I have it since i was 9 years old", "since i was 9 years old", None),
    ("had it all my life", "all my life", None),
    ("worse for the last 2-3 days", "last 2-3 days", 2.5 * DAY),
    ("I am like this since 5 weeks", "5 weeks", 5 * WEEK),
    ("suffering from past 3 months", "past 3 months", 3 * MONTH),
    ("sore x 2 weeks", "2 weeks", 2 * WEEK),
    ("for 2mths now", "2mths", 2 * MONTH),
    ("for a year and a half", "a year and a half", 1.5 * YEAR),
    ("for the last one and a half years", "last one and a half years", 1.5 * YEAR),
    ("for 1 year 2 months and 3 days", "1 year 2 months and 3 days", YEAR + 2 * MONTH + 3 * DAY),
    ("I have a three day history of it", "three day", 3 * DAY),
    ("I've had the pain for 5 minutes", "5 minutes", 5 * MINUTE),
    ("it has lasted 3 weeks", "3 weeks", 3 * WEEK),
    ("it started on the 5th of May 2026", "5th of May 2026", 44 * DAY),
    ("since 2026-06-08", "since 2026-06-08", 10 * DAY),
    ("it began in December", "December", None),
    ("ever since feburary", "since feburary", None),
    ("since late April", "since late April", None),
    ("last year I had it once", "last year", None),
    ("it's been years", "years", 4 * YEAR),
    ("I had it years ago", "years ago", None),
    ("it has been like that all week", "all week", WEEK),
    ("my arm stopped working yesterday", "yesterday", DAY),
    ("it has not stopped since yesterday", "since yesterday", DAY),
    ("it came back on Monday", "Monday", 3 * DAY),
    ("I felt it a week or two ago", "a week or two ago", 1.5 * WEEK),
    ("half an hour ago it went dead", "half an hour ago", 30 * MINUTE),
    ("TWO DAYS AGO MY FACE FELT ODD", "TWO DAYS AGO", 2 * DAY),
]

EPISODES = [
    ("it lasts 10 seconds", "10 seconds", 10),
    ("lasts 10sec", "10sec", 10),
    ("it goes on for 5 minutes at a time", "5 minutes", 5 * MINUTE),
    ("they last two to three hours", "two to three hours", 2.5 * HOUR),
    ("each one lasting a few secs", "a few secs", 3),
    ("I have attacks that last up to 20 mins", "20 mins", 20 * MINUTE),
    ("lasts from 10 seconds to 2 minutes", "10 seconds to 2 minutes", 65),
    ("it comes for 20 seconds then stops", "20 seconds", 20),
    ("it hurts all day", "all day", DAY),
]

FREQUENCIES = [
    ("it comes once or twice a week", "once or twice a week", 5.25 * DAY),
    ("I feel it every day", "every day", DAY),
    ("3 times a day", "3 times a day", 8 * HOUR),
    ("3x/day", "3x/day", 8 * HOUR),
    ("it jumps every 20-30 minutes", "every 20-30 minutes", 25 * MINUTE),
    ("every other day", "every other day", 2 * DAY),
    ("twice weekly", "twice weekly", 3.5 * DAY),
    ("it comes daily", "daily", DAY),
    ("every Monday", "every Monday", WEEK),
    ("almost every night", "every night", DAY),
]

UNTILS = [
    ("it stopped yesterday", "yesterday", DAY),
    ("it went away two weeks ago", "two weeks ago", 2 * WEEK),
    ("it was gone after 3 days", "3 days", 3 * DAY),
    ("the last time was 3 days ago", "3 days ago", 3 * DAY),
    ("I had it until two months ago", "two months ago", 2 * MONTH),
    ("gone since yesterday", "since yesterday", DAY),
]

BARE = [
    ("about two months I think", "two months", 2 * MONTH),
    ("2 mths", "2 mths", 2 * MONTH),
    ("a couple of days", "a couple of days", 2 * DAY),
    ("dont know maybe 3 or 4 days", "3 or 4 days", 3.5 * DAY),
    ("week and a half", "week and a half", 1.5 * WEEK),
    ("3/4 weeks", "3/4 weeks", 3.5 * WEEK),
    ("½ hour", "½ hour", 30 * MINUTE),
    ("1/2 hour", "1/2 hour", 30 * MINUTE),
    ("2 and a half weeks", "2 and a half weeks", 17.5 * DAY),
    ("an hour and 20 minutes", "an hour and 20 minutes", 80 * MINUTE),
    ("twenty-five minutes", "twenty-five minutes", 25 * MINUTE),
    ("a fortnight", "a fortnight", 2 * WEEK),
    ("1,5 hours", "1,5 hours", 90 * MINUTE),
    ("2 weeks after the operation it felt odd", "2 weeks", 2 * WEEK),
    ("just seconds", "seconds", None),
]

TABLE = [
    (kind, *row)
    for kind, rows in (
        ("onset", ONSETS),
        ("episode", EPISODES),
        ("frequency", FREQUENCIES),
        ("until", UNTILS),
        ("unspecified", BARE),
    )
    for row in rows
]


@pytest.mark.parametrize(("kind", "text", "said", "seconds"), TABLE)
def test_finds_the_stretch(kind: str, text: str, said: str, seconds: float | None) -> None:
    stretch = only(text)
    assert (stretch.kind, stretch.text) == (kind, said)
    assert text[stretch.start : stretch.end] == stretch.text
    assert stretch.low <= stretch.seconds <= stretch.high
    assert stretch.finding is None
    if seconds is not None:
        assert stretch.seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "I am a 34 year old woman",
        "I am 41 & a half years old",
        "aged 7",
        "my 3 yr old fell",
        "I'm 45",
        "im 45 years and well",
        "45 yrs male",
        "34M here",
        "48 years of age",
        "my baby is 6 weeks",
        "30 weeks pregnant",
        "in my 30s",
        "2 tablets a day",
        "50 mg twice a day",
        "I take it 3 times a day",
        "20 cigarettes a day",
        "I sleep 5 hours a night",
        "at 3 pm",
        "since 3 am",
        "I want a second opinion",
        "open 24/7",
        "it may get worse",
        "they march on",
        "I will see the doctor today",
        "in two weeks I travel",
        "for the next two weeks",
        "2 weeks from now",
        "the second section",
        "2D echo was normal",
        "I am 1.75 m tall",
        "B12 days",
        "one day I noticed it",
        "how many days will it take",
        "in daily life",
        "next monday",
        "it is constant",
        "since then",
        "BP 118/76 HR80",
        "year 99999999999999 years",
        "week",
        "",
    ],
)
def test_is_no_stretch(text: str) -> None:
    assert read(text) == ()


def test_several_stretches_keep_apart() -> None:
    text = "I'm 52. Odd for 2 weeks, weak since this morning; it lasts 10 sec, 3 times a day. I take 50 mg twice a day."
    found = read(text)
    assert [(stretch.kind, stretch.text) for stretch in found] == [
        ("onset", "2 weeks"),
        ("onset", "since this morning"),
        ("episode", "10 sec"),
        ("frequency", "3 times a day"),
    ]


def test_ranges_and_vague_amounts_keep_their_bounds() -> None:
    weeks = only("between 2 and 3 weeks")
    assert (weeks.low, weeks.seconds, weeks.high) == (2 * WEEK, 2.5 * WEEK, 3 * WEEK)
    few = only("a few weeks")
    assert (few.low, few.seconds, few.high) == (2 * WEEK, 3 * WEEK, 5 * WEEK)
    exact = only("3 days")
    assert exact.low == exact.seconds == exact.high == 3 * DAY
    more = only("more than a year")
    assert (more.low, more.seconds, more.high) == (YEAR, YEAR, 2 * YEAR)
    assert only("less than 10 minutes").high == 10 * MINUTE
    assert only("about 4 days").low < only("about 4 days").seconds == 4 * DAY < only("about 4 days").high


def test_an_ambiguous_date_keeps_both_readings() -> None:
    stretch = only("since 05/03/2026")
    assert stretch.low <= 46 * DAY and stretch.high >= 105 * DAY
    assert stretch.seconds == 105 * DAY


def test_dates_resolve_to_the_past() -> None:
    # June 18 is a Thursday: the last Thursday is a week ago, and December is that of the year before.
    assert only("since thursday").seconds == 7 * DAY
    december = only("since december")
    assert december.low <= (AS_OF - date(2025, 12, 31)).days * DAY
    assert december.high >= (AS_OF - date(2025, 12, 1)).days * DAY
    leap = READER.read("since 29 February", date(2027, 1, 5))[0]
    assert leap.seconds == (date(2027, 1, 5) - date(2026, 2, 28)).days * DAY


@pytest.mark.parametrize(
    "text", ["for about two months", "it lasts 10 seconds", "once or twice a week", "since monday"]
)
def test_letter_case_changes_nothing(text: str) -> None:
    small, large = only(text), only(text.upper())
    assert (small.kind, small.seconds, small.low, small.high) == (large.kind, large.seconds, large.low, large.high)
    assert (small.start, small.end) == (large.start, large.end)


def test_curly_quotes_and_wide_characters_keep_offsets() -> None:
    text = "😀 I’ve had it for ‘about’ 3 days İ since monday"
    assert [text[stretch.start : stretch.end] for stretch in read(text)] == ["3 days", "since monday"]


def test_unknown_words_go_through_the_speller() -> None:
    asked: list[str] = []

    def correct(word: str) -> str:
        asked.append(word)
        return {"minuttes": "minutes", "wedneday": "wednesday"}.get(word, word)

    reader = DurationReader(WORDS, correct)
    found = reader.read("it lasts 5 minuttes, since wedneday, since wedneday", AS_OF)
    assert [stretch.text for stretch in found] == ["5 minuttes", "since wedneday", "since wedneday"]
    assert asked == ["minuttes", "wedneday"]


def test_a_word_that_yaml_reads_as_true_is_refused() -> None:
    broken = {**WORDS, "fillers": yaml.safe_load("[more, on]")}
    with pytest.raises(ValueError, match="quote it"):
        DurationReader(broken)


FRAGMENTS = st.sampled_from(
    """
    1 2 3rd 1/2 2-3 - / . , a an the few couple of half second seconds day days week month year since for last this
    all every once twice times x ago back old mg may march monday 2019 may5 12/05/2020 today yesterday now at and or
    to in until stopped lasts i was 30s ½ +
    """.split()  # noqa: SIM905 (a list of this length would take a page)
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(FRAGMENTS, max_size=30).map(" ".join)), st.dates(date(1970, 1, 1)))
def test_no_text_raises_and_offsets_hold(text: str, as_of: date) -> None:
    end = 0
    for stretch in READER.read(text, as_of):
        assert text[stretch.start : stretch.end] == stretch.text
        assert end <= stretch.start < stretch.end
        assert 0 <= stretch.low <= stretch.seconds <= stretch.high
        end = stretch.end


def _calls(work: Callable[[], object]) -> int:
    """How many functions, ours and built in, are called while `work` runs: a clock that no machine disturbs."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "1 1 1 1 ", "a few ", "since ", "2-3-4-5-", "1 day ", "1 day 1 hour ", "1/2/", "1", "½", "last ", "every ",
        "once or twice a ", "2 to 3 to 4 days ", "not stopped since ", "twenty ", "may 5 2019 ", "days ", "'", "x",
        "of the end of ", "since i was ", "1.", "1,", "hundred ", "1 year and 1 month and 1 day ", "a a a a day ",
        "less than a ", "until today ", "5 hours a night ",
    ],
)  # fmt: skip
def test_hostile_texts_take_linear_work(piece: str) -> None:
    def work(size: int) -> int:
        text = (piece * size)[:size]
        return _calls(lambda: READER.read(text, AS_OF))

    short, long = work(2000), work(8000)
    assert long <= 5 * short + 200
    assert long <= 40 * 8000
