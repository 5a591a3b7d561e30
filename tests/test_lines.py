"""Lines in, lines out: each line gets its answer in its place, whatever the others hold."""

from __future__ import annotations

import io
import json
import math
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.lines import CommandError, answer_lines, one_line
from bot.settings import SettingsError


def run(monkeypatch: pytest.MonkeyPatch, given: bytes, show: Any = None) -> int:
    """Runs the lines of `given` through an `upper case` command."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(given), isatty=lambda: False))

    def upper(item: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(item.get("text"), str):
            raise CommandError("the text is missing")
        return {"id": item.get("id"), "text": item["text"].upper()}

    return answer_lines(upper, show)


def test_answers_come_in_order(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, b'{"id": 2, "text": "b"}\r\n{"id": 1, "text": "a"}') == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"id": 2, "text": "B"},
        {"id": 1, "text": "A"},
    ]


@pytest.mark.parametrize(
    ("line", "identity", "says"),
    [
        (b"", None, "the line is empty"),
        (b"hello", None, "not JSON: Expecting value at character 0"),
        (b'{"id": 7, "text": "a"', None, "not JSON"),
        (b"[1, 2]", None, "expected an object with id and text, read [1, 2]"),
        (b"null", None, "expected an object"),
        (b'{"id": 7}', 7, "the text is missing"),
        (b'{"id": "x", "text": 5}', "x", "the text is missing"),
        (b'{"id": NaN, "text": "a"}', None, "not JSON: NaN is no number"),
        (b'{"id": "\xff", "text": "a"}', None, "not UTF-8: byte 8"),
        (b'{"id": ' + b"9" * 5000 + b"}", None, "not JSON"),
        (b"[" * 100_000, None, "nested too deeply"),
    ],
)
def test_a_bad_line_gets_an_error_and_the_next_its_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: bytes, identity: Any, says: str
) -> None:
    assert run(monkeypatch, line + b'\n{"id": 8, "text": "a"}\n') == 1
    wrong, right = (
        json.loads(each, parse_constant=math.nan.__class__) for each in capsys.readouterr().out.splitlines()
    )
    assert set(wrong) == {"id", "error"} and wrong["id"] == identity and says in wrong["error"]
    assert right == {"id": 8, "text": "A"}


def test_half_a_character_survives(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, b'{"id": 1, "text": "\\ud83d"}') == 0
    assert json.loads(capsys.readouterr().out) == {"id": 1, "text": "\ud83d"}


def test_a_person_may_write_plain_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, b"hello\n\n{broken", show=lambda result: str(result["text"])) == 1
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, second) == ("HELLO", "error: the line is empty") and third.startswith("error: not JSON")


def test_our_own_errors_speak_for_themselves() -> None:
    assert one_line(SettingsError("SIGNPOST_X\n  is wrong")) == "SIGNPOST_X is wrong"
    assert one_line(FileNotFoundError(2, "No such file", "a.txt")) == "[Errno 2] No such file: 'a.txt'"


def test_a_database_error_shows_no_statement_and_no_values() -> None:
    error = OperationalError("SELECT secret", {"text": "secret"}, Exception("database is locked"))
    assert one_line(error) == "the database cannot be used: database is locked"


def test_a_fault_names_its_place_and_asks_to_be_reported() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert "please report it: ZeroDivisionError at test_lines.py:" in one_line(caught.value)
