"""Forced colours, reduced motion, and a clinic's own: what a person set on their machine, and a clinic on its page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import STATES
from tests.browser.talk import begin, send
from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STYLE = """([selector, property]) => {
    const root = document.querySelector("signpost-chat").shadowRoot;
    return [...root.querySelectorAll(selector)].map((each) => getComputedStyle(each)[property]);
}"""


@pytest.mark.visitor(forced_colors="active")
def test_with_forced_colours_everything_keeps_its_edge(page: Page, server: str) -> None:
    STATES["understood"](page, server)
    for selector in (".bubble", ".choices button", ".send", ".boxes label", ".chip"):
        widths = page.evaluate(STYLE, [selector, "borderTopWidth"])
        assert widths and "0px" not in widths, selector


@pytest.mark.visitor(forced_colors="active")
def test_with_forced_colours_the_card_keeps_its_edge(page: Page, server: str) -> None:
    STATES["advice"](page, server)
    assert "0px" not in page.evaluate(STYLE, [".card, .card-head", "borderTopWidth"])
    assert violations(page) == []


@pytest.mark.visitor(reduced_motion="reduce")
def test_with_reduced_motion_nothing_moves(page: Page, server: str) -> None:
    STATES["writing"](page, server)
    assert set(page.evaluate(STYLE, ["*", "animationName"])) == {"none"}
    assert all(re.fullmatch("0s(, 0s)*", time) for time in page.evaluate(STYLE, ["*", "transitionDuration"]))


def test_a_clinic_sets_colours_from_outside(page: Page, server: str) -> None:
    page.goto(f"{server}/demo")
    launcher = page.get_by_role("button", name="How soon should I be seen?")
    expect(launcher).to_be_visible()
    assert launcher.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(31, 90, 61)"


@pytest.mark.visitor(color_scheme="dark")
def test_a_page_that_is_light_keeps_the_widget_light(page: Page, server: str) -> None:
    page.goto(f"{server}/demo")
    page.get_by_role("button", name="How soon should I be seen?").click()
    (paper,) = page.evaluate(STYLE, [".shell", "backgroundColor"])
    assert min(map(int, re.findall(r"\d+", paper)[:3])) > 200


@pytest.mark.visitor(viewport={"width": 640, "height": 512}, device_scale_factor=2)
def test_twice_as_large_it_is_all_there(page: Page, server: str) -> None:
    """A screen of 1280 by 1024 at 200 %."""
    begin(page, server)
    send(page, "My left cheek keeps twitching")
    expect(page.get_by_role("checkbox").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.get_by_label("Your message").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 512


@pytest.mark.visitor(viewport={"width": 320, "height": 256}, device_scale_factor=4)
@pytest.mark.parametrize("state", ["questions", "emergency", "panel"])
def test_four_times_as_large_it_scrolls_as_one(page: Page, server: str, state: str) -> None:
    """A screen of 1280 by 1024 at 400 % (WCAG 1.4.10): everything can be scrolled to, and the number stays in sight."""
    STATES[state](page, server)
    newest = page.get_by_role("log").locator(".bot").last
    box = newest.bounding_box()
    assert box is not None and 0 <= box["y"] < 200, "the newest answer is not in sight"
    number = page.get_by_role("link", name=re.compile("999")).first.bounding_box()
    assert number is not None and 0 <= number["y"] < 100
    page.get_by_label("Your message").scroll_into_view_if_needed()
    written = page.get_by_label("Your message").bounding_box()
    assert written is not None and written["y"] + written["height"] <= 256
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
