"""Takes the pictures of the chat anew: the README's, and one of every state, in docs/pictures/.

`make screenshots` runs it. A server with a home of its own is started and talked to in a headless Chromium; the states
are those that the browser tests look at (tests/browser/states.py).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

TREE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE))

from tests.browser.states import STATES, Way  # noqa: E402  (the tree is no installed package of its tests)
from tests.browser.talk import begin, card, send  # noqa: E402
from tests.dialogue.server import new_home, serving  # noqa: E402

PICTURES = TREE / "docs" / "pictures"
PHONE = {"viewport": {"width": 390, "height": 780}}
DESK = {"viewport": {"width": 900, "height": 1000}}
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


def main() -> None:
    """All pictures, in place of those that are there."""
    chromium = shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as home,
        serving(new_home(Path(home) / "home")) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (look, way) in README.items():
            take(browser, server.address, look, way, PICTURES / f"{name}.png", 2)
        for name, (look, states) in LOOKS.items():
            for state in states:
                take(browser, server.address, look, STATES[state], PICTURES / "states" / name / f"{state}.png", 1)
        browser.close()


if __name__ == "__main__":
    main()
