"""The import command: an account a person can read."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from bot.archive.commands import import_command


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
