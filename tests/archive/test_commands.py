"""The commands: an account a person can read, and lines in, lines out."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from bot.archive.commands import import_command, search_command


def run_import(paths: list[Path], url: str, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    status = import_command(paths, url, console=Console(file=out, width=200), as_json=as_json)
    return status, out.getvalue()


def test_an_import_makes_the_schema_and_tells_what_it_did(tmp_path: Path, pages: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'archive.db'}"
    status, told = run_import([pages / "plain.txt", pages / "broken" / "recipe.txt"], url)
    assert status == 0
    assert "2 read, 1 imported, 0 updated, 0 unchanged, 0 merged, 2 linked, 1 refused" in told
    assert 'refused recipe.txt:1: read "A recipe for soup"; expected a page with a line' in told


def test_an_import_of_nothing_fails(tmp_path: Path, pages: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    assert run_import([pages / "no-such"], url)[0] == 1
    assert run_import([pages / "broken" / "recipe.txt"], url)[0] == 1
    status, told = run_import([pages / "plain.txt"], url, as_json=True)
    assert status == 0 and json.loads(told)["imported"] == 1


def test_search_answers_line_by_line(tmp_path: Path, pages: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    run_import([pages], url)
    out = io.StringIO()
    asked = [
        '{"id": "a", "text": "my wrist aches when I type"}',
        "",
        '{"id": "b"',
        '{"text": "no id"}',
        '{"id": "c", "text": 5}',
        '"x"',
        '{"id": 0, "text": ""}',
    ]
    assert search_command(asked, out, url) == 1
    a, b, no_id, c, x, empty = (json.loads(line) for line in out.getvalue().splitlines())
    assert a["id"] == "a" and a["results"][0]["title"] == "Sore wrist when I type"
    assert set(a["results"][0]) == {"entry", "title", "score"} and len(a["results"]) <= 10
    assert b["id"] is None and 'read "{"id": "b""; expected one JSON object on the line' in b["error"]
    assert no_id == {"id": None, "error": 'read fields text; expected "id" and "text"'}
    assert c == {"id": "c", "error": 'read fields id, text; expected a text in "text"'}
    assert x == {"id": None, "error": 'read ""x""; expected a JSON object with "id" and "text"'}
    assert empty == {"id": 0, "results": []}


def test_search_in_a_database_that_is_not_there_yet(tmp_path: Path) -> None:
    out = io.StringIO()
    assert search_command(['{"id": 1, "text": "wrist"}'], out, f"sqlite:///{tmp_path / 'new.db'}") == 0
    assert json.loads(out.getvalue()) == {"id": 1, "results": []}
