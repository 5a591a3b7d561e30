"""axe-core finds nothing against WCAG 2.2 A and AA, in every state, in both colour schemes and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.states import STATES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
STILL = {"reduced_motion": "reduce"}
# What a small screen shows otherwise than a large one.
SMALL = ["consent", "questions", "understood", "advice", "emergency", "search", "receipt", "launcher", "panel"]


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each rule with the elements."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {[(node['target'], node['failureSummary']) for node in each['nodes']]}" for each in found]


@pytest.mark.visitor(**STILL)
@pytest.mark.parametrize("state", STATES)
def test_in_the_light(page: Page, server: str, state: str) -> None:
    STATES[state](page, server)
    assert violations(page) == []


@pytest.mark.visitor(color_scheme="dark", **STILL)
@pytest.mark.parametrize("state", STATES)
def test_in_the_dark(page: Page, server: str, state: str) -> None:
    STATES[state](page, server)
    assert violations(page) == []


@pytest.mark.visitor(viewport={"width": 320, "height": 640}, **STILL)
@pytest.mark.parametrize("state", SMALL)
def test_on_a_small_screen(page: Page, server: str, state: str) -> None:
    STATES[state](page, server)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_sees_into_the_widget(page: Page, server: str) -> None:
    """Without this the tests above could be empty: a button without a name inside the shadow tree is found."""
    STATES["consent"](page, server)
    page.evaluate(
        """() => {
            const button = document.createElement("button");
            document.querySelector("signpost-chat").shadowRoot.querySelector(".scene").append(button);
        }"""
    )
    assert any(line.startswith("button-name") for line in violations(page))
