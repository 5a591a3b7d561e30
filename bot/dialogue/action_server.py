"""The action server beside `signpost rasa shell`, which else would need a second terminal for it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PORT = 5055
"""Where endpoints.yml says that the actions are."""
PATIENCE = 60.0
"""Seconds that it may take to start."""


@contextmanager
def actions_at_hand(port: int = PORT) -> Iterator[bool]:
    """Sees to an action server on this machine while the context lasts: the one that is there, or one of our own.

    Gives whether one answers. One that we started is gone afterwards.
    """
    if _listens(port):
        yield True
        return
    program = "import sys; from bot.dialogue.rasa_command import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "run", "actions", "--port", str(port)]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and server.poll() is None and not _listens(port):
            time.sleep(0.2)
        yield _listens(port)
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(5)
        if server.poll() is None:
            server.kill()
            server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
