"""A page of the archive, with its variations, becomes an entry that names no asker."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.archive.entry import Refused, Topic
from bot.archive.pages import parse_page


def parse(path: Path) -> list:
    return parse_page(path.read_text(encoding="utf-8"), path.name)


def test_a_page_with_every_part(pages: Path) -> None:
    (entry,) = parse(pages / "plain.txt")
    assert entry.title == "Sore wrist when I type"
    assert entry.question.splitlines()[0] == "Since spring my left wrist aches whenever I type."
    assert "1. It is worse in the evening.\n2. It is not swollen." in entry.question
    assert (entry.asker_ages, entry.asker_sex, entry.ask_date) == ((30, 39), "female", date(2011, 3, 4))
    assert (entry.doctor, entry.specialty, entry.reply_date) == ("Anna Example", "Orthopaedics", date(2011, 3, 6))
    assert entry.reply.startswith("A splint at night may help.") and entry.reply.endswith("lasted for months.")
    assert entry.unsigned_text == (
        "Wrists are complicated, and this sentence was signed by nobody.\n\n"
        "A second paragraph, as unsigned as the first."
    )
    assert entry.topics == (Topic("Sprained Ankle", "Orthopaedics"), Topic("Elbow", ""))
    assert not entry.sample and not entry.cut_off


def test_nothing_of_the_asker_is_left_but_age_and_sex(pages: Path) -> None:
    (entry,) = parse(pages / "plain.txt")
    assert "Zoë" not in repr(entry) and "example.org" not in repr(entry) and "345" not in repr(entry)
    assert "Write to me at [removed] or [removed]." in entry.question
    assert "Share to" not in repr(entry) and "Tan" not in repr(entry)


def test_similar_questions_are_extracts(pages: Path) -> None:
    (entry,) = parse(pages / "plain.txt")
    first, second = entry.similar
    assert (first.title, first.doctor, first.cut_off) == ("My thumb clicks", "Bert Beispiel", True)
    assert first.reply == 'You wrote that "it clicks". A thumb that clicks may have a swollen tend...'
    assert (second.question, second.reply) == (
        "Both of my hands go to sleep at night.",
        "You can visit a clinic for it.",
    )
    assert second.cut_off, "an extract that offers to read more is not the whole reply"


def test_missing_age_and_missing_parts(pages: Path) -> None:
    (entry,) = parse(pages / "thumb.txt")
    assert (entry.asker_ages, entry.asker_sex) == (None, "male")
    assert (entry.unsigned_text, entry.similar, entry.topics) == (None, (), ())


def test_several_replies_are_several_entries(pages: Path) -> None:
    first, second = parse(pages / "two-replies.txt")
    assert (first.doctor, second.doctor) == ("Carla Sample", "Dan Sample")
    assert first.reply == "Hold your breath and drink cold water."
    assert first.question == second.question and second.source_id != first.source_id
    assert (first.reply_date, second.reply_date) == (date(2015, 1, 3), date(2015, 1, 4))


def test_a_sample_page_names_no_doctor_and_is_marked(pages: Path) -> None:
    (entry,) = parse(pages / "sample.txt")
    assert entry.sample and entry.doctor is None and entry.specialty == "General Practice"
    assert (entry.asker_ages, entry.asker_sex, entry.reply_date) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty.txt", "empty.txt:1: read an empty page; expected a title, a question"),
        ("recipe.txt", 'recipe.txt:1: read "A recipe for soup"; expected a page with a line "NAME, AGE year old SEX.'),
        (
            "no-question.txt",
            'no-question.txt:2: read "bo, 20~29 year old male. Ask Date: 2010/01/01"; expected a title and',
        ),
        (
            "no-header.txt",
            'no-header.txt:4: read "The doctor is out today."; expected a line "Dr. NAME reply SPECIALTY"',
        ),
        ("stops.txt", 'stops.txt:3: read "bo, 20~29 year old male. Ask Date: 2010/01/01"; expected a line "Dr. NAME'),
        ("no-reply.txt", 'no-reply.txt:4: read "Dr. A B reply Surgery"; expected a reply below this line'),
        ("bad-date.txt", 'bad-date.txt:3: read "bo, 20~29 year old male. Ask Date: 2010/13/41"; expected a date as'),
    ],
)
def test_what_is_no_page_is_refused_with_its_line(pages: Path, name: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(pages / "broken" / name)
    assert str(refused.value).startswith(words)
