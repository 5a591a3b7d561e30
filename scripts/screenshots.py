"""Takes the README's pictures anew: starts a server with a home of its own, and talks to it in a headless Chromium.

`make screenshots` runs it. The messages are written for this project; the pictures go to docs/pictures/.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

TREE = Path(__file__).resolve().parent.parent
PICTURES = TREE / "docs" / "pictures"
MILD = "My left cheek keeps twitching and it keeps me awake at night. Should I see a doctor?"
DENIAL = "no, none of those, about two months"
URGENT = "One side of my face drooped an hour ago and my words come out slurred"
PATIENCE = 120.0
"""Seconds that the server may take to start: it trains its model first."""


@contextmanager
def server() -> Iterator[str]:
    """A server on a free port, with nothing of this machine's state in it; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SIGNPOST_")}
        command = [str(Path(sys.executable).parent / "signpost"), "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=TREE, env={**environ, "SIGNPOST_HOME": home})
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/readyz", process)
            yield address
        finally:
            process.terminate()
            process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until `address` answers 200. Raises RuntimeError where the server ends or takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):  # not there yet, or not ready yet
            time.sleep(0.3)
    raise RuntimeError("the server did not become ready")


def start(browser: Browser, address: str, width: int, height: int) -> Page:
    """A page with the conversation open, consent given."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=2)
    page.goto(address)
    page.get_by_role("button", name="I agree, start").click()
    page.get_by_label("Your message").wait_for()
    return page


def say(page: Page, text: str) -> None:
    """Sends a message, and waits until the reply to it stands there."""
    with page.expect_response(
        lambda response: response.url.endswith("/messages") and response.request.method == "POST"
    ):
        page.get_by_label("Your message").fill(text)
        page.get_by_label("Your message").press("Enter")
    page.wait_for_timeout(600)  # the card slides in


def deny_until_advised(page: Page) -> None:
    """Answers "none of these" to whatever is asked, until the advice stands there, and brings its top into view."""
    card = page.locator(".card")
    for _ in range(8):
        if card.count():
            break
        button = page.get_by_role("button", name="None of these").or_(page.get_by_role("button", name="Not sure"))
        with page.expect_response(lambda response: response.url.endswith("/messages")):
            button.first.click()
        page.wait_for_timeout(600)
    card.evaluate("element => element.scrollIntoView()")


def keep(page: Page, name: str) -> None:
    """Writes a picture of what the page shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def main() -> None:
    """Three pictures: the questions, the advice, and an emergency on a telephone."""
    with server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = start(browser, address, 900, 1000)
        say(page, MILD)
        keep(page, "questions")
        say(page, DENIAL)
        deny_until_advised(page)
        keep(page, "advice")
        page = start(browser, address, 390, 780)
        say(page, URGENT)
        keep(page, "emergency")
        browser.close()


if __name__ == "__main__":
    main()
