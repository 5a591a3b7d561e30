"""`signpost parse`: what is read of a message is marked in it, whatever overlaps, and what made it is named."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bot.nlu.marking import marked
from bot.nlu.provenance import Maker, makers
from bot.nlu.reader import Reader
from bot.nlu.reading import Mention, Reading, Stretch
from tests.nlu.conftest import AS_OF

TWO = "My hand is numb and tingly since Monday, no fever"


def lines(reading: Reading, width: int = 80) -> list[str]:
    made_by = [(Maker("unknown", each.text), "") for each in reading.mentions]
    return [line.plain for line in marked(reading, made_by, {}, width)]


def mention(finding: str, start: int, end: int, text: str, status: str = "present", who: str = "patient") -> Mention:
    return Mention(finding, status, who, start, end, text[start:end])


def test_marks_that_overlap_have_lanes_of_their_own() -> None:
    text = "one two three four"
    spans = [(0, 7), (4, 13), (4, 7), (14, 18)]
    shown = lines(Reading(text, tuple(mention(f"f{at}", *span, text) for at, span in enumerate(spans))))
    assert shown[:4] == [text, "[1----]       [4-]", "    [2------]", "    [3]"]


def test_a_mark_goes_on_in_the_next_line() -> None:
    text = "a message that is longer than one line"
    shown = lines(Reading(text, (mention("f", 2, 38, text),)), width=20)
    assert shown[:4] == ["a message that is ", "  [1--------------", "longer than one line", "-1-----------------]"]


def test_times_and_what_was_not_understood_are_marked() -> None:
    text = "it began last week zibble"
    stretch = Stretch("onset", 604800, 345600, 864000, 9, 18, "last week", "f")
    shown = lines(Reading(text, durations=(stretch,), not_understood=((19, 25, "zibble"),), answer="no", trend="worse"))
    assert shown[1] == "         [a------] [?---]"
    said = "\n".join(shown)
    assert 'onset of f: "last week" = 7 days (4 days to 10 days)' in said
    assert (
        'not understood: "zibble"' in said and "as an answer: answer no; trend worse" in said and "no finding" in said
    )


def test_wide_signs_and_line_breaks_keep_the_marks_below_their_words() -> None:
    text = "😀😀 ab\ncd\t ef"
    shown = lines(Reading(text, (mention("f", 3, 5, text), mention("g", 10, 12, text))))
    assert shown[:4] == ["😀😀 ab", "     [1]", "cd  ef", "    [2]"]


def test_every_status_has_a_colour_of_its_own_and_pipes_have_none() -> None:
    text = "a b c d e"
    statuses = ["present", "absent", "uncertain", "past", "present"]
    who = ["patient"] * 4 + ["other"]
    found = tuple(mention(f"f{i}", 2 * i, 2 * i + 1, text, statuses[i], who[i]) for i in range(5))
    (first, *_) = marked(Reading(text, found), [(Maker("unknown", ""), "")] * 5, {}, 80)
    assert len({str(span.style) for span in first.spans}) == 5
    out = io.StringIO()
    Console(file=out).print(first)
    assert out.getvalue() == f"{text}\n"


def test_what_made_a_finding_is_named(reader: Reader) -> None:
    reading = reader.read(TWO, AS_OF)
    made = dict(zip((each.finding for each in reading.mentions), makers(reading, reader.lexicon)))
    assert set(made) == {"hand_numbness", "tingling_hands_feet", "fever"}
    numb, fever = made["hand_numbness"], made["fever"]
    assert (numb.kind, numb.name, numb.text, numb.site, numb.site_text) == ("sign", "numbness", "numb", "hand", "hand")
    assert (fever.kind, fever.phrase, fever.file) == ("phrase", "fever", "findings/whole-body.yml")
    assert fever.keys[:2] == ("fever", "say")


@pytest.mark.parametrize("text", ["I had a really severe headache", "both my legs are weak", "slurred speech"])
def test_a_phrase_is_named_as_its_author_wrote_it(reader: Reader, text: str) -> None:
    reading = reader.read(text, AS_OF)
    for made in makers(reading, reader.lexicon):
        assert made.kind in ("phrase", "sign")
        if made.kind == "phrase":
            finding, field, place = made.keys
            assert getattr(reader.lexicon.knowledge.findings[str(finding)], str(field))[int(place)] == made.phrase


def test_a_sign_without_a_shape_takes_the_room_of_the_blank_that_is_shown() -> None:
    assert max(map(cell_len, itertools.takewhile(str, lines(Reading("0" * 20 + "\x1f" * 4, ()), 20)))) <= 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(max_size=120), st.integers(20, 60), st.data())
def test_every_mark_shows_and_no_line_is_too_long(text: str, width: int, data: st.DataObject) -> None:
    places = st.integers(0, max(0, len(text)))
    spans = [sorted(pair) for pair in data.draw(st.lists(st.tuples(places, places), max_size=8))]
    found = tuple(mention(f"f{at}", start, end, text) for at, (start, end) in enumerate(spans) if start < end)
    shown = list(itertools.takewhile(str, lines(Reading(text, found), width)))
    said = "\n".join(lines(Reading(text, found), width))
    for number, each in enumerate(found, 1):
        assert f"{number}  present: {each.finding}" in said
    # A mark may be wider than the one word it belongs to, by its brackets.
    assert all(cell_len(line) <= width + 3 for line in shown)


def test_any_message_is_shown(reader: Reader) -> None:
    for text in ("", "\n\n", "?" * 500, "numb " * 200, "\x00\x1b[31m numb hand"):
        reading = reader.read(text, AS_OF)
        made_by = [(each, "") for each in makers(reading, reader.lexicon)]
        assert all("\x1b" not in line.plain for line in marked(reading, made_by, {}, 60))
