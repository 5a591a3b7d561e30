"""Handoff from both sides: the person in one browser, a clinician in another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, Faults
from tests.browser.console import sign_in
from tests.browser.talk import ALARM, COMPLAINT, begin, card, log, send
from tests.dialogue.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


def clinic(browser: Browser, running: Server, name: str, **options: object) -> BrowserContext:
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    sign_in(context, running, "reviewer", name).close()
    return context


@pytest.fixture
def clinician(browser: Browser, running: Server) -> Iterator[Page]:
    """Somebody at the clinic, with a browser of their own."""
    context, faults = clinic(browser, running, "ada"), Faults()
    context.on("page", faults.watch)
    yield context.new_page()
    context.close()
    assert faults == []


def take_newest(clinician: Page, running: Server) -> None:
    clinician.goto(f"{running.address}/console/handoff")
    clinician.get_by_role("button", name="Take over").last.click()
    expect(clinician.get_by_text("You answer in this conversation")).to_be_visible()


def write(clinician: Page, text: str) -> None:
    clinician.get_by_label("Write to this person").fill(text)
    clinician.get_by_role("button", name="Send").click()


def test_a_clinician_takes_over_and_the_bot_is_silent_until_handed_back(
    page: Page, clinician: Page, running: Server
) -> None:
    begin(page, running.address)
    send(page, "I want to talk to a human")
    expect(log(page).locator(".bot.notice")).to_have_count(1)
    take_newest(clinician, running)
    expect(log(page).locator(".bot.notice").last).to_contain_text("Ada (clinician) has joined")
    write(clinician, "Hello, what troubles you?")
    letter = log(page).locator(".clinician").last
    expect(letter).to_contain_text("From the clinic: Ada")
    expect(letter).to_contain_text("What you write back here goes to the clinic.")
    send(page, COMPLAINT)
    answer = log(page).locator(".bot").last
    expect(answer).to_contain_text("Sent to the clinic.")
    expect(answer).to_contain_text("999")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    clinician.reload()
    expect(clinician.get_by_role("region", name="What was said")).to_contain_text("Should I see a doctor?")
    send(page, ALARM)
    expect(card(page)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_visible()
    write(clinician, "I have called an ambulance.")
    expect(log(page).locator(".clinician")).to_have_count(2)
    clinician.get_by_role("button", name="Hand back").click()
    expect(clinician).to_have_url(f"{running.address}/console/handoff")
    expect(log(page).locator(".bot").last).to_contain_text("has left the conversation")
    send(page, "restart")
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_hidden()
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    shown = log(page).locator(".turn").count()
    page.reload()
    expect(log(page).locator(".turn")).to_have_count(shown)


def test_the_queue_looks_again_and_leaves_the_keyboard_where_it_is(
    page: Page, clinician: Page, running: Server
) -> None:
    begin(page, running.address)
    send(page, "I want to talk to a human")
    expect(log(page).locator(".bot.notice")).to_have_count(1)
    clinician.clock.install()
    clinician.goto(f"{running.address}/console/handoff")
    waiting = clinician.get_by_role("button", name="Take over").count()
    first = clinician.get_by_role("button", name="Take over").first
    first.focus()
    before, title = first.get_attribute("id"), clinician.title()
    other = page.context.new_page()
    begin(other, running.address)
    send(other, "I want to talk to a human")
    expect(log(other).locator(".bot.notice")).to_have_count(1)
    clinician.clock.run_for(16_000)
    expect(clinician.get_by_role("button", name="Take over")).to_have_count(waiting + 1)
    assert clinician.evaluate("document.activeElement.id") == before
    expect(clinician).to_have_title(title.replace(f"{waiting} waiting", f"{waiting + 1} waiting"))
    # And without the mouse: the button that has the focus takes over.
    clinician.keyboard.press("Enter")
    expect(clinician.get_by_role("button", name="Hand back")).to_be_visible()
    clinician.get_by_role("button", name="Hand back").press("Enter")
    expect(clinician.get_by_role("heading", name="Waiting")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(
    page: Page, browser: Browser, running: Server, scheme: str, viewport: dict[str, int]
) -> None:
    for text in ("I want to talk to a human", ALARM):
        begin(page, running.address)
        send(page, "I want to talk to a human")
        expect(log(page).locator(".bot.notice")).to_have_count(1)
        if text == ALARM:
            send(page, ALARM)
            expect(card(page)).to_be_visible()
        page.evaluate("sessionStorage.clear()")
    mine, other = (
        clinic(browser, running, name, color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
        for name in ("ada", "bob")
    )
    for each in (other, mine):
        begin(page, running.address)
        send(page, "I want to talk to a human")
        expect(log(page).locator(".bot.notice")).to_have_count(1)
        take_newest(each.new_page(), running)
        page.evaluate("sessionStorage.clear()")
    shown = mine.pages[0]
    checks = [shown.url, f"{running.address}/console/handoff"]
    for address in checks:
        shown.goto(address)
        expect(shown.get_by_role("button", name="Hand back").first).to_be_visible()
        found = Axe().run(shown, options=RULES).response["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in shown.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44
    mine.close()
    other.close()
