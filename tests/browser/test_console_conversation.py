"""A conversation's page in the browser: axe finds nothing, words are shown for a reason, marks lead to facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, Faults
from tests.browser.console import sign_in
from tests.browser.talk import answer_until_advice, begin, send
from tests.browser.test_accessibility import violations
from tests.dialogue.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SAID = "My name is Ottoline Vane. My left eyelid has been twitching for 3 weeks. Ring me on 07700 900123."


@pytest.fixture(params=["light", "dark"])
def desk(page: Page, running: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page of a conversation that somebody just had, at the console."""
    begin(page, running.address)
    send(page, SAID)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    answer_until_advice(page)
    context = browser.new_context(color_scheme=request.param, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    faults = Faults()
    context.on("page", faults.watch)
    opened = sign_in(context, running, "reviewer")
    opened.goto(f"{running.address}/console")
    opened.locator("a[href*='/console/conversations/']").first.click()
    yield opened
    context.close()
    assert faults == []


def test_nobody_is_kept_out_and_nothing_is_given_away(desk: Page) -> None:
    assert violations(desk) == []
    transcript = desk.get_by_role("region", name="What was said")
    expect(transcript).to_contain_text("[name]")
    expect(transcript).not_to_contain_text("Ottoline")
    desk.get_by_role("button", name="Show the words").click()
    expect(desk.get_by_label("Why must you see the words?")).to_be_focused()
    expect(transcript).not_to_contain_text("Ottoline")
    desk.keyboard.type("To ring them back")
    desk.keyboard.press("Enter")
    expect(transcript).to_contain_text("Ottoline Vane")
    expect(transcript).to_contain_text("07700 900123")
    assert violations(desk) == []
    desk.get_by_role("link", name="Hide them again").click()
    expect(transcript).not_to_contain_text("Ottoline")


def test_a_mark_leads_to_its_fact_and_a_question_to_its_reason(desk: Page) -> None:
    mark = desk.locator("mark.found").first
    expect(mark).to_contain_text("present, the patient's")
    mark.get_by_role("link").first.click()
    expect(desk.locator("tr:target")).to_be_visible()
    desk.get_by_text("Why this was asked").first.click()
    expect(desk.get_by_text("An answer could have led to:").first).to_be_visible()
    expect(desk.get_by_role("region", name="As today's rules would decide").first).to_contain_text("The same")
    desk.set_viewport_size({"width": 320, "height": 640})
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
