"""Every state that the widget can be seen in, each with the way to it. The pictures and axe look at all of them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.talk import ALARM, COMPLAINT, agree, answer_until_advice, begin, card, log, send

Way = Callable[[Page, str], None]


def _consent(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("button", name="I agree, start")).to_be_visible()


def _declined(page: Page, address: str) -> None:
    _consent(page, address)
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("heading", name="Nothing was sent or stored")).to_be_visible()


def press(page: Page, name: str) -> None:
    """Presses a button of the top bar, where it is folded away after unfolding it."""
    button = page.get_by_role("button", name=name)
    more = page.get_by_role("button", name="More", exact=True)
    expect(button.or_(more).first).to_be_visible()
    if not button.is_visible():
        more.click()
    button.click()


def _begun(page: Page, address: str) -> None:
    begin(page, address)


def _questions(page: Page, address: str) -> None:
    begin(page, address)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()


def _several(page: Page, address: str) -> None:
    _questions(page, address)
    page.get_by_role("button", name="Send answer").click()
    page.get_by_role("checkbox").first.check()


def _understood(page: Page, address: str) -> None:
    _questions(page, address)
    page.get_by_text("What I understood so far").click()
    page.get_by_role("button", name="Change").first.click()


def _advice(page: Page, address: str) -> None:
    _questions(page, address)
    answer_until_advice(page)


def _opened_advice(page: Page, address: str) -> None:
    _advice(page, address)
    for each in card(page).locator("summary").all():
        each.click()
    card(page).get_by_role("group", name="Was this helpful?").get_by_role("button", name="No").click()


def _emergency(page: Page, address: str) -> None:
    begin(page, address)
    send(page, ALARM)
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_visible()
    expect(card(page)).to_be_visible()


def _not_covered(page: Page, address: str) -> None:
    begin(page, address)
    send(page, "The keys of my piano stick")
    expect(log(page).locator(".bot")).to_have_count(2)


def _search(page: Page, address: str) -> None:
    _questions(page, address)
    press(page, "Look up answers")
    page.get_by_role("searchbox").fill("My cheek twitches after meals")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator(".answer").first).to_be_visible()


def _offline(page: Page, address: str) -> None:
    _questions(page, address)
    page.context.set_offline(True)
    send(page, "no, none of those")
    expect(page.get_by_text("Not sent yet")).to_be_visible()


def _writing(page: Page, address: str) -> None:
    begin(page, address)
    page.route(lambda url: url.endswith("/messages"), lambda route: None)
    send(page, COMPLAINT)
    expect(page.get_by_text("Signpost is writing")).to_be_visible()


def _refused(page: Page, address: str) -> None:
    begin(page, address)
    page.route(lambda url: url.endswith("/messages"), lambda route: route.fulfill(status=422, json=_REFUSAL))
    send(page, COMPLAINT)
    expect(page.get_by_text("Not sent", exact=True)).to_be_visible()


_REFUSAL = {"error": {"code": "bad_message", "message": "The message was not understood.", "hint": ""}}


def _restart(page: Page, address: str) -> None:
    _questions(page, address)
    press(page, "Start again")
    expect(page.get_by_role("dialog")).to_be_visible()


def _receipt(page: Page, address: str) -> None:
    _questions(page, address)
    press(page, "Delete my conversation")
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name="Your conversation is deleted")).to_be_visible()


def _ended(page: Page, address: str) -> None:
    _questions(page, address)
    page.evaluate(
        """async (address) => {
            const token = Object.values(sessionStorage).map((text) => JSON.parse(text).token).find(Boolean);
            const headers = {Authorization: "Bearer " + token};
            await fetch(address + "/api/conversations", {method: "DELETE", headers});
        }""",
        address,
    )
    expect(page.get_by_role("heading", name="ended or was deleted")).to_be_visible()


def _launcher(page: Page, address: str) -> None:
    page.goto(f"{address}/demo")
    expect(page.get_by_role("button", name="How soon should I be seen?")).to_be_visible()


def _panel(page: Page, address: str) -> None:
    _launcher(page, address)
    page.get_by_role("button", name="How soon should I be seen?").click()
    agree(page)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()


def _embedding(page: Page, address: str) -> None:
    page.goto(f"{address}/embed")


def _report(page: Page, address: str) -> None:
    _advice(page, address)
    path = card(page).get_by_role("link", name="Report for your doctor").get_attribute("href")
    page.goto(path or "")


STATES: dict[str, Way] = {
    "consent": _consent,
    "declined": _declined,
    "begun": _begun,
    "questions": _questions,
    "several": _several,
    "understood": _understood,
    "advice": _advice,
    "advice-opened": _opened_advice,
    "emergency": _emergency,
    "not-covered": _not_covered,
    "search": _search,
    "offline": _offline,
    "writing": _writing,
    "refused": _refused,
    "restart": _restart,
    "receipt": _receipt,
    "ended": _ended,
    "launcher": _launcher,
    "panel": _panel,
    "embed": _embedding,
    "report": _report,
}
