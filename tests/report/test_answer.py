"""Law 4 on what of the archive reaches a person, for any answers that a search may find."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.archive.answer import CALMER, EMERGENCY, ArchivedAnswer
from bot.archive.importing import import_paths
from bot.archive.levels import LEVELS
from bot.archive.search import Archive
from bot.interview.turn import take_turn
from bot.knowledge import Knowledge, load
from bot.nlu.reader import Reader
from bot.nlu.reading import Reading
from bot.records import database
from bot.records.models import archive_entries
from bot.report.answer import answer_part, answer_text
from bot.report.compose import compose
from bot.triage.case import Case

TODAY = date(2026, 11, 23)
NUMBER = "112"
KNOWLEDGE = load()
ARCHIVED = "zzarchived"
"""Stands in every text that the strategies make up for an entry, and in no text of ours."""

days = st.none() | st.dates(date(1990, 1, 1), TODAY)
texts = st.sampled_from(["rest", "see a doctor", "take 5 mg twice daily", "do nothing"]).map(f"{ARCHIVED} {{}}".format)


@st.composite
def found(draw: st.DrawFn) -> ArchivedAnswer:
    """An answer as the gate lets it through: shown whole, or withheld and without its reply."""
    because = draw(st.sampled_from([None, None, CALMER, EMERGENCY]))
    sample, doctor = draw(st.booleans()), draw(st.none() | st.just(f"Dr. {ARCHIVED}"))
    return ArchivedAnswer(
        entry_id=draw(st.integers(1, 99)),
        title=draw(st.sampled_from([f"{ARCHIVED} cheek", f"{ARCHIVED} chin"])),
        score=0.5,
        question=f"{ARCHIVED} what is it?",
        reply="" if because else draw(texts),
        signed=doctor is not None and not sample,
        doctor=None if sample else doctor,
        specialty=draw(st.none() | st.just("Neurology")),
        ask_date=draw(days),
        reply_date=draw(days),
        level=draw(st.sampled_from(LEVELS)),
        shown=because is None,
        withheld_because=because,
        sample=sample,
        rated=draw(st.booleans()),
    )


def one(**changes: Any) -> ArchivedAnswer:
    whole = ArchivedAnswer(
        entry_id=1,
        title="Cheek that jumps",
        score=0.8,
        question="My cheek jumps. What is it?",
        reply="Please see your own doctor.",
        signed=True,
        doctor="Dr. Example",
        specialty="Neurology",
        ask_date=date(2020, 1, 2),
        reply_date=date(2020, 1, 3),
        level="routine",
        shown=True,
        withheld_because=None,
    )
    return replace(whole, **changes)


def withheld(**changes: Any) -> ArchivedAnswer:
    return one(**{"shown": False, "withheld_because": CALMER, "reply": "", **changes})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(found(), max_size=4))
@pytest.mark.parametrize("said", ["my face droops since an hour", "I cannot breathe"])
def test_no_archived_text_is_in_an_emergency_answer(reader: Reader, said: str, answers: list[ArchivedAnswer]) -> None:
    turn = take_turn(Case(), reader.read(said, TODAY), KNOWLEDGE, TODAY)
    again = take_turn(turn.case, reader.read("thank you, it twitches", TODAY), KNOWLEDGE, TODAY)
    for each in (turn, again):
        reply = compose(each, KNOWLEDGE, emergency_number=NUMBER, answers=answers, on=TODAY)
        assert reply.kind == "emergency" and ARCHIVED not in json.dumps(reply.to_json())


@settings(max_examples=150, deadline=None)
@given(answers=st.lists(found(), max_size=4, unique_by=lambda each: each.entry_id))
def test_every_shown_answer_says_whose_when_and_for_whom(answers: list[ArchivedAnswer]) -> None:
    messages, part = KNOWLEDGE.messages, answer_part(answers, KNOWLEDGE, TODAY)
    by_id = {each.entry_id: each for each in answers}
    assert part["shown"] == any(each.shown for each in answers)
    for each in [part, *part["others"]] if part["shown"] else []:
        source = by_id[each["entry"]]
        assert source.shown and source.reply == each["text"] and len(part["others"]) <= 1
        assert each["specialty"] == (source.specialty or messages.text("advice.no_specialty"))
        known = source.reply_date
        assert each["date"] == (known.isoformat() if known else messages.text("advice.undated"))
        assert each["specialty"] in each["heading"] and each["date"] in each["heading"]
        assert messages.text("advice.for_someone_else") in each["notes"] and "someone else" in each["heading"]
        if source.written_by == "unsigned":
            assert messages.text("advice.unsigned") in each["notes"] and "not signed" in each["heading"]
        if source.written_by != "doctor":
            assert "doctor answered" not in each["heading"]
        if "5 mg" in each["text"]:
            assert messages.text("advice.medicines") in each["notes"]
        assert all(caution in each["notes"] and caution in answer_text(part) for caution in each["cautions"])
        assert each["heading"] in answer_text(part)


@pytest.mark.parametrize("clinician", [None, *LEVELS])
@pytest.mark.parametrize("level", [*LEVELS, "unknown"])
def test_a_withheld_reply_is_in_no_json(
    tmp_path: Path, knowledge: Knowledge, level: str, clinician: str | None
) -> None:
    """From the import to the advice, with the level that was read and with any level of a clinician."""
    path = tmp_path / "entries.jsonl"
    path.write_text(json.dumps({"title": "Sore elbow", "question": "My elbow is sore.", "reply": f"Rest, {ARCHIVED}."}))
    engine = database.engine(f"sqlite:///{tmp_path / 'archive.db'}")
    database.migrate(engine)
    import_paths([path], engine)
    with engine.begin() as connection:
        connection.execute(update(archive_entries).values(clinician_level=clinician))
    answers = Archive(engine, None).answers("my elbow is sore", (), level)
    engine.dispose()
    part = answer_part(answers, knowledge, TODAY)
    floor = LEVELS.index("routine" if level == "unknown" else level)
    may_be_shown = level != "emergency" and LEVELS.index(clinician or "self_care") >= floor
    assert part["shown"] == may_be_shown
    assert (ARCHIVED in json.dumps([part, [each.to_json() for each in answers], repr(answers)])) == may_be_shown
    if may_be_shown and clinician:
        assert (part["level"], part["level_by"]) == (clinician, "clinician")
        label = knowledge.messages.text(f"level.{clinician}.label")
        assert any(label in note for note in part["notes"])
    elif may_be_shown:
        assert part["level_by"] == "reading"


def test_two_doctors_who_differ_are_both_shown(knowledge: Knowledge) -> None:
    second = one(entry_id=2, reply="Call a clinic today.", level="same_day", doctor="Dr. Second", reply_date=None)
    part = answer_part([one(), second], knowledge, TODAY)
    (other,) = part["others"]
    assert (part["text"], other["text"]) == ("Please see your own doctor.", "Call a clinic today.")
    assert (other["doctor"], other["date"], other["specialty"]) == ("Dr. Second", "without a date", "Neurology")
    text = answer_text(part)
    assert text.index("Dr. Example") < text.index(other["lead"]) < text.index("Dr. Second")
    assert set(other) - set(part) == {"lead"}


def test_the_replies_of_one_page_stand_side_by_side(tmp_path: Path, knowledge: Knowledge) -> None:
    engine = database.engine(f"sqlite:///{tmp_path / 'archive.db'}")
    database.migrate(engine)
    import_paths([Path(__file__).parent.parent / "archive" / "pages" / "two-replies.txt"], engine)
    part = answer_part(Archive(engine, None).answers("hiccups since yesterday", (), "self_care"), knowledge, TODAY)
    engine.dispose()
    (other,) = part["others"]
    assert [(each["doctor"], each["specialty"], each["date"]) for each in (part, other)] == [
        ("Carla Sample", "General Practice", "2015-01-03"),
        ("Dan Sample", "Internal Medicine", "2015-01-04"),
    ]
    assert all("from 2015" in " ".join(each["notes"]) for each in (part, other))


def test_of_several_the_one_that_differs_most_is_shown_beside(knowledge: Knowledge) -> None:
    words, level = one(entry_id=2, reply="It is nothing."), one(entry_id=3, level="same_day")
    assert [each["entry"] for each in answer_part([one(), words, level], knowledge, TODAY)["others"]] == [3]
    assert [each["entry"] for each in answer_part([one(), words], knowledge, TODAY)["others"]] == [2]


@pytest.mark.parametrize(
    "second",
    [one(entry_id=2, reply="Please see your own doctor!"), one(entry_id=2, title="Another question", level="same_day")],
)
def test_who_says_the_same_or_answers_another_question_is_not_shown_beside(
    knowledge: Knowledge, second: ArchivedAnswer
) -> None:
    assert answer_part([one(), second], knowledge, TODAY)["others"] == []


def test_another_reply_that_is_calmer_is_withheld_and_that_is_said(knowledge: Knowledge) -> None:
    part = answer_part([withheld(entry_id=2), one()], knowledge, TODAY)
    assert part["text"] == "Please see your own doctor." and part["others"] == []
    said = knowledge.messages.text("advice.other_withheld")
    assert said in part["notes"] and said in answer_text(part)


@pytest.mark.parametrize(
    ("written", "old"),
    [
        (date(2016, 11, 23), False),
        (date(2016, 11, 22), True),
        (date(2004, 2, 29), True),
        (date(2026, 11, 22), False),
        (None, False),
    ],
)
def test_what_is_older_than_ten_years_is_said_to_be(knowledge: Knowledge, written: date | None, old: bool) -> None:
    part = answer_part([one(reply_date=written, ask_date=None)], knowledge, TODAY)
    notes = " ".join(part["notes"])
    assert ("more than 10 years ago" in notes) == old
    assert not old or (written is not None and str(written.year) in notes)


def test_a_reply_without_a_date_is_as_old_as_its_question(knowledge: Knowledge) -> None:
    part = answer_part([one(reply_date=None, ask_date=date(2004, 5, 1))], knowledge, TODAY)
    assert "asked in 2004" in " ".join(part["notes"])


def test_the_day_is_the_decisions(knowledge: Knowledge, reader: Reader) -> None:
    turn = take_turn(Case(), reader.read("My left cheek has been twitching for two months", TODAY), knowledge, TODAY)
    while turn.question is not None:
        choice = "unchanged" if turn.question.question.attribute == "trend" else "none"
        turn = take_turn(turn.case, Reading(text=""), knowledge, TODAY, [choice])
    for on, old in ((date(2026, 11, 23), False), (date(2046, 11, 23), True)):
        reply = compose(turn, knowledge, emergency_number=NUMBER, answers=[one()], on=on)
        assert ("more than 10 years ago" in reply.text) == old


def test_medicines_come_with_the_caution(knowledge: Knowledge) -> None:
    caution = knowledge.messages.text("advice.medicines")
    assert caution in answer_text(answer_part([one(reply="Take 5 mg twice daily.")], knowledge, TODAY))
    assert caution not in answer_text(answer_part([one()], knowledge, TODAY))
