"""Search finds the same on every kind of index, and the gate lets through what law 4 allows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine

from bot.archive import meaning
from bot.archive.agreement import Said, agreement
from bot.archive.embedding import embed, pending
from bot.archive.importing import import_paths
from bot.archive.meaning import Meaning
from bot.archive.search import Archive
from bot.nlu.reading import OTHER, PATIENT, PRESENT, Mention, Reading
from bot.records.models import archive_entries

TREE = Path(__file__).resolve().parents[2]
REPLIES = {
    "self_care": "Rest and drink water.",
    "routine": "Please make an appointment with your doctor.",
    "within_2_weeks": "See a doctor within two weeks.",
    "same_day": "See a doctor today.",
    "emergency": "Call an ambulance now.",
}


def fill(engine: Engine, folder: Path, *entries: dict[str, Any]) -> None:
    path = folder / "entries.jsonl"
    path.write_text("".join(json.dumps({"reply": "Rest.", **entry}) + "\n" for entry in entries), encoding="utf-8")
    assert not import_paths([path], engine).refused


class WordReader:
    """Stands in for the reader: "LEFT ache" is the finding "ache", present, on the left."""

    def read(self, text: str, as_of: date) -> Reading:
        words = text.replace("?", " ").replace(".", " ").split()
        mentions = [
            Mention(word, PRESENT, OTHER if "uncle" in words else PATIENT, 0, 0, word, side=_side(words, place))
            for place, word in enumerate(words)
            if word in ("ache", "itch", "burn")
        ]
        return Reading(text=text, mentions=tuple(mentions))


def _side(words: Sequence[str], place: int) -> str | None:
    before = words[place - 1].lower() if place else ""
    return before if before in ("left", "right") else None


@pytest.fixture(params=["by words", "by meaning"])
def archive(request: pytest.FixtureRequest, any_engine: Engine, meaning: Meaning) -> Archive:
    """An archive in each kind of database, with the model and without."""
    return Archive(any_engine, None, None, meaning if request.param == "by meaning" else None)


@pytest.fixture
def engine_of(any_engine: Engine, archive: Archive, meaning: Meaning) -> Callable[..., Engine]:
    """The archive's database with these files imported, and embedded where the archive has the model."""

    def filled(*paths: Path) -> Engine:
        import_paths(paths, any_engine)
        if archive._meaning:
            embed(any_engine, meaning)
        return any_engine

    return filled


def test_the_nearest_question_is_first_and_scores_are_between_0_and_1(
    archive: Archive, engine_of: Callable[..., Engine], pages: Path
) -> None:
    engine_of(pages)
    hits = archive.search("my wrist aches when typing", limit=10)
    assert hits[0].title == "Sore wrist when I type" and 0.3 < hits[0].score <= 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.entry_id for hit in hits}) == len(hits)


def test_other_words_for_the_same_are_found_by_meaning(engine: Engine, meaning: Meaning, tmp_path: Path) -> None:
    fill(
        engine,
        tmp_path,
        {"title": "Stiff fingers", "question": "My fingers are stiff when I get up."},
        {"title": "Sunburn", "question": "My back is red after a day at the beach."},
    )
    embed(engine, meaning)
    asked = "every morning it takes half an hour before my hands bend"
    assert Archive(engine, None, None, meaning).search(asked)[0].title == "Stiff fingers"
    assert Archive(engine, None).search(asked)[0].score < 0.3


def test_every_database_gives_the_same_scores(engine: Engine, postgres: Engine, pages: Path, meaning: Meaning) -> None:
    for each in (engine, postgres):
        import_paths([pages], each)
        embed(each, meaning)
    for model in (None, meaning):
        one, two = Archive(engine, None, None, model), Archive(postgres, None, None, model)
        for text in ("my wrist aches", "thumb clicks and hiccups at night", "nothing of the kind", "a" * 20_000):
            found, again = one.search(text), two.search(text)
            assert [hit.title for hit in found] == [hit.title for hit in again]
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in again], abs=1e-4)


@pytest.mark.parametrize(
    "text", ["", "   ", "😀😀", '" OR (NEAR', "/intent{}", "<b>wrist</b>", "\x00\x07", "腕が痛い", "%_*"]
)
def test_any_text_can_be_searched(archive: Archive, engine_of: Callable[..., Engine], pages: Path, text: str) -> None:
    assert archive.search(text) == []
    engine_of(pages)
    assert all(0 <= hit.score <= 1 for hit in archive.search(text))


