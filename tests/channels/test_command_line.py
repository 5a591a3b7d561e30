"""`signpost channels`: what it tells of the platforms, and how a platform is told where to deliver."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.channels.registry import PLATFORMS, platform
from bot.cli import app
from bot.lines import one_line
from bot.records import database
from bot.records.inbox import Inbox
from bot.records.outbox import Outbox, Parcel, post
from bot.settings import CHANNELS, TREE
from tests.channels.fake import FakePlatform, running
from tests.channels.line import FakeLine
from tests.channels.telegram import FakeTelegram

PUBLIC, NOW = "https://clinic.example/signpost", datetime(2026, 11, 23, tzinfo=timezone.utc)
FAKES: tuple[type[FakePlatform], ...] = (FakeTelegram, FakeLine)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNPOST_HOME", str(tmp_path))
    return tmp_path


def run(*words: str, **settings: str) -> Result:
    return CliRunner().invoke(
        app, ["channels", *words], env={f"SIGNPOST_{key}": value for key, value in settings.items()}
    )


def check(**settings: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The status, and what is told of each platform."""
    told = run("check", "--json", **settings)
    return told.exit_code, {each["name"]: each for each in json.loads(told.stdout)["platforms"]}


def keys(name: str, **more: str) -> dict[str, str]:
    """All settings of a platform."""
    given = {**{key: f"sesame-{key}" for key in platform(name).needs}, **more}
    return {f"{name}_{key}".upper(): value for key, value in given.items()}


def told(fake: FakePlatform, address: str, public: str = PUBLIC, **wrong: str) -> Result:
    """What telling a fake where to deliver comes to."""
    given: Mapping[str, str] = {**fake.keys, "api": address, **wrong}
    settings = {f"{fake.name}_{key}".upper(): value for key, value in given.items()}
    return run("set-webhook", fake.name, PUBLIC_URL=public, **settings)


def fault(result: Result) -> str:
    """The one line of a failure."""
    line = one_line(result.exception) if isinstance(result.exception, Exception) else ""
    assert result.exit_code == 1 and result.stdout == "" and line and "fault of the program" not in line
    return line


def test_without_keys_every_platform_is_off_and_all_is_well() -> None:
    status, states = check()
    assert status == 0 and list(states) == list(PLATFORMS)
    for name, state in states.items():
        assert state["state"] == "off" and state["webhook"] is None and state["set"] == [] and state["next"]
        lacks = {f"SIGNPOST_{name}_{key}".upper() for key in platform(name).needs}
        assert set(state["missing"]) - {"SIGNPOST_PUBLIC_URL"} == lacks
    shown = run("check")
    assert shown.exit_code == 0 and "Set SIGNPOST_PUBLIC_URL" in shown.stdout and "no database yet" in shown.stdout


@pytest.mark.parametrize("name", CHANNELS)
def test_a_platform_with_all_keys_is_on_and_shows_its_webhook(name: str) -> None:
    status, states = check(PUBLIC_URL=PUBLIC, **keys(name))
    assert status == 0 and {each for each, state in states.items() if state["state"] == "on"} == {name}
    assert states[name]["webhook"] == f"{PUBLIC}/channels/{name}/webhook" and states[name]["missing"] == []
    assert f"{PUBLIC}/channels/{name}/webhook" in run("check", PUBLIC_URL=PUBLIC, **keys(name)).stdout


@pytest.mark.parametrize("name", CHANNELS)
def test_a_platform_that_lacks_a_key_is_named_with_it(name: str) -> None:
    for lacking in platform(name).needs:
        setting = f"{name}_{lacking}".upper()
        given = {key: value for key, value in keys(name).items() if key != setting}
        status, states = check(PUBLIC_URL=PUBLIC, **given)
        assert status == 1 and states[name]["state"] == "incomplete"
        assert states[name]["missing"] == [f"SIGNPOST_{setting}"]
        assert set(states[name]["set"]) == {f"SIGNPOST_{key}" for key in given}


def test_twilio_is_incomplete_without_a_public_address() -> None:
    status, states = check(**keys("twilio"))
    assert status == 1 and states["twilio"]["missing"] == ["SIGNPOST_PUBLIC_URL"]


def test_values_are_never_shown() -> None:
    every = {key: value for name in CHANNELS for key, value in keys(name, api="https://sesame.example").items()}
    for words in (("check",), ("check", "--json")):
        shown = run(*words, PUBLIC_URL=PUBLIC, **every)
        assert shown.exit_code == 0 and "sesame" not in shown.output and "SIGNPOST_LINE_API" in shown.stdout


def test_it_says_that_platforms_refuse_http() -> None:
    assert "refuse" in run("check", PUBLIC_URL="http://localhost:8000").stdout
    assert "refuse" not in run("check", PUBLIC_URL=PUBLIC).stdout


