"""The whole conversation in a browser: consent, questions, advice, an emergency, a lost connection, deletion."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

# One worker for all of them: each worker would start a server of its own.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COMPLAINT = "The left half of my face has kept twitching for two months. Should I see a doctor?"
ALARM = "Half of my face suddenly droops and I cannot get my words out"


def begin(page: Page, server: str) -> None:
    page.goto(server)
    page.get_by_role("button", name="I agree, start").click()
    expect(page.get_by_label("Your message")).to_be_visible()


def send(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def answer_until_advice(page: Page) -> None:
    """Say no to everything that is asked, with the buttons, until the advice stands there."""
    card = page.get_by_role("article")
    for _ in range(15):
        offered = page.locator("fieldset, form.choices").first
        expect(card.or_(offered).first).to_be_visible()
        if card.count():
            return
        asked = page.get_by_role("log").locator(".bot").count()
        calm = page.get_by_role("button", name=re.compile("^(None of these|No)$"))
        (calm if calm.count() else page.locator(".choices button.choice").first).first.click()
        expect(page.get_by_role("log").locator(".bot")).not_to_have_count(asked)
    raise AssertionError("no advice after 15 answers")


def test_a_conversation_from_consent_to_the_receipt(page: Page, server: str) -> None:
    page.goto(server)
    expect(page.get_by_role("link", name="In an emergency, call 999 now.")).to_have_attribute("href", "tel:999")
    expect(page.get_by_text("Rules not yet reviewed by a clinician").first).to_be_visible()
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("heading", name="Nothing was sent or stored")).to_be_visible()
    expect(page.get_by_role("link", name="Call 999").first).to_be_visible()
    page.get_by_role("button", name="I have changed my mind").click()

    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Choose at least one answer")).to_be_visible()
    answer_until_advice(page)
    card = page.get_by_role("article")
    for heading in (
        "Why",
        "What you can do meanwhile",
        "Get help sooner",
        "What a doctor may do",
        "What was understood",
    ):
        expect(card.get_by_role("heading", name=heading).first).to_be_visible()
    card.get_by_text("Where this comes from").first.click()
    expect(card.get_by_text("not yet reviewed by a clinician").first).to_be_visible()

    said = page.get_by_role("log").locator(".turn").count()
    page.reload()
    expect(page.get_by_role("article")).to_be_visible()
    expect(page.get_by_role("log").locator(".turn")).to_have_count(said)

    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name="Your conversation is deleted")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="I agree, start")).to_be_visible()


def test_an_emergency_stays_in_sight(page: Page, server: str) -> None:
    begin(page, server)
    send(page, ALARM)
    alarm = page.get_by_role("alert").filter(has_text="This needs help now")
    expect(alarm.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    expect(page.get_by_role("article", name=re.compile("Emergency"))).to_be_visible()
    assert page.get_by_role("checkbox").count() == 0
    send(page, "thank you")
    expect(page.get_by_role("article")).to_have_count(2)
    page.reload()
    expect(alarm).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("dialog").get_by_role("button", name="Start again").click()
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_have_count(0)


def test_free_text_answers_a_question(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    send(page, "yes, my arm went weak suddenly")
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_visible()


def test_by_keyboard_alone(page: Page, server: str) -> None:
    page.goto(server)
    agree = page.get_by_role("button", name="I agree, start")
    expect(agree).to_be_visible()
    for _ in range(10):
        page.keyboard.press("Tab")
        if agree.evaluate("button => button.getRootNode().activeElement === button"):
            break
    page.keyboard.press("Enter")
    box = page.get_by_label("Your message")
    expect(box).to_be_focused()
    page.keyboard.type(COMPLAINT)
    page.keyboard.press("Enter")
    first = page.get_by_role("checkbox").first
    expect(first).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if first.evaluate("box => box.getRootNode().activeElement === box"):
            break
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    expect(page.get_by_role("button", name="None of these")).to_be_disabled()


def test_text_stays_text(page: Page, server: str) -> None:
    begin(page, server)
    hostile = "<img src=x onerror=alert(1)><b>bold</b> & SpO2 <92% [x](javascript:alert(1))"
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    send(page, hostile)
    expect(page.get_by_role("log").locator(".person .bubble")).to_contain_text(hostile)
    expect(page.get_by_role("log").locator(".bot")).to_have_count(2)
    assert page.locator("signpost-chat img, signpost-chat b").count() == 0


def test_what_was_written_offline_is_sent_once_when_the_network_is_back(page: Page, server: str) -> None:
    begin(page, server)
    context: BrowserContext = page.context
    context.set_offline(True)
    send(page, COMPLAINT)
    expect(page.get_by_role("status")).to_contain_text("999")
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("log").locator(".person")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568), (1280, 800)])
def test_it_fits_and_every_target_is_large_enough(page: Page, server: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    answer_until_advice(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    inner = "document.querySelector('signpost-chat').shadowRoot"
    assert page.evaluate(f"{inner}.querySelector('.scroller').scrollWidth <= innerWidth")
    small = page.evaluate(
        f"""[...{inner}.querySelectorAll('button, a, summary, textarea, label:has(input)')]
            .filter((each) => each.checkVisibility())
            .map((each) => [each.textContent, each.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 43.9 || box.width < 43.9)).map(([text]) => text)"""
    )
    assert small == []