def test_new_entries_are_found_at_once_and_hidden_ones_are_not(
    archive: Archive, engine_of: Callable[..., Engine], pages: Path
) -> None:
    assert archive.search("hiccups") == []
    engine = engine_of(pages / "two-replies.txt")
    assert len(archive.search("hiccups")) == 2
    with engine.begin() as connection:
        hidden = update(archive_entries).where(archive_entries.c.id == 1)
        connection.execute(hidden.values(hidden_because="outdated", hidden_at=datetime.now(timezone.utc)))
    assert [hit.entry_id for hit in archive.search("hiccups")] == [2]
    with engine.begin() as connection:
        shown = update(archive_entries).where(archive_entries.c.id == 1)
        connection.execute(shown.values(hidden_because=None, hidden_at=datetime.now(timezone.utc)))
    assert len(archive.search("hiccups")) == 2


def test_what_contradicts_counts_against_an_entry(engine: Engine, tmp_path: Path, meaning: Meaning) -> None:
    fill(
        engine,
        tmp_path,
        {"title": "ache on one side", "question": "I have a left ache."},
        {"title": "itch on one side", "question": "I have a left itch."},
    )
    embed(engine, meaning)
    hits = Archive(engine, None, WordReader(), meaning).search("left ache")
    assert [hit.title for hit in hits] == ["ache on one side", "itch on one side"]
    assert [hit.like.findings for hit in hits if hit.like] == [1.0, 0.0]
    answers = Archive(engine, None, WordReader(), meaning).answers("left ache", (), "self_care")
    assert [answer.title for answer in answers] == ["ache on one side"]


def test_of_two_that_are_nearly_the_same_one_is_found(engine: Engine, tmp_path: Path) -> None:
    fill(
        engine,
        tmp_path,
        {"title": "Cold feet", "question": "My feet are cold."},
        {"title": "Cold feet!", "question": "My feet are so cold."},
    )
    with engine.begin() as connection:
        connection.execute(update(archive_entries).where(archive_entries.c.id == 2).values(near_id=1))
    assert [hit.entry_id for hit in Archive(engine, None).search("cold feet") if hit.score] == [1]


def test_the_queue_is_gone_on_with_and_new_texts_are_read_again(
    any_engine: Engine, meaning: Meaning, tmp_path: Path
) -> None:
    for number in range(3):
        fill(any_engine, tmp_path, {"id": number, "title": f"Knee {number}", "question": "My knee creaks."})
    assert pending(any_engine, meaning.model) == 3
    assert embed(any_engine, meaning) == 3 and embed(any_engine, meaning) == 0
    assert pending(any_engine, "another model") == 3
    fill(any_engine, tmp_path, {"id": 1, "title": "Knee 1", "question": "My knee is swollen."})
    assert pending(any_engine, meaning.model) == 1
    assert embed(any_engine, meaning) == 1


LEVELS = tuple(REPLIES)


@pytest.mark.parametrize("level", [*LEVELS, "unknown"])
@pytest.mark.parametrize("own", LEVELS)
def test_a_calmer_reply_is_withheld_and_in_an_emergency_every_one(
    engine: Engine, tmp_path: Path, level: str, own: str
) -> None:
    fill(engine, tmp_path, {"title": "Sore elbow", "question": "My elbow is sore.", "reply": REPLIES[own]})
    (answer,) = Archive(engine, None).answers("my elbow is sore", (), level)
    assert answer.level == own
    if level == "emergency":
        because = "emergency"
    else:
        floor = "routine" if level == "unknown" else level
        because = "calmer" if LEVELS.index(own) < LEVELS.index(floor) else None
    assert (answer.shown, answer.withheld_because) == (because is None, because)
    assert answer.reply == (REPLIES[own] if because is None else ""), "what is withheld is not handed on"


def test_a_clinicians_level_wins(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path, {"title": "Sore elbow", "question": "My elbow is sore.", "reply": REPLIES["emergency"]})
    with engine.begin() as connection:
        connection.execute(update(archive_entries).values(clinician_level="self_care"))
    (answer,) = Archive(engine, None).answers("my elbow is sore", (), "routine")
    assert (answer.level, answer.withheld_because) == ("self_care", "calmer")


def test_similar_questions_are_shown_as_questions_only(engine: Engine, pages: Path) -> None:
    import_paths([pages / "plain.txt"], engine)
    archive = Archive(engine, None)
    wrist, *similar = archive.answers("since spring my left wrist aches when I type", (), "routine")
    assert wrist.shown and wrist.signed and wrist.written_by == "doctor" and wrist.reply
    assert [(each.title, each.question_only, each.cut_off, each.reply) for each in similar] == [
        ("My thumb clicks", True, True, ""),
        ("Both hands go to sleep at night", True, True, ""),
    ]
    assert all(not each.question_only for each in archive.answers("my right thumb clicks", (), "emergency"))
    clicks = archive.answers("my right thumb clicks when I bend it", (), "routine")
    assert [each.question_only for each in clicks] == [True]


