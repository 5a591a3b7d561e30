"""Judging by keyboard alone in a real browser; and axe on each page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.database import engine
from bot.records.reviews import Reviews
from tests.browser.conftest import Faults
from tests.browser.console import sign_in
from tests.browser.test_accessibility import violations
from tests.console.judged import TEXT, talk
from tests.dialogue.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def one(running: Server, knowledge: Knowledge, request: pytest.FixtureRequest) -> str:
    """A conversation of the test's own to judge."""
    made = engine(f"sqlite:///{running.database}")
    name = re.sub(r"\W", "-", request.node.name)[-60:]
    return talk(Conversations(made), knowledge, name)


@pytest.fixture(params=["light", "dark", "small"])
def desk(request: pytest.FixtureRequest, desks: list[BrowserContext]) -> Page:
    """The console of a reviewer, in the light, in the dark, and on a small screen."""
    return desks[["light", "dark", "small"].index(request.param)].new_page()


@pytest.fixture
def desks(browser: Browser, running: Server) -> Iterator[list[BrowserContext]]:
    """Three people at the console; a test fails where a page raised an error or broke its own security policy."""
    options: list[dict[str, object]] = [{}, {"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}]
    faults, made = Faults(), []
    for number, each in enumerate(options):
        context = browser.new_context(reduced_motion="reduce", **each)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("page", faults.watch)
        sign_in(context, running, "lead", f"judge{number}").close()
        made.append(context)
    yield made
    for context in made:
        context.close()
    assert faults == []


def review(page: Page, running: Server, conversation: str) -> None:
    page.goto(f"{running.address}/console/conversations/{conversation}/review")


def test_a_case_is_judged_by_keyboard_alone(desks: list[BrowserContext], running: Server, one: str) -> None:
    page = desks[0].new_page()
    review(page, running, one)
    text = page.get_by_label("Message 1")
    text.focus()
    shown = text.input_value()
    page.keyboard.press("Control+Home")
    for _ in range(shown.index("see double")):
        page.keyboard.press("ArrowRight")
    for _ in range(len("see double")):
        page.keyboard.press("Shift+ArrowRight")
    for key in ("x", "Backspace", "Delete", "Enter"):
        page.keyboard.press(key)
    expect(text).to_have_value(shown)
    page.keyboard.press("m")
    expect(page.locator("#review-status")).to_contain_text("Choose their finding")
    expect(page.locator("#mark-0-finding")).to_be_focused()
    expect(page.locator("#mark-0-words")).to_have_value("see double")
    page.keyboard.type("double vision")
    # While typing, the keys are letters: neither a verdict nor a save came of them.
    page.locator("#comment").focus()
    page.keyboard.type("1 2 3 m n s ?")
    expect(page.locator("#comment")).to_have_value("1 2 3 m n s ?")
    expect(page.locator("input[name=level_verdict]:checked")).to_have_count(0)
    page.locator("#texts").evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    expect(page.get_by_label("Too calm")).to_be_checked()
    page.get_by_label("The right level").select_option("same_day")
    page.get_by_label("Finished").check()
    page.keyboard.press("s")
    expect(page.locator("#saved")).to_have_text("Saved.")
    (stored,) = Reviews(engine(f"sqlite:///{running.database}")).versions(one)
    (mark,) = stored.verdict.marks
    assert TEXT[mark.start : mark.end] == "see double" and mark.finding == "double_vision"
    assert (stored.verdict.right_level, stored.verdict.done) == ("same_day", True)
    page.get_by_role("button", name="A dialogue scenario").press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Dialogue scenario"))).to_be_visible()
    expect(page.get_by_label("Text of the draft")).to_have_value(re.compile("see double"))


def test_the_help_lists_the_keys_and_turns_them_off(desks: list[BrowserContext], running: Server, one: str) -> None:
    page = desks[0].new_page()
    review(page, running, one)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    for key in ("1 2 3", "m", "n", "s", "?"):
        expect(dialog.locator("kbd", has_text=key).first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("1")
    dialog.get_by_label("Use shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("3")
    expect(page.locator("input[name=level_verdict]:checked")).to_have_count(0)
    page.reload()
    page.keyboard.press("3")
    expect(page.locator("input[name=level_verdict]:checked")).to_have_count(0)
    page.keyboard.press("?")
    dialog.get_by_label("Use shortcuts").check()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.get_by_label("Too alarmed")).to_be_checked()


def test_words_are_marked_with_the_mouse_and_lines_added(
    desks: list[BrowserContext], running: Server, one: str
) -> None:
    page = desks[0].new_page()
    review(page, running, one)
    button = page.get_by_role("button", name="Mark words of message 1")
    button.click()
    expect(page.locator("#review-status")).to_contain_text("Select some words")
    for number in range(4):
        page.get_by_label("Message 1").evaluate("(text, at) => text.setSelectionRange(at, at + 7)", number)
        button.click()
        expect(page.locator(f"#mark-{number}-words")).to_have_value(TEXT[number : number + 7].strip())
        page.locator(f"#mark-{number}-finding").fill("headache")
    assert (
        page.evaluate("new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size")
        == page.locator("[id]").count()
    )


def test_axe_finds_nothing(desk: Page, running: Server, one: str) -> None:
    review(desk, running, one)
    assert violations(desk) == []
    desk.get_by_label("Finished").check()
    desk.locator("#review-save").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_label("Right", exact=False).first.check()
    desk.locator("#review-save").click()
    expect(desk.locator("#saved")).to_be_visible()
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="A case for a rule").click()
    expect(desk.get_by_label("Text of the draft")).to_be_visible()
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for path in ("drafts", "agreement"):
        desk.goto(f"{running.address}/console/{path}")
        assert violations(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_readers_see_both_verdicts(desks: list[BrowserContext], running: Server, one: str) -> None:
    for number, context in enumerate(desks[:2]):
        page = context.new_page()
        review(page, running, one)
        assert page.get_by_text("Somebody has read").count() == number
        page.locator("#level_verdict_right").check()
        page.get_by_label("Finished").check()
        page.locator("#review-save").click()
        expect(page.locator("#saved")).to_be_visible()
    expect(page.get_by_role("heading", name="Both verdicts")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{running.address}/console/agreement")
    expect(page.get_by_role("columnheader", name="First reader").first).to_be_visible()
    assert violations(page) == []


def test_without_script_the_form_works(browser: Browser, running: Server, one: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, running, "lead", "judge9").close()
    page = context.new_page()
    review(page, running, one)
    page.locator("#mark-0-words").fill("left eyelid")
    page.locator("#mark-0-finding").fill("drooping eyelid")
    page.locator("#level_verdict_right").check()
    page.locator("#mark-0-finding").press("Enter")
    expect(page.locator("#saved")).to_have_text("Saved.")
    expect(page.locator("#mark-0-words")).to_have_value("left eyelid")
    context.close()
