"""The contract of `signpost assess`: every field, and bad input with words that help."""

from __future__ import annotations

import pytest

from bot.interview.assess import BadInput, assess

FIELDS = {
    "id",
    "level",
    "could_become",
    "topics",
    "findings",
    "durations",
    "person",
    "not_understood",
    "rules",
    "next_question",
    "knowledge_version",
}


def test_every_field_of_the_contract_is_there(reader, knowledge) -> None:
    text = "My left cheek has been twitching for about two months and I can't sleep"
    result = assess(reader, knowledge, {"id": 7, "text": text, "age": 30, "sex": "female", "as_of": "2026-06-18"})
    assert result.keys() == FIELDS
    assert (result["id"], result["level"], result["could_become"]) == (7, "routine", "emergency")
    assert result["topics"] == ["facial_twitching"]
    (twitch, sleep) = result["findings"]
    assert (twitch["id"], twitch["status"], twitch["experiencer"], twitch["side"]) == (
        "facial_twitching",
        "present",
        "patient",
        "left",
    )
    assert text[twitch["start"] : twitch["end"]] == twitch["text"]
    assert sleep["id"] == "sleep_disturbed"
    (stretch,) = result["durations"]
    assert (stretch["finding"], stretch["kind"]) == ("facial_twitching", "onset")
    assert stretch["min"] <= stretch["seconds"] <= stretch["max"]
    assert result["person"] == {"age": 30, "sex": "female", "conditions": [], "medicines": [], "events": []}
    assert {"id", "version", "level", "sources", "reviewed"} == result["rules"][0].keys()
    assert result["next_question"]["findings"]


def test_an_emergency_has_no_next_question(reader, knowledge) -> None:
    result = assess(reader, knowledge, {"id": 1, "text": "my face droops and I can't lift my arm"})
    assert (result["level"], result["next_question"]) == ("emergency", None)


def test_what_is_not_covered_is_unknown(reader, knowledge) -> None:
    result = assess(reader, knowledge, {"id": 1, "text": "which size of shoe should I buy"})
    assert (result["level"], result["could_become"], result["findings"]) == ("unknown", "unknown", [])


def test_a_child_gets_emergencies_only(reader, knowledge) -> None:
    calm = assess(reader, knowledge, {"id": 1, "text": "his eyelid has been twitching for three weeks", "age": 7})
    assert calm["level"] == "unknown"
    urgent = assess(reader, knowledge, {"id": 1, "text": "his eyelid twitches and his face droops", "age": 7})
    assert urgent["level"] == "emergency"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"id": 1}, '"text" must be a string, read nothing'),
        ({"id": 1, "text": 5}, '"text" must be a string, read 5'),
        ({"id": 1, "text": "x", "age": "old"}, "must be a number of years from 0 to 130, read 'old'"),
        ({"id": 1, "text": "x", "age": -1}, "read -1"),
        ({"id": 1, "text": "x", "sex": "f"}, '"female", "male" or "other"'),
        ({"id": 1, "text": "x", "as_of": "yesterday"}, "such as \"2026-11-23\", read 'yesterday'"),
        (["x"], 'expected an object with "id" and "text", read list'),
    ],
)
def test_bad_input_is_named(reader, knowledge, item, words: str) -> None:
    with pytest.raises(BadInput) as raised:
        assess(reader, knowledge, item)
    assert words in str(raised.value)
