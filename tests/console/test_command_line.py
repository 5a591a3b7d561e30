"""`signpost users` and `signpost audit`."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.records import database
from bot.records.users import Users
from tests.console.people import PASSWORD


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNPOST_HOME", str(tmp_path))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def users(home: Path) -> Users:
    return Users(database.engine(f"sqlite:///{home / 'signpost.db'}"))


def test_an_account_from_its_first_link_to_its_end(home: Path) -> None:
    made = run("users", "add", "Anna", "--role", "lead", "--display", "Anna B")
    assert made.exit_code == 0 and made.stdout.startswith("/console/invite/")
    code, now = made.stdout.strip().rpartition("/")[2], datetime.now(timezone.utc)
    assert users(home).accept(code, PASSWORD, now)
    newer = run("users", "link", "anna").stdout.strip().rpartition("/")[2]
    assert newer != code and users(home).invited(newer, now) is not None
    assert run("users", "role", "anna", "auditor").exit_code == 0
    listed = json.loads(run("users", "list", "--json").stdout)
    assert listed == {"name": "anna", "display": "Anna B", "role": "auditor", "state": "ready", "totp": False}
    assert run("users", "disable", "anna").exit_code == 0 and "disabled" in run("users", "list").stdout
    assert "is disabled" in str(run("users", "link", "anna").exception)
    actions = [json.loads(line)["action"] for line in run("audit", "list", "--json").stdout.splitlines()]
    assert actions == ["user_added", "link_made", "link_made", "role_changed", "user_disabled"]
    assert "(command line) role_changed anna" in run("audit", "list").stdout
    assert run("audit", "verify").stdout.startswith("5 lines, each as it was written")
    assert code not in (home / "signpost.db").read_bytes().decode("latin-1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("users", "add", "a b", "--role", "lead"), "cannot be a name"),
        (("users", "add", "anna", "--role", "king"), "There are: reviewer"),
        (("users", "add", "anna", "--role", "lead", "--display", " "), "--display"),
        (("users", "add", "bert", "--role", "lead"), "already"),
        (("users", "role", "nobody", "lead"), "no account"),
        (("users", "role", "bert", "king"), "no role"),
        (("users", "disable", "nobody"), "no account"),
        (("audit", "verify", "--hash", "f" * 64), "lines were taken off"),
    ],
)
def test_what_cannot_be_done_is_one_line(words: tuple[str, ...], told: str) -> None:
    run("users", "add", "bert", "--role", "lead")
    failed = run(*words)
    assert failed.exit_code == 1 and told in str(failed.exception) and "\n" not in str(failed.exception)


def test_a_log_that_was_changed_ends_with_status_1_and_the_place(home: Path) -> None:
    for name in ("anna", "bert"):
        run("users", "add", name, "--role", "lead")
    with database.engine(f"sqlite:///{home / 'signpost.db'}").begin() as connection:
        connection.execute(text("UPDATE audit SET actor = 'eve' WHERE id = 3"))
    failed = run("audit", "verify")
    assert failed.exit_code == 1 and "line 3 is not what it was" in str(failed.exception)


def test_a_database_that_is_not_there_is_not_whole(home: Path) -> None:
    assert "there is no database" in str(run("audit", "verify").exception)
    assert not (home / "signpost.db").exists()
