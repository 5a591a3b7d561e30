"""A server of our own with its model, and a headless Chromium: Debian's where there is one, else Playwright's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.dialogue.server import Server, new_home, serving

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000
"""Milliseconds that a test waits for something to be seen."""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`signpost serve`, ready, with a database of its own and the tree's trained model."""
    with serving(new_home(tmp_path_factory.mktemp("home"))) as server:
        yield server


@pytest.fixture(scope="session")
def server(running: Server) -> str:
    """The address of the server."""
    return running.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


class Faults(list[str]):
    """What pages of a context raised, or did against their own security policy."""

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", lambda line: self.append(line.text) if "Content Security Policy" in line.text else None)


@pytest.fixture
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A fresh visitor, `@pytest.mark.visitor(...)` gives the context's options; the test fails if a page raised an
    error or broke its own security policy."""
    mark = request.node.get_closest_marker("visitor")
    context = browser.new_context(**(mark.kwargs if mark else {}))
    context.set_default_timeout(PATIENCE)
    faults = Faults()
    context.on("page", faults.watch)
    yield context
    context.close()
    assert faults == []


@pytest.fixture
def page(visitor: BrowserContext) -> Page:
    """A page of a fresh visitor."""
    return visitor.new_page()
