"""The tree is an ordinary Rasa project: it validates, and `rasa run` with `rasa run actions` holds the conversation."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
RASA = [
    sys.executable,
    "-W",
    "ignore",
    "-c",
    "import sys; from bot.dialogue.rasa_command import run; sys.exit(run(sys.argv[1:]))",
]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "SIGNPOST_HOME": str(home)}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_rasa_finds_nothing_to_warn_of(tmp_path):
    done = subprocess.run(
        [*RASA, "data", "validate", "--fail-on-warnings"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def say(tmp_path):
    """Says something to a `rasa run` of this tree, and gives back its messages."""
    from bot.dialogue.model import ensure_model

    model = ensure_model(tmp_path, print)
    port, actions = free_port(), free_port()
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
    servers = [
        [*RASA, "run", "actions", "-p", str(actions)],
        [*RASA, "run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model), "--endpoints", str(endpoints)],
    ]
    output = (tmp_path / "output.log").open("w+")
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stdout=output, stderr=output)
        for command in servers
    ]

    def said(sender: str, text: str) -> list[dict]:
        body = {"sender": sender, "message": text}
        answer = httpx.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", json=body, timeout=60)
        return answer.raise_for_status().json()

    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{actions}/health").is_success and bool(said("nobody", "hello"))
        except httpx.HTTPError:
            return False

    until = time.monotonic() + 120
    while not ready() and time.monotonic() < until:
        time.sleep(0.5)
    yield said
    for server in running:
        server.terminate()
        server.wait(30)
    output.close()


def kind(messages: list[dict]) -> str:
    return messages[-1]["custom"]["reply"]["kind"]


def test_rasa_run_holds_the_same_conversation(say):
    assert kind(say("a", "my face drooped suddenly this morning and my speech is slurred")) == "emergency"
    assert kind(say("a", "thank you")) == "emergency"
    assert kind(say("a", "start again")) == "greeting"
    asked = say("a", "my eyelid has been twitching for two months")
    assert kind(asked) == "question"
    none = next(button["payload"] for button in asked[0]["buttons"] if "none" in button["payload"])
    by_button = say("a", none)
    assert kind(by_button) == "question"
    assert kind(say("b", "my eyelid has been twitching for two months")) == "question"
    by_words = say("b", "no, none of those")
    assert by_words[0]["text"] == by_button[0]["text"], "the case is in the slot"
    assert kind(say("b", "/restart")) == "greeting"
    assert kind(say("b", '/deny{"a": 1}')) == "notice", "a typed payload is only text"
