"""The whole conversation in a browser: consent, questions, advice, an emergency, deletion; by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.talk import ALARM, COMPLAINT, answer_until_advice, begin, card, log, send, tab_to

# One worker for all of them: each worker would start a server of its own.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def test_a_conversation_from_consent_to_the_receipt(page: Page, server: str) -> None:
    page.goto(server)
    expect(page.get_by_role("link", name="In an emergency, call 999 now.")).to_have_attribute("href", "tel:999")
    expect(page.get_by_text("Rules not yet reviewed by a clinician").last).to_be_visible()
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("heading", name="Nothing was sent or stored")).to_be_visible()
    expect(page.get_by_role("link", name="Call 999").first).to_be_visible()
    page.get_by_role("button", name="I have changed my mind").click()

    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Choose at least one answer")).to_be_visible()
    answer_until_advice(page)
    for heading in (
        "Why",
        "What you can do meanwhile",
        "Get help sooner",
        "What a doctor may do",
        "What was understood",
    ):
        expect(card(page).get_by_role("heading", name=heading).first).to_be_visible()
    card(page).get_by_text("Where this comes from").first.click()
    expect(card(page).get_by_text("not yet reviewed by a clinician").first).to_be_visible()

    said = log(page).locator(".turn").count()
    page.reload()
    expect(card(page)).to_be_visible()
    expect(log(page).locator(".turn")).to_have_count(said)

    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name="Your conversation is deleted")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="I agree, start")).to_be_visible()


@pytest.mark.visitor(**PHONE)
def test_the_same_with_a_thumb_on_a_phone(page: Page, server: str) -> None:
    page.goto(server)
    page.get_by_role("button", name="I agree, start").tap()
    page.get_by_label("Your message").fill(COMPLAINT)
    page.get_by_role("button", name="Send", exact=True).tap()
    for _ in range(15):
        offered = page.locator(".choices button").last
        expect(card(page).or_(offered).first).to_be_visible()
        if card(page).count():
            break
        asked = log(page).locator(".bot").count()
        calm = page.get_by_role("button", name=re.compile("^(None of these|No)$"))
        (calm if calm.count() else page.locator(".choices button.choice")).first.tap()
        expect(log(page).locator(".bot")).not_to_have_count(asked)
    expect(card(page).get_by_role("heading", name="Why").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="More").tap()
    page.get_by_role("button", name="Delete my conversation").tap()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").tap()
    expect(page.get_by_role("heading", name="Your conversation is deleted")).to_be_visible()


@pytest.mark.visitor(color_scheme="dark")
def test_the_same_in_the_dark(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    answer_until_advice(page)
    paper = page.locator("signpost-chat").evaluate(
        "chat => getComputedStyle(chat.shadowRoot.querySelector('.shell')).backgroundColor"
    )
    assert sum(map(int, re.findall(r"\d+", paper)[:3])) < 200, f"{paper} is not dark"


def test_an_emergency_stays_in_sight(page: Page, server: str) -> None:
    begin(page, server)
    send(page, ALARM)
    alarm = page.get_by_role("alert").filter(has_text="This needs help now")
    expect(alarm.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    expect(page.get_by_role("article", name=re.compile("Emergency"))).to_be_visible()
    assert page.get_by_role("checkbox").count() == 0
    send(page, "thank you")
    expect(card(page)).to_have_count(2)
    page.reload()
    expect(alarm).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("dialog").get_by_role("button", name="Start again").click()
    expect(page.get_by_label("Your message")).to_be_visible()
    expect(alarm).to_have_count(0)


def test_free_text_answers_a_question(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    send(page, "yes, my arm went weak suddenly")
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_visible()


def test_quick_replies_are_used_once(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    none = page.get_by_role("button", name="None of these")
    expect(none).to_be_visible()
    with page.expect_request(lambda request: request.method == "POST"):
        none.dblclick()
    expect(log(page).locator(".bot")).to_have_count(3)
    assert log(page).locator(".person").count() == 2


def test_what_was_understood_can_be_put_right(page: Page, server: str) -> None:
    begin(page, server)
    send(page, "My left cheek has been twitching for two weeks and my eyelid too")
    page.get_by_text(re.compile(r"What I understood so far \(2\)")).click()
    page.get_by_role("button", name="Not so: twitching of the eyelid").click()
    expect(log(page).locator(".person").last).to_contain_text("Not so: twitching of the eyelid")
    page.get_by_text(re.compile(r"What I understood so far \(1\)")).click()
    page.get_by_role("button", name=re.compile("Change.*twitching of the face")).click()
    page.get_by_role("button", name=re.compile("It is on the right")).click()
    page.get_by_text(re.compile(r"What I understood so far \(1\)")).click()
    expect(page.locator(".chips").last).to_contain_text("right side")
    page.reload()
    expect(log(page).locator(".person").nth(1)).to_contain_text("Not so: twitching of the eyelid")
    answer_until_advice(page)
    expect(card(page)).to_contain_text("right side")
    card(page).get_by_role("button", name=re.compile("Not so: twitching of the face")).click()
    expect(log(page).locator(".bot").last).to_contain_text("999")


def test_an_answer_can_be_judged(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    answer_until_advice(page)
    asked = card(page).get_by_role("group", name="Was this helpful?")
    asked.get_by_role("button", name="No").click()
    asked.get_by_role("textbox").fill("It did not say what it is")
    asked.get_by_role("button", name="Send comment").click()
    expect(card(page).get_by_text("Thank you")).to_be_visible()
    page.reload()
    expect(card(page).get_by_text("Thank you")).to_be_visible()


def test_answered_questions_can_be_looked_up(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.get_by_role("button", name="Look up answers").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("My cheek twitches after meals")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(re.compile("to someone else|Written for someone else")).first).to_be_visible()
    dialog.get_by_role("searchbox").fill(ALARM)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name="Call 999")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_by_keyboard_alone_from_consent_to_the_advice_and_the_end(page: Page, server: str) -> None:
    page.goto(server)
    agree = page.get_by_role("button", name="I agree, start")
    expect(agree).to_be_visible()
    tab_to(page, agree)
    page.keyboard.press("Enter")
    box = page.get_by_label("Your message")
    expect(box).to_be_focused()
    page.keyboard.type(COMPLAINT)
    page.keyboard.press("Enter")
    first = page.get_by_role("checkbox").first
    expect(first).to_be_visible()
    tab_to(page, first, "Shift+Tab")
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    expect(page.get_by_role("button", name="None of these")).to_be_disabled()
    page.keyboard.press("Space")
    for _ in range(15):
        expect(card(page).or_(page.locator(".choices button").last).first).to_be_visible()
        if card(page).count():
            break
        asked = log(page).locator(".bot").count()
        calm = page.get_by_role("button", name=re.compile("^(None of these|No)$"))
        tab_to(page, (calm if calm.count() else page.locator(".choices button.choice")).first, "Shift+Tab")
        page.keyboard.press("Enter")
        expect(log(page).locator(".bot")).not_to_have_count(asked)
        expect(box).to_be_focused()
    expect(card(page)).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Delete my conversation"), "Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete my conversation")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Delete it"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your conversation is deleted")).to_be_visible()


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
