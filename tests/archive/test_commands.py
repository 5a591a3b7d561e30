"""The import command: an account a person can read."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner

from bot.archive import importing
from bot.archive.columns import ColumnError
from bot.archive.commands import import_command
from bot.cli import app


def run_import(paths: list[Path], url: str, as_json: bool = False, maps: Sequence[str] = ()) -> tuple[int, str]:
    out = io.StringIO()
    status = import_command(paths, url, maps=maps, console=Console(file=out, width=200), as_json=as_json)
    return status, out.getvalue()


def test_an_import_makes_the_schema_and_tells_what_it_did(tmp_path: Path, pages: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'archive.db'}"
    status, told = run_import([pages / "plain.txt", pages / "broken" / "recipe.txt"], url)
    assert status == 0
    assert (
        "2 read, 1 imported, 0 updated, 0 unchanged, 0 merged, 0 nearly the same as another, 2 linked, 1 refused"
        in told
    )
    assert 'refused recipe.txt:1: read "A recipe for soup"; expected a page with a line' in told


def test_an_import_of_nothing_fails(tmp_path: Path, pages: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    assert run_import([pages / "no-such"], url)[0] == 1
    assert run_import([pages / "broken" / "recipe.txt"], url)[0] == 1
    status, told = run_import([pages / "plain.txt"], url, as_json=True)
    assert status == 0 and json.loads(told)["imported"] == 1


def test_the_account_as_json_has_these_keys(tmp_path: Path, pages: Path) -> None:
    told = json.loads(run_import([pages], f"sqlite:///{tmp_path / 'archive.db'}", as_json=True)[1])
    assert list(told) == [
        "read", "imported", "updated", "unchanged", "merged", "near", "linked", "ignored", "refused"
    ]  # fmt: skip
    assert all(isinstance(told[name], int) for name in told if name != "refused")
    in_files = [line for line in told["refused"] if re.match(r"\S+:\d+: read ", line)]
    assert told["read"] == sum(told[name] for name in ("imported", "updated", "unchanged", "merged")) + len(in_files)


def test_columns_are_mapped_by_the_command(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    table = tmp_path / "export.csv"
    table.write_text("Subject,Body,Answer\nElbow,Why does it ache?,The desk.\n", encoding="utf-8")
    maps = ("title=Subject", "question=body", "reply=Answer")
    assert run_import([table], url, maps=maps)[0] == 0
    status, told = run_import([table], url)
    assert status == 1 and "(title, question, reply missing)" in told
    with pytest.raises(ColumnError, match='there is no field "titel"'):
        run_import([table], url, maps=["titel=Subject"])


def test_the_command_line_takes_maps_and_tells_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "export.jsonl"
    table.write_text('{"Subject": "Elbow", "question": "Why?", "reply": "The desk."}\n', encoding="utf-8")
    command = ["archive", "import", str(table), "--database", f"sqlite:///{tmp_path / 'archive.db'}"]
    result = CliRunner().invoke(app, [*command, "--map", "title=Subject"])
    assert (result.exit_code, result.output[:22]) == (0, "1 read, 1 imported, 0 ")
    wrong = CliRunner().invoke(app, [*command, "--map", "Subject"])
    assert str(wrong.exception) == 'read --map "Subject"; expected FIELD=COLUMN, such as title=Subject'


def test_more_refusals_than_fit_are_counted(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text("[]\n" * 60 + '{"title": "T", "question": "Q", "reply": "R"}\n', encoding="utf-8")
    status, told = run_import([lines, tmp_path], f"sqlite:///{tmp_path / 'archive.db'}")
    assert status == 0 and told.count("refused a.jsonl:") == 50
    assert "... and 70 more: --json has them all" in told and "3 files in folders" in told


def test_an_interrupted_import_tells_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"title": "T", "question": "Q", "reply": "R"}\n', encoding="utf-8")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "update", interrupt)
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        import_command([lines], f"sqlite:///{tmp_path / 'archive.db'}", console=Console(file=out, width=200))
    assert "1 read, 1 imported" in out.getvalue() and "Interrupted: what was stored stays." in out.getvalue()
