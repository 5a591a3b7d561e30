"""What goes wrong between the widget and the server: reloads, a killed server, two tabs, a slow or missing network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.console import sign_in
from tests.browser.talk import ALARM, COMPLAINT, answer_until_advice, begin, card, log, send
from tests.dialogue.chat import records
from tests.dialogue.server import Server, new_home, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def stored(server: Server) -> list[list[str]]:
    """What the person said in each conversation of a server, in order."""
    kept = records(server.database)
    talks = [kept.history(row["id"]) for row in kept.list()]
    return [[str(said.get("text") or said["choices"]) for said in talk if said["from"] == "person"] for talk in talks]


def token(page: Page) -> str:
    found = page.evaluate("Object.values(sessionStorage).map((text) => JSON.parse(text).token).find(Boolean)")
    assert isinstance(found, str)
    return found


def test_a_reload_in_the_middle_of_a_question(page: Page, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    shown, boxes = log(page).locator(".turn").all_inner_texts(), page.get_by_role("checkbox").count()
    page.reload()
    expect(page.get_by_role("checkbox")).to_have_count(boxes)
    assert log(page).locator(".turn").all_inner_texts() == shown
    answer_until_advice(page)


def test_a_server_that_is_killed_and_comes_back_loses_nothing(page: Page, tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    with serving(home) as first:
        begin(page, first.address)
        send(page, COMPLAINT)
        expect(page.get_by_role("checkbox").first).to_be_visible()
        port = int(first.address.rpartition(":")[2])
        first.process.kill()
        first.process.wait()
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("status")).to_contain_text("999")
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    with serving(home, port=port) as second:
        expect(page.get_by_text("Not sent yet")).to_have_count(0, timeout=40_000)
        expect(log(page).locator(".bot")).to_have_count(3, timeout=40_000)
        answer_until_advice(page)
        said = stored(second)
        assert len(said) == 1 and said[0][:2] == [COMPLAINT, "['none']"]
        shown = log(page).locator(".turn").count()
        page.reload()
        expect(log(page).locator(".turn")).to_have_count(shown)


def test_a_message_that_was_on_its_way_when_the_server_died_is_answered_once(page: Page, tmp_path: Path) -> None:
    """Answered and stored, and the answer lost on the way: sent again it gets the same answer, and is not a new one."""
    home = new_home(tmp_path / "home")
    with serving(home) as running:
        begin(page, running.address)
        lost = []

        def lose(route: object) -> None:
            if not lost:
                lost.append(route.fetch())  # type: ignore[attr-defined]
                route.abort()  # type: ignore[attr-defined]
            else:
                route.continue_()  # type: ignore[attr-defined]

        page.route(lambda url: url.endswith("/messages"), lose)
        send(page, COMPLAINT)
        expect(page.get_by_role("checkbox").first).to_be_visible()
        assert lost and stored(running) == [[COMPLAINT]]
        expect(log(page).locator(".bot")).to_have_count(2)
        expect(log(page).locator(".person")).to_have_count(1)


def test_two_tabs_of_one_conversation_stay_in_step(page: Page, visitor: BrowserContext, server: str) -> None:
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    with visitor.expect_page() as opening:
        page.evaluate("open(location.href)")  # a tab that a page opens begins with that page's memory
    second = opening.value
    expect(second.get_by_role("checkbox").first).to_be_visible()
    assert token(second) == token(page)
    page.get_by_role("button", name="None of these").click()
    expect(log(second).locator(".person")).to_have_count(2)
    expect(log(second).locator(".bot")).to_have_count(3)
    send(second, ALARM)
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_visible()
    assert log(page).locator(".turn").all_inner_texts() == log(second).locator(".turn").all_inner_texts()
    second.get_by_role("button", name="Delete my conversation").click()
    second.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name=re.compile("ended or was deleted"))).to_be_visible()


def test_two_tabs_of_their_own_are_two_conversations(page: Page, visitor: BrowserContext, server: str) -> None:
    other = visitor.new_page()
    for each in (page, other):
        begin(each, server)
    assert token(page) != token(other)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    assert log(other).locator(".person").count() == 0


def test_both_tabs_send_what_waits_and_it_is_answered_once(page: Page, visitor: BrowserContext, server: str) -> None:
    begin(page, server)
    visitor.set_offline(True)
    send(page, COMPLAINT)
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    visitor.set_offline(False)
    with visitor.expect_page() as opening:
        page.evaluate("open(location.href)")
    second = opening.value
    for each in (page, second):
        expect(each.get_by_role("checkbox").first).to_be_visible()
        expect(log(each).locator(".person")).to_have_count(1)
        expect(log(each).locator(".bot")).to_have_count(2)


def test_what_was_written_offline_is_sent_once_when_the_network_is_back(page: Page, server: str) -> None:
    begin(page, server)
    page.context.set_offline(True)
    send(page, COMPLAINT)
    expect(page.get_by_role("status")).to_contain_text("999")
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.reload()
    expect(log(page).locator(".person")).to_have_count(1)


def test_on_a_slow_network_it_says_that_it_is_writing(page: Page, server: str) -> None:
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 600, "downloadThroughput": 20_000, "uploadThroughput": 10_000},
    )
    begin(page, server)
    send(page, COMPLAINT)
    expect(page.get_by_text("Signpost is writing")).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_visible()
    expect(page.get_by_text("Signpost is writing")).to_be_hidden()
    send(page, ALARM)
    expect(card(page)).to_be_visible()


def test_what_is_written_before_the_answer_is_there_is_answered_in_its_turn(page: Page, running: Server) -> None:
    begin(page, running.address)
    send(page, COMPLAINT)
    send(page, "no, none of those")
    send(page, "about two months")
    expect(log(page).locator(".bot")).to_have_count(4)
    history = records(running.database)
    newest = history.history(history.list()[0]["id"])
    assert [said["from"] for said in newest] == ["person", "bot"] * 3
    assert [said["text"] for said in newest[::2]] == [COMPLAINT, "no, none of those", "about two months"]


def test_what_the_clinic_writes_appears_by_itself(page: Page, running: Server) -> None:
    begin(page, running.address)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    console = page.context.browser.new_context()  # type: ignore[union-attr]
    desk = sign_in(console, running, "lead")
    desk.goto(f"{running.address}/console")
    desk.locator("a[href*='/console/conversations/']").first.click()
    desk.get_by_label("Write to this person").fill("Please ring 555 <today>: https://clinic.example/book")
    desk.get_by_role("button", name="Send").click()
    expect(desk.get_by_text("Please ring 555 <today>")).to_be_visible()
    letter = log(page).locator(".clinician")
    expect(letter).to_contain_text("Please ring 555 <today>: https://clinic.example/book")
    expect(letter.get_by_role("link")).to_have_attribute("href", "https://clinic.example/book")
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.reload()
    expect(letter).to_have_count(1)
    console.close()
