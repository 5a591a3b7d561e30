"""Rows of CSV and JSON lines: columns by any name, and one row that is wrong costs no other."""

from __future__ import annotations

import json

import pytest

from bot.archive.columns import FIELDS, ColumnError, Columns
from bot.archive.entry import Entry, Refusal, Refused
from bot.archive.tables import LARGEST_TEXT, parse_csv, parse_json_line

HEAD = "title,question,reply\n"


def read(text: str, *maps: str) -> list[Entry | Refusal]:
    return list(parse_csv(text.splitlines(keepends=True), "a.csv", Columns.read(maps)))


def told(text: str, *maps: str) -> list[str]:
    return [each.title if isinstance(each, Entry) else str(each) for each in read(text, *maps)]


def test_each_field_can_have_a_column_of_another_name() -> None:
    columns = {name: f"The {name}" for name in FIELDS}
    values = {
        "id": "7", "title": "Elbow", "question": "It aches.\nKim", "reply": "Kim, rest.", "doctor": "Dan Sample",
        "specialty": "Surgery", "ask_date": "2015-01-02", "reply_date": "2015/01/03T10:00", "sample": "Yes",
        "tags": "a; b|c", "unsigned_text": "Dear Kim, elbows bend.", "nickname": "kim",
    }  # fmt: skip
    assert set(values) == set(FIELDS)
    row = {columns[name]: value for name, value in values.items()}
    mapped = Columns.read(f"{name} = {column.upper()}" for name, column in columns.items())
    entry = parse_json_line(json.dumps(row), "a.jsonl", 1, mapped)
    assert (entry.source_id, entry.title, entry.question, entry.reply) == ("id:7", "Elbow", "It aches.", "Rest.")
    assert (entry.doctor, entry.specialty, str(entry.ask_date), str(entry.reply_date)) == (
        "Dan Sample", "Surgery", "2015-01-02", "2015-01-03"
    )  # fmt: skip
    assert (entry.sample, entry.tags, entry.unsigned_text) == (True, ("a", "b", "c"), "Elbows bend.")
    assert "kim" not in repr(entry).casefold()


def test_one_column_may_serve_two_fields_and_unmapped_fields_keep_their_names() -> None:
    (entry,) = read("Question,reply\nWhy?,So.\n", "title=Question")
    assert isinstance(entry, Entry) and (entry.title, entry.question) == ("Why?", "Why?")


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        (["Subject"], 'read --map "Subject"; expected FIELD=COLUMN, such as title=Subject'),
        (["title="], 'read --map "title="; expected FIELD=COLUMN'),
        (["=Subject"], 'read --map "=Subject"; expected FIELD=COLUMN'),
        (["titel=Subject"], 'there is no field "titel", expected one of id, title, question, reply, doctor'),
        (["titel=Subject"], 'Did you mean "title"?'),
        (["title=A", "TITLE=B"], 'read --map "TITLE=B"; the field "title" has the column "A" already'),
    ],
)
def test_a_wrong_map_is_told(maps: list[str], words: str) -> None:
    with pytest.raises(ColumnError) as wrong:
        Columns.read(maps)
    assert words in str(wrong.value)


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    assert told("Subject,question,reply\nT,Q,R\n", "title=Subjekt", "tags=Labels") == [
        "a.csv:1: read columns Subject, question, reply; expected a first line that names the columns Subjekt, "
        "question, reply, Labels (Subjekt, Labels missing)"
    ]
    with pytest.raises(Refused, match=r"a.jsonl:3: read fields Subject; expected text in Subjekt, .* missing or empty"):
        parse_json_line('{"Subject": "T"}', "a.jsonl", 3, Columns.read(["title=Subjekt"]))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_of_the_first_line(separator: str) -> None:
    assert told("\ufeff" + separator.join(("title", "question", "reply")) + f"\r\nT{separator}Q{separator}R\r\n") == [
        "T"
    ]


def test_a_quote_that_is_never_closed_costs_its_row_alone() -> None:
    closed = "expected a row of CSV, its quotes closed"
    first, second, third, fourth, fifth = told(HEAD + 'A,Q,R\nB,"Q,R\nC,"Q\nand Q",R\nD,"Q" and Q,R\nE,Q,R\n')
    assert (first, third, fifth) == ("A", "C", "E")
    assert [line.split(": read")[0] for line in (second, fourth)] == ["a.csv:3", "a.csv:6"]
    assert second.endswith(closed) and fourth.endswith(closed)
    assert told(HEAD + 'A,"Q,R\nB,Q,R\n' + "C,Q,R\n" * 2) == [
        f"a.csv:2: read unexpected end of data; {closed}", "B", "C", "C"
    ]  # fmt: skip


def test_a_row_with_more_columns_than_names_is_refused() -> None:
    assert told(HEAD + "A,Q,R, and more\nB,Q,R,,\n\n,,\nC,Q,R\n") == [
        "a.csv:2: read 4 columns; expected at most 3, as in the first line; "
        "a text with the separator in it needs quotes",
        "B",
        "C",
    ]


def test_bytes_that_are_not_utf8_cost_their_row_alone() -> None:
    assert told(HEAD + "A,Q\udce9,R\nB,Q,R\n") == [
        "a.csv:2: read bytes that are not UTF-8; expected a text in UTF-8",
        "B",
    ]
    assert told("titl\udce9,question,reply\n") == ["a.csv:1: read bytes that are not UTF-8; expected a text in UTF-8"]
    assert told("") == [
        "a.csv:1: read columns none; expected a first line that names the columns title, question, reply "
        "(title, question, reply missing)"
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"question": "x" * (LARGEST_TEXT + 1)}, "read question of 100,001 characters; expected at most 100,000"),
        ({"question": "Hello kim,", "nickname": "kim"}, "read a question that is only a name; expected a question"),
        ({"reply": "Dear Miss Kim,"}, 'read reply "Dear Miss Kim,"; expected a reply that goes on'),
        ({"doctor": 7}, 'read doctor "7"; expected a text'),
        ({"id": True}, 'read id "True"; expected a text or a whole number'),
    ],
)
def test_a_row_that_is_no_entry_is_refused(row: dict[str, object], words: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_json_line(json.dumps({"title": "T", "question": "Q", "reply": "R", **row}), "a.jsonl", 1)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000, "NaN", '{"title": '])
def test_json_that_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="expected one JSON object on the line"):
        parse_json_line(text, "a.jsonl", 1)


def test_an_empty_id_is_none_and_two_doctors_have_two_ids() -> None:
    def source_id(**more: object) -> str:
        return parse_json_line(json.dumps({"title": "T", "question": "Q", "reply": "R", **more}), "a", 1).source_id

    assert source_id(id=" ") == source_id() == source_id(reply="S")
    assert len({source_id(), source_id(doctor="A B"), source_id(doctor="C D"), source_id(id=0)}) == 4
