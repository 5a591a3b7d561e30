"""Starting the server: what it refuses, what it says, and that it answers before the model is there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.records.users import Users
from bot.settings import Settings
from bot.web import serve as serving
from tests.web.conftest import begin, engine

__all__ = ["engine"]


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_public_is_refused_while_a_rule_is_unsigned(settings: Settings) -> None:
    with pytest.raises(serving.ServeError, match=r"\d+ rules are not signed by a clinician, the first are \S+"):
        serving.serve(replace(settings, public=True, port=0))
    assert not (settings.home / "signpost.db").exists()


def test_a_port_that_is_taken_is_named(settings: Settings, port: int) -> None:
    with pytest.raises(serving.ServeError, match=f"Port {port} on 127.0.0.1 .*--port {port + 1}"):
        serving.serve(replace(settings, port=port))


def test_it_says_where_it_is_and_answers_before_the_model_is_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: dict[str, Any] = {}

    async def load_dialogue(desk: Any, *rest: Any) -> bool:
        return False

    def run(app: Starlette, listening: socket.socket) -> None:
        with TestClient(app) as client:
            said["ready"] = client.get("/readyz").status_code
            text = "One side of my face drooped an hour ago and my words come out slurred"
            body = {"id": "1", "text": text}
            said["answer"] = client.post("/api/conversations/messages", json=body, headers=begin(client)).json()

    monkeypatch.setattr("bot.dialogue.opening.load_dialogue", load_dialogue)
    monkeypatch.setattr(serving, "_run", run)
    serving.serve(replace(settings, port=0))
    assert said["ready"] == 503
    assert said["answer"]["messages"][0]["kind"] == "emergency"
    printed = capsys.readouterr().out
    assert "http://localhost:" in printed and "/console" in printed and "Try:" in printed
    assert "/console/invite/" in printed and "signpost users add" in printed
    assert "Sample archive:" in printed and "demonstration" in printed


def test_the_first_account_is_a_link_and_only_in_a_demonstration(settings: Settings, engine: Engine) -> None:
    first = serving._first_link(settings, engine)
    again = serving._first_link(settings, engine)
    users, now = Users(engine), datetime.now(timezone.utc)
    assert first and again and first != again
    assert users.invited(first, now) is None and users.invited(again, now).role == "lead"  # type: ignore[union-attr]
    assert users.accept(again, "correct horse battery", now)
    assert serving._first_link(settings, engine) == ""


def test_nothing_is_made_for_patients_or_beside_other_accounts(settings: Settings, engine: Engine) -> None:
    assert serving._first_link(replace(settings, public=True), engine) == ""
    assert Users(engine).list() == ()
    Users(engine).add("somebody", "Somebody", "admin", datetime.now(timezone.utc))
    assert serving._first_link(settings, engine) == ""


def test_the_link_is_said(settings: Settings, knowledge: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from bot.web.texts import Texts

    listening: Any = SimpleNamespace(getsockname=lambda: ("127.0.0.1", 8123))
    texts, console = Texts(knowledge, settings, "web"), Console(soft_wrap=True)
    for link, told in ((lambda: "a_code", True), (lambda: "", False)):
        serving._sayer(settings, listening, texts, console, 0, link)("address")
        printed = capsys.readouterr().out
        assert "http://localhost:8123/console" in printed
        assert ("http://localhost:8123/console/invite/a_code" in printed) is told
        assert ("signpost users add" in printed) is told


@pytest.mark.parametrize(
    ("model", "waiting", "told"),
    [(None, 0, "by words alone and finds less"), ("m", 3, "3 archived entries are found by words alone"), ("m", 0, "")],
)
def test_it_says_where_the_archive_goes_by_words_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, model: Any, waiting: int, told: str
) -> None:
    from bot.knowledge import load
    from bot.web.texts import Texts

    monkeypatch.setattr("bot.archive.embedding.pending", lambda *_: waiting)
    archive: Any = SimpleNamespace(model=model)
    state = serving._archive_state(None, archive, Texts(load(), settings, "web"))  # type: ignore[arg-type]
    assert told in state and bool(state) is bool(told)
