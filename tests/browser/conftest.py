"""A server of our own with its model, and a headless Chromium: Debian's where there is one, else Playwright's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

TREE = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Seconds: training the model, on a busy machine.
PATIENCE = 240


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `signpost serve`, ready, with a database of its own and the tree's trained model."""
    home = tmp_path_factory.mktemp("home")
    models = TREE / "var" / "models"
    models.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(models, target_is_directory=True)
    log = home / "log"
    command = [str(Path(sys.executable).with_name("signpost")), "serve", "--port", "0"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=TREE,
            env={**os.environ, "SIGNPOST_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _ready(process, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://localhost:(\d+)/\s", log.read_text())
        if found:
            address = f"http://127.0.0.1:{found[1]}"
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=10):
                    return address
            except (HTTPError, URLError, TimeoutError) as error:
                if isinstance(error, HTTPError):
                    error.close()
        time.sleep(0.3)
    raise AssertionError(f"the server did not become ready:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh visitor; the test fails if the page raised an error or broke its own security policy."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert faults == []
