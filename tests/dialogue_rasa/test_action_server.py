"""The action server that `signpost rasa shell` brings along."""

from __future__ import annotations

import json
import socket
import urllib.request

from bot.dialogue.action_server import actions_at_hand


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_one_is_started_knows_our_actions_and_is_gone_afterwards():
    port = free_port()
    with actions_at_hand(port) as there:
        assert there
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/actions", timeout=10) as answer:
            assert {"name": "action_triage"} in json.load(answer)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_one_that_is_there_is_used():
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        there.listen()
        with actions_at_hand(there.getsockname()[1]) as found:
            assert found
