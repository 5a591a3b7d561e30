"""Takes the pictures of the chat and the console anew: the README's, and one of every state, in docs/pictures/.

`make screenshots` runs it. A server with a home of its own is started and talked to in a headless Chromium; the states
are those that the browser tests look at (tests/browser/states.py). The console is seen with the month of `make demo`;
`--console` takes its pictures alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

TREE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE))

from tests.browser.console import sign_in  # noqa: E402
from tests.browser.states import STATES, Way  # noqa: E402  (the tree is no installed package of its tests)
from tests.browser.talk import begin, card, send  # noqa: E402
from tests.dialogue.server import Server, new_home, serving  # noqa: E402

PICTURES = TREE / "docs" / "pictures"
PHONE = {"viewport": {"width": 390, "height": 780}}
DESK = {"viewport": {"width": 900, "height": 1000}}
SCREEN = {"viewport": {"width": 1280, "height": 900}}
STILL = {"reduced_motion": "reduce"}
# How each state is seen: all of them in the light, and those that look otherwise in the dark and on a telephone.
LOOKS: dict[str, tuple[dict[str, object], list[str]]] = {
    "light": (DESK, list(STATES)),
    "dark": ({**DESK, "color_scheme": "dark"}, ["consent", "understood", "advice", "emergency"]),
    "phone": (PHONE, ["consent", "questions", "advice", "emergency", "launcher", "panel"]),
}


def questions(page: object, address: str) -> None:
    """The README's first picture."""
    begin(page, address)  # type: ignore[arg-type]
    send(page, "My left cheek keeps twitching and it keeps me awake at night. Should I see a doctor?")  # type: ignore[arg-type]
    page.get_by_role("checkbox").first.wait_for()  # type: ignore[attr-defined]


README: dict[str, tuple[dict[str, object], Way]] = {
    "questions": (DESK, questions),
    "advice": (DESK, STATES["advice"]),
    "emergency": (PHONE, STATES["emergency"]),
    "clinic": ({"viewport": {"width": 1280, "height": 860}}, STATES["panel"]),
}


# Pages of the console: the path, and what is there once the page is.
FIRST_ADVICE = ".pill.level-same_day"
CONSOLE = {
    "dashboard": ("/console/dashboard", "html[data-drawn]"),
    "list": ("/console", "table"),
    "conversation": ("/console", FIRST_ADVICE),
}


def take(browser: Browser, address: str, look: dict[str, object], way: Way, path: Path, scale: int) -> None:
    """One picture of a state, by a visitor of its own."""
    context: BrowserContext = browser.new_context(**look, **STILL, device_scale_factor=scale)  # type: ignore[arg-type]
    page = context.new_page()
    way(page, address)
    if card(page).count():
        card(page).last.evaluate("element => element.scrollIntoView()")
    page.mouse.move(0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    context.close()
    print(path.relative_to(TREE))


def take_console(browser: Browser, server: Server) -> None:
    """The console's pages, by somebody who is signed in, with what `make demo` made."""
    context = browser.new_context(**SCREEN, **STILL)  # type: ignore[arg-type]
    page = sign_in(context, server, "lead", "pictures")
    for name, (path, ready) in CONSOLE.items():
        page.goto(f"{server.address}{path}")
        if ready == FIRST_ADVICE:
            page.locator("tr", has=page.locator(ready)).first.get_by_role("link").click()
        else:
            page.locator(ready).first.wait_for()
        page.wait_for_load_state("networkidle")
        picture = PICTURES / "console" / f"{name}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture)
        # As many colours as the page has, and a third of the bytes.
        Image.open(picture).convert("RGB").quantize(200).save(picture, optimize=True)
        print(picture.relative_to(TREE))
    context.close()


def main() -> None:
    """All pictures, in place of those that are there."""
    chromium = shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if "--console" not in sys.argv:
            with serving(new_home(Path(folder) / "home")) as server:
                take_chat(browser, server)
        home = new_home(Path(folder) / "demo")
        seed = [sys.executable, str(TREE / "scripts" / "demo.py"), "--only-seed"]
        subprocess.run(seed, env={**os.environ, "SIGNPOST_HOME": str(home)}, check=True)
        with serving(home) as server:
            take_console(browser, server)
        browser.close()


def take_chat(browser: Browser, server: Server) -> None:
    """The pictures of the chat."""
    for name, (look, way) in README.items():
        take(browser, server.address, look, way, PICTURES / f"{name}.png", 2)
    for name, (look, states) in LOOKS.items():
        for state in states:
            take(browser, server.address, look, STATES[state], PICTURES / "states" / name / f"{state}.png", 1)


if __name__ == "__main__":
    main()
