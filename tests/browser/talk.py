"""A person at the widget: begins, writes, presses, until the advice stands there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

COMPLAINT = "The left half of my face has kept twitching for two months. Should I see a doctor?"
ALARM = "Half of my face suddenly droops and I cannot get my words out"
MOST_QUESTIONS = 15


def begin(page: Page, address: str) -> None:
    """Opens the chat's page and agrees."""
    page.goto(address)
    agree(page)


def agree(page: Page) -> None:
    """Agrees, and waits for the place to write."""
    page.get_by_role("button", name="I agree, start").click()
    expect(page.get_by_label("Your message")).to_be_visible()


def send(page: Page, text: str) -> None:
    """Writes a message and sends it with the Enter key."""
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def log(page: Page) -> Locator:
    """The messages of the conversation."""
    return page.get_by_role("log")


def card(page: Page) -> Locator:
    """The cards of advice."""
    return page.get_by_role("article")


def answer_until_advice(page: Page) -> None:
    """Says no to everything that is asked, with the buttons, until the advice stands there."""
    for _ in range(MOST_QUESTIONS):
        offered = page.locator("fieldset, form.choices").first
        expect(card(page).or_(offered).first).to_be_visible()
        if card(page).count():
            return
        asked = log(page).locator(".bot").count()
        calm = page.get_by_role("button", name=re.compile("^(None of these|No)$"))
        (calm if calm.count() else page.locator(".choices button.choice").first).first.click()
        expect(log(page).locator(".bot")).not_to_have_count(asked)
    raise AssertionError(f"no advice after {MOST_QUESTIONS} answers")


def tab_to(page: Page, wanted: Locator, key: str = "Tab", most: int = 60) -> None:
    """Moves the focus with the keyboard until it is on an element."""
    for _ in range(most):
        if wanted.evaluate("element => element.getRootNode().activeElement === element"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never came to it")
