"""The report: what was told, asked, decided and advised, and nothing of another case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.report.summary import summarise
from bot.report.transcript import transcript
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Change, Fact
from tests.report.stories import NUMBER, TODAY, made_up, report_of, told, turn_rows

TWITCH = "My left cheek has been twitching for two months"
DROOP = "One side of my face drooped an hour ago"


def summary(knowledge, reader, *messages, **options):
    return summarise(report_of(told(knowledge, reader, *messages, **options)), knowledge, NUMBER)


def test_it_holds_the_advice_as_it_was_shown_and_the_decision_behind_it(knowledge, reader) -> None:
    rows = told(knowledge, reader, TWITCH)
    report = summarise(report_of(rows), knowledge, NUMBER)
    assert report.parts == rows[-1]["advice"]
    assert report.decision.to_json() == rows[-2]["decision"]["decision"]
    assert (report.decided_on, report.version) == (TODAY, knowledge.version)
    assert knowledge.version.startswith(report.short_version) and len(report.short_version) == 12


def test_findings_say_side_and_how_long(knowledge, reader) -> None:
    first = summary(knowledge, reader, TWITCH).noted(PRESENT)[0]
    assert first.finding == "facial_twitching"
    assert "left side" in first.details and any("two months" in each for each in first.details)


def test_what_was_denied_is_denied_and_what_was_left_open_is_not(knowledge, reader) -> None:
    report = summary(knowledge, reader, TWITCH)
    assert "facial_weakness" in [each.finding for each in report.noted(ABSENT)]
    unsure = summary(knowledge, reader, TWITCH, answer="not_sure")
    assert "facial_weakness" in [each.finding for each in unsure.noted(UNCERTAIN)]
    assert "facial_weakness" not in [each.finding for each in unsure.noted(ABSENT)]


def test_every_rule_that_fired_is_a_reason_the_most_urgent_first(knowledge, reader) -> None:
    report = summary(knowledge, reader, "My cheek keeps twitching for two months, getting worse, it keeps me awake")
    assert [each["rule"]["id"] for each in report.reasons if each["rule"]]
    assert {each["rule"]["id"] for each in report.reasons} == {each.id for each in report.decision.fired}
    assert report.reasons[0]["level"] == report.decision.level
    assert all(each["sources"] and each["rule"]["version"] for each in report.reasons)


def test_questions_stand_with_their_answers_in_words(knowledge, reader) -> None:
    rows = told(knowledge, reader, TWITCH)
    report = summarise(report_of(rows), knowledge, NUMBER)
    assert report.words == (TWITCH,)
    asked = [row for row in rows if row["from"] == "bot" and row["kind"] == "question"]
    assert len(report.exchanges) == len(asked) > 1
    for exchange, row in zip(report.exchanges, asked):
        assert exchange.question in row["text"] and not exchange.question.startswith("I understood")
        labels = {choice["label"] for choice in row["choices"]}
        assert {each.text for each in exchange.answers} <= labels
        assert set(exchange.offered) <= labels and ("None of these" not in exchange.offered)
    assert any(exchange.offered for exchange in report.exchanges)


def test_an_emergency_has_its_reasons(knowledge, reader) -> None:
    report = summary(knowledge, reader, DROOP)
    assert report.parts["level"] == "emergency" and NUMBER in report.parts["headline"]
    assert report.reasons[0]["level"] == "emergency"
    assert report.noted(PRESENT)


def test_an_older_report_stays_as_it_was(knowledge, reader) -> None:
    rows = told(knowledge, reader, TWITCH)
    before = summarise(report_of(rows), knowledge, NUMBER)
    case = before.case
    _, more = turn_rows(case, DROOP, knowledge, reader, 99)
    again = transcript([*rows, *more], before.reference)
    assert again is not None and summarise(again, knowledge, NUMBER) == before


def test_another_case_of_the_same_conversation_stays_out(knowledge, reader) -> None:
    """After a new start, and after a long silence, nothing of before is in the report."""
    first = told(knowledge, reader, "My eyelid has been twitching since yesterday")
    _, gone = turn_rows(Case(), "restart", knowledge, reader, 50)
    second = [{**row, "id": f"b{row['id']}"} for row in told(knowledge, reader, TWITCH)]
    for rows in ([*first, *gone, *second], [*first, *second]):
        report = summarise(report_of(rows), knowledge, NUMBER)
        assert report.words == (TWITCH,)


def test_a_reply_without_advice_has_no_report(knowledge, reader) -> None:
    rows = told(knowledge, reader, TWITCH)
    assert transcript(rows, rows[1]["id"]) is None
    assert transcript(rows, "nothing") is None
    assert transcript([], "nothing") is None


@pytest.mark.parametrize(
    ("age", "words"), [(Bounds.exactly(45), "45"), (Bounds(7.5, 0, 15), "0 to 15"), (Bounds(63, 16, 110), "16 to 110")]
)
def test_the_age_is_as_vague_as_it_was_said(knowledge, age: Bounds, words: str) -> None:
    said = dict(summarise(made_up(Case(age=age), knowledge), knowledge, NUMBER).person)
    assert said == {"Age": words}


def test_sex_and_pregnancy_are_said_only_when_they_were(knowledge) -> None:
    assert summarise(made_up(Case(), knowledge), knowledge, NUMBER).person == ()
    said = Case(sex="female", pregnant=False)
    assert [value for _, value in summarise(made_up(said, knowledge), knowledge, NUMBER).person] == ["female", "no"]


def test_what_is_over_says_since_when(knowledge) -> None:
    case = Case({"limb_weakness": Fact(PAST, gone=Bounds.exactly(2 * 86400), episode=Bounds.exactly(1200))})
    (noted,) = summarise(made_up(case, knowledge), knowledge, NUMBER).noted(PAST)
    assert noted.details == ("each time for about 20 minutes", "ended about 2 days ago")


def test_a_finding_that_the_knowledge_no_longer_has_breaks_nothing(knowledge) -> None:
    told_once = made_up(Case({"limb_weakness": Fact(PRESENT)}), knowledge)
    facts = {"facts": {"nobody_knows": {"status": "present"}}, "changes": []}
    report = summarise(replace(told_once, decision={**told_once.decision, "facts": facts}), knowledge, NUMBER)
    assert report.findings == ()


def test_corrections_are_kept(knowledge) -> None:
    change = Change("limb_weakness", PRESENT, ABSENT, confirmed=True)
    case = Case({"limb_weakness": Fact(ABSENT)}, changes=(change,))
    assert summarise(made_up(case, knowledge), knowledge, NUMBER).case.changes == (change,)
