"""The numbers behind each plot, on data made by hand, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.records.database import writing
from bot.records.models import archive_lookups, conversations, messages, reviews, summaries, summary_topics, users
from bot.records.period import Period
from bot.records.trend import Trend
from bot.records.trends import Trends
from bot.records.trends_of_reviews import ReviewTrends
from tests.archive.conftest import any_engine, engine, postgres, server

__all__ = ["any_engine", "engine", "postgres", "server"]

DAY = date(2026, 6, 18)
NOON = datetime(2026, 6, 18, 12, tzinfo=timezone.utc)
ONE_DAY = Period(DAY, DAY)
WEEK = Period.of_days(7, DAY)


def talk(engine: Engine, name: str, at: datetime = NOON, topics: tuple[str, ...] = (), **changes: Any) -> None:
    """A conversation with its summary."""
    row: dict[str, Any] = {
        "conversation_id": name,
        "channel": "web",
        "opened_at": at,
        "last_at": at,
        "level": "routine",
        "emergency": False,
        "withheld": False,
        "not_understood": False,
        "messages": 2,
        "questions": 1,
        "failures": 0,
        "status": "new",
        "flagged": False,
        "lot": 1,
        **changes,
    }
    opened = {"id": name, "channel": row["channel"], "consent": True, "opened_at": at, "last_at": at}
    with writing(engine) as connection:
        connection.execute(conversations.insert().values(**opened))
        connection.execute(summaries.insert().values(**row))
        for topic in topics:
            connection.execute(summary_topics.insert().values(conversation_id=name, topic=topic))


def message(engine: Engine, name: str, at: datetime, took_ms: int | None, number: int = 1) -> int:
    values = {"conversation_id": name, "client_id": f"m{number}", "at": at, "text": "words", "took_ms": took_ms}
    with writing(engine) as connection:
        return int(connection.execute(messages.insert().values(**values)).inserted_primary_key[0])


def lookup(engine: Engine, name: str, message_id: int, at: datetime, outcome: str, because: str | None = None) -> None:
    row = {"conversation_id": name, "message_id": message_id, "at": at, "outcome": outcome, "because": because}
    with writing(engine) as connection:
        connection.execute(archive_lookups.insert().values(**row))


def reader(engine: Engine, number: int) -> None:
    row = {"id": number, "name": f"r{number}", "display": "R", "role": "reviewer", "failures": 0, "created_at": NOON}
    with writing(engine) as connection:
        connection.execute(users.insert().values(**row))


def review(engine: Engine, name: str, who: int, verdict: str | None, version: int = 1, level: str = "routine") -> None:
    row = {"conversation_id": name, "reviewer_id": who, "version": version, "at": NOON, "tags": [], "done": True}
    with writing(engine) as connection:
        connection.execute(reviews.insert().values(**row, given_level=level, level_verdict=verdict))


def every(engine: Engine, period: Period) -> list[Trend]:
    ours, theirs = Trends(engine), ReviewTrends(engine, kappa=lambda pairs: 1.0)
    counted = ("by_day", "by_channel", "by_level", "by_topic", "questions", "understood", "unanswered", "withheld")
    return [
        *(getattr(ours, name)(period) for name in (*counted, "response_times")),
        theirs.verdicts(period),
        theirs.agreement(period),
    ]


def test_nothing_is_counted_where_there_is_nothing(any_engine: Engine) -> None:
    found = every(any_engine, WEEK)
    assert [trend.counted for trend in found] == [0] * len(found)
    by_day = found[0]
    assert [row[0] for row in by_day.rows] == [f"2026-06-{day}" for day in range(12, 19)]
    assert all(set(row[1:]) == {0} for row in by_day.rows)
    assert found[-1].figures == {"pairs": 0, "same": 0, "kappa": None, "kappa_from": None, "kappa_to": None}


def test_conversations_by_day_channel_level_and_topic(any_engine: Engine) -> None:
    talk(any_engine, "a", topics=("one", "two"), level="emergency")
    talk(any_engine, "b", topics=("two",), channel="telegram")
    talk(any_engine, "c", level=None)
    talk(any_engine, "d", NOON - timedelta(days=3))
    talk(any_engine, "e", NOON - timedelta(days=30))
    trends = Trends(any_engine)
    by_day = trends.by_day(WEEK)
    assert by_day.columns == (
        "day",
        "conversations",
        "emergency",
        "same_day",
        "within_2_weeks",
        "routine",
        "self_care",
        "unknown",
        "none",
    )
    assert by_day.rows[-1] == ("2026-06-18", 3, 1, 0, 0, 1, 0, 0, 1)
    assert by_day.rows[3] == ("2026-06-15", 1, 0, 0, 0, 1, 0, 0, 0)
    assert by_day.counted == 4
    assert trends.by_channel(WEEK).rows == (("web", 3), ("telegram", 1))
    assert dict(trends.by_level(WEEK).rows) == {
        "emergency": 1,
        "same_day": 0,
        "within_2_weeks": 0,
        "routine": 2,
        "self_care": 0,
        "unknown": 0,
        "none": 1,
    }
    assert trends.by_topic(WEEK).rows == (("two", 2), ("one", 1))
    assert trends.by_day(ONE_DAY).rows == (("2026-06-18", 3, 1, 0, 0, 1, 0, 0, 1),)


def test_a_day_ends_at_midnight_in_utc(any_engine: Engine) -> None:
    moments = {
        "before": datetime(2026, 6, 17, 23, 59, 59, 999999, timezone.utc),
        "first": datetime(2026, 6, 18, tzinfo=timezone.utc),
        "last": datetime(2026, 6, 18, 23, 59, 59, 999999, timezone.utc),
        "after": datetime(2026, 6, 19, tzinfo=timezone.utc),
        # Half past one in the night of the 19th in Berlin is still the 18th.
        "berlin": datetime(2026, 6, 19, 1, 30, tzinfo=timezone(timedelta(hours=2))),
    }
    for name, at in moments.items():
        talk(any_engine, name, at)
    trends = Trends(any_engine)
    assert trends.by_day(ONE_DAY).column("conversations") == [3]
    around = trends.by_day(Period(date(2026, 6, 17), date(2026, 6, 19)))
    assert around.column("conversations") == [1, 3, 1]


def test_days_are_in_utc_whatever_zone_the_session_is_in(postgres: Engine) -> None:
    talk(postgres, "late", datetime(2026, 6, 18, 23, 30, tzinfo=timezone.utc))
    with postgres.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {postgres.url.database} SET timezone TO 'Asia/Tokyo'")
        connection.commit()
    postgres.dispose()
    assert Trends(postgres).by_day(ONE_DAY).column("conversations") == [1]


def test_questions_a_conversation(any_engine: Engine) -> None:
    for number, questions in enumerate((0, 2, 2, 5)):
        talk(any_engine, f"c{number}", questions=questions)
    found = Trends(any_engine).questions(WEEK)
    assert found.rows == ((0, 1), (1, 0), (2, 2), (3, 0), (4, 0), (5, 1))
    assert found.figures == {"mean": 2.25, "median": 2}


def test_share_understood(any_engine: Engine) -> None:
    talk(any_engine, "a")
    talk(any_engine, "b", not_understood=True)
    talk(any_engine, "c")
    talk(any_engine, "said nothing", messages=0, not_understood=True)
    found = Trends(any_engine).understood(WEEK)
    assert found.columns == ("day", "conversations", "understood", "share")
    assert found.rows[-1] == ("2026-06-18", 3, 2, 0.6667)
    assert found.rows[0] == ("2026-06-12", 0, 0, None)
    assert found.figures == {"hits": 2, "of": 3, "share": 0.6667}


def test_what_the_archive_could_not_answer_and_what_was_withheld(any_engine: Engine) -> None:
    talk(any_engine, "a")
    number = message(any_engine, "a", NOON, None)
    for outcome, because in [
        ("none", None),
        ("shown", None),
        ("withheld", "calmer"),
        ("withheld", "calmer"),
        ("withheld", "emergency"),
    ]:
        lookup(any_engine, "a", number, NOON, outcome, because)
    lookup(any_engine, "a", number, NOON - timedelta(days=9), "none")
    trends = Trends(any_engine)
    assert trends.unanswered(WEEK).rows[-1] == ("2026-06-18", 5, 1, 0.2)
    assert trends.unanswered(WEEK).figures == {"hits": 1, "of": 5, "share": 0.2}
    withheld = trends.withheld(WEEK)
    assert withheld.columns == ("day", "calmer", "emergency") and withheld.rows[-1] == ("2026-06-18", 2, 1)
    assert withheld.counted == 3


def test_response_times(any_engine: Engine) -> None:
    talk(any_engine, "a")
    for number in range(1, 101):
        message(any_engine, "a", NOON, number, number)
    message(any_engine, "a", NOON - timedelta(days=1), 7, 101)
    message(any_engine, "a", NOON, None, 102)
    found = Trends(any_engine).response_times(WEEK)
    assert found.rows[-2:] == (("2026-06-17", 1, 7, 7), ("2026-06-18", 100, 50, 95))
    assert found.rows[0] == ("2026-06-12", 0, None, None)
    assert found.counted == 101


def test_verdicts_with_wilsons_interval(any_engine: Engine) -> None:
    for number in (1, 2):
        reader(any_engine, number)
    for number in range(10):
        talk(any_engine, f"c{number}", level="routine" if number < 8 else "emergency")
        verdict = "too_calm" if number == 0 else "too_alarmed" if number > 8 else "right"
        review(any_engine, f"c{number}", 1, verdict, level="routine" if number < 8 else "emergency")
    talk(any_engine, "not judged")
    review(any_engine, "not judged", 1, None)
    found = ReviewTrends(any_engine).verdicts(WEEK)
    rows = {row[0]: dict(zip(found.columns, row)) for row in found.rows}
    assert list(rows) == ["all", "emergency", "routine"] and found.counted == 10
    assert rows["all"]["reviewed"] == 10 and rows["all"]["too_calm"] == 1 and rows["all"]["too_calm_share"] == 0.1
    # The interval of 1 of 10, as any table of Wilson's has it.
    assert (rows["all"]["too_calm_low"], rows["all"]["too_calm_high"]) == (0.0179, 0.4042)
    assert rows["emergency"]["reviewed"] == 2 and rows["emergency"]["too_alarmed_share"] == 0.5
    assert rows["routine"]["too_calm_share"] == 0.125


def test_of_several_versions_and_readers_the_newest_word_counts(any_engine: Engine) -> None:
    for number in (1, 2):
        reader(any_engine, number)
    for name in ("changed", "taken back", "two readers"):
        talk(any_engine, name)
    review(any_engine, "changed", 1, "too_calm")
    review(any_engine, "changed", 1, "right", version=2)
    review(any_engine, "taken back", 1, "too_calm")
    review(any_engine, "taken back", 1, None, version=2)
    review(any_engine, "two readers", 1, "right")
    review(any_engine, "two readers", 2, "too_alarmed")
    total = ReviewTrends(any_engine).verdicts(WEEK).rows[0]
    assert total[:3] == ("all", 2, 0) and total[6] == 1


def test_agreement_of_two_readers(any_engine: Engine) -> None:
    for number in (1, 2, 3):
        reader(any_engine, number)
    pairs = [("right", "right"), ("right", "too_calm"), ("too_alarmed", "too_alarmed")]
    for number, (first, second) in enumerate(pairs):
        talk(any_engine, f"c{number}")
        review(any_engine, f"c{number}", 2, first)
        review(any_engine, f"c{number}", 1, second)
    # The first reader changes their mind, and stays the first; a third reader is no second one.
    review(any_engine, "c1", 2, "too_alarmed", version=2)
    review(any_engine, "c1", 3, "right")
    talk(any_engine, "read once")
    review(any_engine, "read once", 1, "right")
    seen: list[Any] = []

    def kappa(pairs: Any) -> float:
        seen.extend(pairs)
        return 0.51239

    found = ReviewTrends(any_engine, kappa).agreement(WEEK)
    assert sorted(seen) == [("right", "right"), ("too_alarmed", "too_alarmed"), ("too_alarmed", "too_calm")]
    assert found.columns == ("first", "right", "too_calm", "too_alarmed")
    assert found.rows == (("right", 1, 0, 0), ("too_calm", 0, 0, 0), ("too_alarmed", 0, 1, 1))
    assert found.figures == {"pairs": 3, "same": 2, "kappa": 0.5124, "kappa_from": None, "kappa_to": None}


def test_kappa_as_a_number_or_as_what_holds_one(engine: Engine) -> None:
    class Agreement:
        kappa = 0.25
        interval = (0.1, 0.4)

    for number in (1, 2):
        reader(engine, number)
        talk(engine, f"c{number}")
    for number in (1, 2):
        review(engine, "c1", number, "right")
    for given, shown in [(lambda pairs: Agreement(), 0.25), (lambda pairs: None, None), (lambda pairs: 1, 1.0)]:
        figures = ReviewTrends(engine, given).agreement(WEEK).figures
        assert figures["kappa"] == shown and figures["kappa_from"] == (0.1 if shown == 0.25 else None)


def test_names_that_nobody_knows_are_counted_as_they_are(any_engine: Engine) -> None:
    hostile = "<script>alert(1)</script>"
    talk(any_engine, "a", topics=('=HYPERLINK("x")',), channel="'; DROP TABLE users--", level=hostile)
    trends = Trends(any_engine)
    assert trends.by_channel(WEEK).rows == (("'; DROP TABLE users--", 1),)
    assert trends.by_day(WEEK).columns[-2:] == (hostile, "none")
    assert trends.by_topic(WEEK).rows == (('=HYPERLINK("x")', 1),)


@pytest.mark.parametrize("first", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_calculates_nothing(first: str) -> None:
    text = Trend("t", ("topic", "n", "none"), ((first, -1, None), ('plain, "quoted"', 2, 0.5))).to_csv()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["topic", "n", "none"], [f"'{first}", "-1", ""], ['plain, "quoted"', "2", "0.5"]]


def test_a_period_is_whole_days_and_not_backwards() -> None:
    assert [day.day for day in WEEK.days()] == [12, 13, 14, 15, 16, 17, 18]
    assert WEEK.end - WEEK.start == timedelta(days=7)
    for first, last in [(DAY, DAY - timedelta(days=1)), (date(1, 1, 1), DAY)]:
        with pytest.raises(ValueError, match="a period is"):
            Period(first, last)
