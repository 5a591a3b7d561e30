"""`signpost serve` as a process of its own, with a home and a database of its own and the tree's trained model."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

TREE = Path(__file__).resolve().parents[2]
# Seconds: training the model, on a busy machine.
PATIENCE = 240
NO_MODEL = "no dialogue model"
SERVE = [str(Path(sys.executable).with_name("signpost"))]


def broken(part: str) -> list[str]:
    """The command of a server one part of which fails: "action" or "model"."""
    return [sys.executable, str(Path(__file__).with_name("broken_server.py")), part]


@dataclass(frozen=True)
class Server:
    """A running server: its address, its home, and its process."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def database(self) -> Path:
        return self.home / "signpost.db"

    @property
    def log(self) -> str:
        return (self.home / "log").read_text()


def new_home(path: Path) -> Path:
    """A home for a server: empty but for the models, which all servers of the tests share and only one trains."""
    models = TREE / "var" / "models"
    models.mkdir(parents=True, exist_ok=True)
    path.mkdir(parents=True, exist_ok=True)
    (path / "models").symlink_to(models, target_is_directory=True)
    return path


@contextmanager
def serving(
    home: Path, command: list[str] = SERVE, model: bool = True, port: int = 0, **settings: str
) -> Iterator[Server]:
    """A server on a port (0: a free one), ready; without `model`, as soon as its database is. It is gone afterwards.
    `settings` are variables of its surroundings."""
    log = home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port)],
            cwd=TREE,
            env={
                **os.environ,
                "SIGNPOST_HOME": str(home),
                "PYTHONUNBUFFERED": "1",
                "PYTHONPATH": str(TREE),
                **settings,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(_answering(process, log, "golden" if model else "database"), home, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answering(process: subprocess.Popen[bytes], log: Path, check: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://localhost:(\d+)/\s", log.read_text())
        if found:
            address = f"http://127.0.0.1:{found[1]}"
            if _ready(address).get(check):
                return address
            if check == "golden" and NO_MODEL in log.read_text():
                break
        time.sleep(0.1)
    raise AssertionError(f"the server did not become ready:\n{log.read_text()}")


def _ready(address: str) -> dict[str, bool]:
    """Which parts work; none while nothing answers."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            return dict(json.load(answer)["checks"])
    except HTTPError as error:
        with error:
            return dict(json.load(error).get("checks") or {})
    except (URLError, TimeoutError):
        return {}
