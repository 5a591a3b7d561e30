"""The reply a person reads: every line with its rule and source, the archive behind its gate, no code and no trace."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.answer import ArchivedAnswer
from bot.interview.turn import take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import Reading
from bot.report.compose import compose, failure, greeting
from bot.report.describe import describe_time
from bot.report.reply import Reply
from bot.triage.case import Case

TODAY = date(2026, 11, 23)
NUMBER = "112"


def reply_to(knowledge: Knowledge, reader: Reader, *inputs: str, answers=()) -> Reply:
    case = Case()
    for text in inputs:
        turn = take_turn(case, reader.read(text, TODAY), knowledge, TODAY)
        case = turn.case
    for _ in range(12):
        if turn.question is None:
            break
        choice = "unchanged" if turn.question.question.attribute == "trend" else "none"
        turn = take_turn(case, Reading(text=""), knowledge, TODAY, [choice])
        case = turn.case
    return compose(turn, knowledge, emergency_number=NUMBER, answers=answers)


def archived(**changes) -> ArchivedAnswer:
    values = {
        "entry_id": 3,
        "title": "Cheek that jumps",
        "score": 0.8,
        "question": "My cheek jumps. What is it?",
        "reply": "Please see your own doctor.",
        "signed": True,
        "doctor": "Dr. Example",
        "specialty": "Neurology",
        "ask_date": date(2020, 1, 2),
        "reply_date": date(2020, 1, 3),
        "level": "routine",
        "shown": True,
        "withheld_because": None,
    }
    return ArchivedAnswer(**{**values, **changes})


def advice(knowledge, reader, **options) -> Reply:
    return reply_to(knowledge, reader, "My left cheek has been twitching for two months", **options)


def test_every_reason_names_its_rule_its_review_and_its_source(knowledge, reader) -> None:
    reply = advice(knowledge, reader)
    assert reply.kind == "advice" and reply.advice is not None
    for reason in reply.advice["reasons"]:
        assert reason["rule"]["id"] in knowledge.rules
        assert reason["rule"]["reviewed"] is None
        assert reason["sources"]
        assert f"rule {reason['rule']['id']}, not yet reviewed by a clinician" in reply.text


def test_the_advice_has_all_its_parts(knowledge, reader) -> None:
    parts = advice(knowledge, reader).advice
    assert parts is not None
    assert (parts["level"], parts["topics"]) == ("routine", ["facial_twitching"])
    assert parts["self_care"] and all(line["sources"] for line in parts["self_care"])
    assert parts["doctor"] and all(line["sources"] for line in parts["doctor"])
    assert all(parts["safety_net"].values())
    assert parts["specialty"]
    assert parts["demonstration"]
    assert any(NUMBER in line for line in parts["safety_net"]["watch_for"])


def test_what_would_change_the_advice_is_more_urgent_than_it(knowledge, reader) -> None:
    parts = advice(knowledge, reader).advice
    assert parts is not None and parts["would_change"]
    assert all(each["level"] in ("emergency", "same_day", "within_2_weeks") for each in parts["would_change"])


def test_an_archived_answer_shows_whose_it_is_and_for_whom(knowledge, reader) -> None:
    reply = advice(knowledge, reader, answers=[archived()])
    assert reply.advice is not None
    answer = reply.advice["answer"]
    assert answer["text"] == "Please see your own doctor."
    assert "Neurology" in answer["heading"] and "2020-01-03" in answer["heading"]
    assert "someone else" in answer["heading"]
    assert answer["text"] in reply.text


def test_a_withheld_answer_is_said_to_be_withheld_and_its_words_are_nowhere(knowledge, reader) -> None:
    hidden = archived(shown=False, withheld_because="calmer", reply="Do nothing.")
    reply = advice(knowledge, reader, answers=[hidden])
    assert reply.advice is not None
    assert not reply.advice["answer"]["shown"]
    assert "calmer" in reply.advice["answer"]["heading"]
    assert "Do nothing." not in str(reply.to_json())


def test_unsigned_text_is_never_a_doctor_s(knowledge, reader) -> None:
    reply = advice(knowledge, reader, answers=[archived(signed=False, doctor=None)])
    assert reply.advice is not None
    assert "not signed by a doctor" in reply.advice["answer"]["heading"]


def test_an_undated_answer_says_so(knowledge, reader) -> None:
    reply = advice(knowledge, reader, answers=[archived(reply_date=None, specialty=None)])
    assert reply.advice is not None
    heading = reply.advice["answer"]["heading"]
    assert "without a date" in heading and "no specialty given" in heading


@pytest.mark.parametrize("cut_off", [True, False])
def test_a_related_question_is_similar_and_never_the_answer(knowledge, reader, cut_off) -> None:
    """Cut off or whole: an answer without a reply in it would be a heading with nothing below."""
    reply = advice(knowledge, reader, answers=[archived(question_only=True, cut_off=cut_off, reply="")])
    assert reply.advice is not None
    assert reply.advice["similar"] == [
        {"title": "Cheek that jumps", "question": "My cheek jumps. What is it?", "cut_off": cut_off}
    ]
    assert not reply.advice["answer"]["shown"] and "sample reply" not in reply.text


def test_an_emergency_leads_with_the_call_and_shows_no_archive(knowledge, reader) -> None:
    reply = reply_to(knowledge, reader, "my face droops since an hour", answers=[archived()])
    assert reply.kind == "emergency" and reply.advice is not None
    assert reply.text.startswith(f"Call {NUMBER} now.")
    assert reply.advice["answer"] is None
    assert not reply.choices
    assert "Please see your own doctor." not in str(reply.to_json())


def test_a_group_question_offers_none_and_not_sure(knowledge, reader) -> None:
    turn = take_turn(Case(), reader.read("my cheek twitches", TODAY), knowledge, TODAY)
    reply = compose(turn, knowledge, emergency_number=NUMBER)
    assert reply.several
    assert [choice.value for choice in reply.choices][-2:] == ["none", "not_sure"]
    assert "I understood: twitching of the face" in reply.text


def test_words_that_were_not_understood_are_named(knowledge, reader) -> None:
    turn = take_turn(Case(), reader.read("my cheek twitches and my zarf wobbles", TODAY), knowledge, TODAY)
    assert '"zarf wobbles"' in compose(turn, knowledge, emergency_number=NUMBER).text


def test_every_message_to_a_person_in_trouble_carries_the_number(knowledge, reader) -> None:
    assert NUMBER in failure(knowledge, emergency_number=NUMBER).text
    assert NUMBER in greeting(knowledge, emergency_number=NUMBER).text
    nothing = take_turn(Case(), reader.read("hello", TODAY), knowledge, TODAY)
    assert NUMBER in compose(nothing, knowledge, emergency_number=NUMBER).text


def test_a_child_is_sent_to_a_clinician(knowledge, reader) -> None:
    reply = reply_to(knowledge, reader, "I am 12 years old and my eyelid has been twitching for three weeks")
    assert reply.advice is not None
    assert reply.advice["level"] == "unknown"
    assert "16" in reply.text


def test_a_reply_survives_json(knowledge, reader) -> None:
    for reply in (advice(knowledge, reader), greeting(knowledge, emergency_number=NUMBER)):
        assert Reply.from_json(reply.to_json()) == reply


def test_no_placeholder_is_left_open(knowledge, reader) -> None:
    for text in ("my cheek twitches", "my face droops", "hello", "I have a cough"):
        assert "{" not in reply_to(knowledge, reader, text).text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "1 minute"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (86400, "1 day"),
        (60 * 86400, "2 months"),
        (21 * 86400, "3 weeks"),
        (30 * 86400, "1 month"),
        (2 * 365 * 86400, "2 years"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_unit(knowledge, seconds: float, words: str) -> None:
    assert describe_time(seconds, knowledge) == words