def test_what_waits_is_counted(home: Path) -> None:
    engine = database.engine(f"sqlite:///{home / 'signpost.db'}")
    assert run("check").exit_code == 0 and "no database yet" in run("check").stdout
    database.migrate(engine)
    row = {"channel": "telegram", "sender": "s", "sealed": "x", "paced": False}
    Inbox(engine, "me").put([{**row, "event": f"e{number}"} for number in range(3)], NOW)
    with engine.begin() as connection:
        for name in ("one", "two"):
            post(connection, Parcel(name, None, "telegram", name, "x"), NOW)
    outbox = Outbox(engine, "me")
    outbox.failed(outbox.claim(NOW, urgent=False)[0].id, "blocked", NOW)
    counted = json.loads(run("check", "--json").stdout)["waiting"]
    assert counted == {"inbox": 3, "outbox": 1, "undelivered": 1}
    assert "3 messages to be answered, 1 replies to be delivered" in run("check").stdout


def test_a_database_that_cannot_be_read_is_no_failure(home: Path) -> None:
    (home / "signpost.db").write_bytes(b"no database" * 1000)
    shown = run("check")
    assert shown.exit_code == 0 and "cannot be read (DatabaseError)" in shown.stdout


def test_a_database_of_another_version_is_left_as_it_is(home: Path) -> None:
    engine = database.engine(f"sqlite:///{home / 'signpost.db'}")
    database.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "another version" in run("check").stdout and database.version(engine) == "0001"


@pytest.mark.parametrize("kind", FAKES)
def test_a_platform_is_told_where_to_deliver(kind: type[FakePlatform]) -> None:
    fake = kind()
    with running(fake.app()) as address:
        done = told(fake, address)
    url = f"{PUBLIC}/channels/{fake.name}/webhook"
    assert done.exit_code == 0 and f"delivers to {url} now." in done.stdout
    hook = getattr(fake, "hook")  # noqa: B009  (each fake has one, and FakePlatform none)
    assert (hook["url"] if isinstance(hook, dict) else hook) == url


@pytest.mark.parametrize("kind", FAKES)
def test_what_goes_wrong_is_one_line(kind: type[FakePlatform]) -> None:
    fake = kind()
    title = platform(fake.name).title
    with running(fake.app()) as address:
        assert f"{title} refused the key" in (line := fault(told(fake, address, token="sesame-wrong")))
        assert "sesame" not in line and f"SIGNPOST_{fake.name.upper()}_TOKEN" in line
        assert "SIGNPOST_PUBLIC_URL is not set" in fault(told(fake, address, public=""))
        assert "https" in fault(told(fake, address, public="http://localhost:1"))
        for status, says in ((400, "refused the address"), (429, "did not answer (http_429)"), (502, "did not answer")):
            fake.failing.append((status, {}, {"ok": False, "description": "Bad Request", "message": "no"}))
            assert f"{title} {says}" in fault(told(fake, address))
        fake.failing += [(200, {}, {"ok": True, "result": True}), (200, {}, {"ok": True, "result": {}})]
        assert "still delivers to no address" in fault(told(fake, address))
    assert f"{title} did not answer (ConnectError)" in fault(told(fake, address))
    assert f"{title} is off" in fault(run("set-webhook", fake.name, PUBLIC_URL=PUBLIC))


def test_an_address_that_is_not_what_was_set_is_said() -> None:
    class Stubborn(FakeTelegram):
        def _set(self, body: Mapping[str, object]) -> tuple[int, object]:
            self.hook = {"url": "https://other.example/hook"}
            return 200, {"ok": True, "result": True}

    fake = Stubborn()
    with running(fake.app()) as address:
        assert "still delivers to https://other.example/hook" in fault(told(fake, address))


@pytest.mark.parametrize("name", sorted(set(CHANNELS) - {kind.name for kind in FAKES}))
def test_the_others_are_told_by_hand(name: str) -> None:
    line = fault(run("set-webhook", name, PUBLIC_URL=PUBLIC, **keys(name)))
    assert "in its own console" in line and f"{PUBLIC}/channels/{name}/webhook" in line


def test_a_platform_that_is_none_is_told_those_that_are() -> None:
    assert ", ".join(PLATFORMS) in fault(run("set-webhook", "pager"))


def test_every_word_is_used() -> None:
    code = (TREE / "bot" / "channels" / "command_line.py").read_text(encoding="utf-8")
    words = yaml.safe_load((TREE / "knowledge" / "messages" / "en" / "channels_check.yml").read_text(encoding="utf-8"))
    assert list(words["next"]) == list(PLATFORMS) and list(words["state"]) == ["on", "incomplete", "off"]
    keys = [key for key in words if isinstance(words[key], str)]
    keys += [f"{group}.{key}" for group in ("row", "set") for key in words[group]]
    assert [key for key in keys if not re.search(rf"""["']{re.escape(key)}["']""", code)] == []


def test_the_command_itself_writes_a_failure_to_standard_error(home: Path) -> None:
    program = "from bot.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "channels", "set-webhook", "telegram"],
        env={**os.environ, "SIGNPOST_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(r"signpost: Telegram is off; [^\n]+\n", done.stderr)