def test_unsigned_text_is_in_no_answer(engine: Engine, pages: Path) -> None:
    import_paths([pages / "plain.txt", pages / "sample.txt"], engine)
    archive = Archive(engine, None)
    answers = archive.answers("since spring my left wrist aches when I type", (), "routine")
    assert "signed by nobody" not in repr(answers)
    assert not any("complicated" in hit.title for hit in archive.search("wrists are complicated"))
    (sample,) = archive.answers("made-up question, does the page name anybody", (), "self_care")
    assert (sample.signed, sample.written_by, sample.doctor) == (False, "sample", None)


def test_a_reply_that_nobody_signed_is_not_a_doctors(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path, {"title": "Sore elbow", "question": "My elbow is sore."})
    (answer,) = Archive(engine, None).answers("my elbow is sore", (), "self_care")
    assert (answer.signed, answer.written_by) == (False, "unsigned")


def test_nothing_near_is_nothing(engine: Engine, pages: Path) -> None:
    import_paths([pages], engine)
    assert Archive(engine, None).answers("how do I cook rice for ten guests", (), "routine") == []


def test_with_a_reader_findings_and_sides_count(engine: Engine, tmp_path: Path) -> None:
    shared = "every evening, in the garden, for a month"
    fill(
        engine,
        tmp_path,
        {"title": "One", "question": f"A right ache {shared}?"},
        {"title": "Two", "question": f"A left ache {shared}?"},
        {"title": "Three", "question": f"A left itch {shared}?"},
    )
    archive = Archive(engine, None, WordReader())
    assert [hit.title for hit in archive.search(f"a left ache {shared}")] == ["Two", "One", "Three"]
    assert archive.answers(f"what I have {shared}", ("itch",), "self_care")[0].title == "Three"


def test_the_answer_is_written_as_the_contract_says(engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path, {"title": "Sore elbow", "question": "My elbow is sore."})
    archive = Archive(engine, None)
    (shown,) = archive.answers("my elbow is sore", (), "self_care")
    (withheld,) = archive.answers("my elbow is sore", (), "routine")
    assert shown.to_json() == {"id": 1, "title": "Sore elbow", "score": round(shown.score, 4), "shown": True}
    assert withheld.to_json() == {**shown.to_json(), "shown": False, "withheld_because": "calmer"}


class Kinds:
    """Knowledge in which an itch is a kind of ache."""

    findings = ("ache", "itch", "burn")

    def broader(self, finding: str) -> tuple[str, ...]:
        return ("ache",) if finding == "itch" else ()

    def narrower(self, finding: str) -> tuple[str, ...]:
        return ("itch",) if finding == "ache" else ()


def test_agreement_is_symmetric_and_knows_kinds_and_sides() -> None:
    left, right = frozenset({"left"}), frozenset({"right"})
    same = agreement(Said({"ache": left}), Said({"ache": left}), Kinds())
    unsided = agreement(Said({"ache": left}), Said({"ache": frozenset()}), Kinds())
    opposed = agreement(Said({"ache": left}), Said({"ache": right}), Kinds())
    kin = agreement(Said({"ache": left}), Said({"itch": left}), Kinds())
    none = agreement(Said({"ache": left}), Said({"burn": left}), Kinds())
    more = agreement(Said({"ache": left}), Said({"ache": left, "burn": left}), Kinds())
    assert same == unsided == 1 > more > opposed and 0 < kin < 1 and none == 0
    assert agreement(Said({"itch": left, "burn": left}), Said({"ache": right}), Kinds()) == agreement(
        Said({"ache": right}), Said({"itch": left, "burn": left}), Kinds()
    )


def test_what_is_shown_as_an_answer_has_a_reply(engine: Engine, knowledge: Any, reader: Any) -> None:
    """Of entries that are near and not the same the question is handed on alone: that is no answer."""
    import_paths([TREE / "knowledge" / "archive" / "sample"], engine)
    model = meaning.load()
    assert model is not None
    embed(engine, model, reader=reader)
    archive = Archive(engine, knowledge, reader, model)
    asked = ["eyelid twitching and tired", "my cheek twitches", "pain in my face", "twitching", "cramp in the calf"]
    answers = [answer for text in asked for answer in archive.answers(text, (), "self_care")]
    assert [bool(each.reply) for each in answers] == [not each.question_only for each in answers]
    assert any(each.question_only and not each.cut_off for each in answers), "none of these is near and not the same"
