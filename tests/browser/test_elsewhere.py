"""The widget on pages of other origins and in another language: the clinic's page may, a stranger's may not."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.talk import ALARM, COMPLAINT, agree, answer_until_advice, begin, card, log, send
from tests.browser.test_accessibility import violations
from tests.browser.test_connection import token
from tests.dialogue.server import TREE, new_home, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LAUNCH = "How soon should I be seen?"
TAG = "ar-XB"
# Each small letter as an Arabic one: no language, and written from right to left like one.
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه")


@dataclass(frozen=True)
class Clinic:
    """A clinic's site, which carries the widget of a Signpost elsewhere."""

    signpost: str
    named: str
    foreign: str


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A site at an origin that Signpost was told of; the same site by another name is a foreign one."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    port = site.server_port
    knowledge = tmp_path_factory.mktemp("words") / "knowledge"
    shutil.copytree(TREE / "knowledge", knowledge)
    translate(knowledge)
    settings = {"SIGNPOST_ORIGINS": f"http://127.0.0.1:{port}", "SIGNPOST_KNOWLEDGE_PATH": str(knowledge)}
    with serving(new_home(tmp_path_factory.mktemp("elsewhere")), **settings) as server:
        _Page.signpost = server.address
        yield Clinic(server.address, f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    site.shutdown()
    site.server_close()


class _Page(BaseHTTPRequestHandler):
    signpost = ""

    def do_GET(self) -> None:
        body = (
            '<!doctype html><html lang="en"><title>Clinic</title><h1>Clinic</h1>'
            f'<script src="{self.signpost}/widget.js" defer></script>'
            "<signpost-chat>In an emergency call 999.</signpost-chat></html>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        # What the embedding page says that a strict policy needs, and nothing more.
        policy = f"default-src 'none'; script-src {self.signpost}; connect-src {self.signpost}"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests' output is for the tests."""


def translate(knowledge: Path) -> None:
    """The widget's words in letters from right to left; what stands in braces stays."""
    words = json.loads((knowledge / "messages" / "en" / "widget.json").read_text(encoding="utf-8"))

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(inner) for name, inner in value.items()}
        parts = re.split(r"(\{\w+\})", value)
        return "".join(part if part.startswith("{") else part.lower().translate(LETTERS) for part in parts)

    folder = knowledge / "messages" / TAG
    folder.mkdir()
    translated = {**turned(words), "language": {"name": "turned", "direction": "rtl"}}
    (folder / "widget.json").write_text(json.dumps(translated), encoding="utf-8")


def test_two_lines_on_the_clinics_page_are_enough(page: Page, clinic: Clinic) -> None:
    page.goto(clinic.named)
    page.get_by_role("button", name=LAUNCH).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="In an emergency, call 999 now.")).to_be_visible()
    agree(page)
    send(page, COMPLAINT)
    answer_until_advice(page)
    assert page.evaluate("document.cookie") == ""
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name=LAUNCH)).to_be_focused()
    page.reload()
    page.get_by_role("button", name=LAUNCH).click()
    expect(card(page)).to_be_visible()


def test_the_panel_is_open_again_on_the_next_page(page: Page, clinic: Clinic) -> None:
    page.goto(clinic.named)
    page.get_by_role("button", name=LAUNCH).click()
    agree(page)
    send(page, ALARM)
    expect(card(page)).to_be_visible()
    page.goto(f"{clinic.named}/another")
    expect(card(page)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="This needs help now")).to_be_visible()


@pytest.mark.visitor(viewport={"width": 390, "height": 780}, has_touch=True)
def test_on_a_phone_the_panel_fills_the_screen_and_keeps_the_focus(page: Page, clinic: Clinic) -> None:
    page.goto(clinic.named)
    page.get_by_role("button", name=LAUNCH).click()
    dialog = page.get_by_role("dialog")
    box = dialog.bounding_box()
    assert box is not None and (box["width"], box["height"]) == (390, 780)
    expect(dialog).to_have_attribute("aria-modal", "true")
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") in ("SIGNPOST-CHAT", "BODY")


def test_a_foreign_page_is_told_whom_to_call_and_gets_no_conversation(page: Page, clinic: Clinic) -> None:
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto(clinic.foreign)
    page.get_by_role("button", name=LAUNCH).click()
    expect(page.get_by_role("heading", name="Signpost cannot be used on this page")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("link", name=re.compile("999")).first).to_be_visible()
    assert page.get_by_role("button", name="I agree, start").count() == 0
    assert any("SIGNPOST_ORIGINS" in line and clinic.foreign in line for line in said)


def test_a_foreign_page_cannot_take_a_conversation_over(page: Page, visitor: Any, clinic: Clinic) -> None:
    """Even with the token in its hands: the browser says whose page it is."""
    begin(page, clinic.signpost)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    stolen = token(page)
    thief = visitor.new_page()
    thief.goto(clinic.foreign)
    tried = thief.evaluate(
        """async ([address, token]) => {
            const headers = {Authorization: "Bearer " + token, "Content-Type": "application/json"};
            const body = JSON.stringify({id: "stolen", text: "/restart"});
            const tries = [
                ["GET", "messages"], ["POST", "messages"], ["GET", "events"], ["POST", "feedback"], ["DELETE", ""],
            ];
            const asked = tries.map(([method, path]) =>
                fetch(address + "/api/conversations" + (path && "/" + path), {
                    method, headers, body: method === "POST" ? body : undefined,
                }).then((answer) => answer.status, () => "refused"));
            // Without a header of its own a request needs no leave from the browser: it goes out, and is refused.
            asked.push(fetch(address + "/api/conversations", {method: "POST", body: "{}", mode: "no-cors"})
                .then((answer) => answer.type, () => "refused"));
            return Promise.all(asked);
        }""",
        [clinic.signpost, stolen],
    )
    assert tried == ["refused"] * 5 + ["opaque"] or tried == ["refused"] * 6
    said = log(page).locator(".turn").count()
    page.reload()
    expect(log(page).locator(".turn")).to_have_count(said)


def test_from_right_to_left(page: Page, clinic: Clinic) -> None:
    page.goto(f"{clinic.signpost}/?language={TAG}")
    scene = page.locator("signpost-chat .sp")
    expect(scene).to_have_attribute("dir", "rtl")
    expect(scene).to_have_attribute("lang", TAG)
    shown = page.locator("signpost-chat").evaluate(
        "chat => [...chat.shadowRoot.querySelectorAll('h1, h2, h3, p, li, button, a')].map((each) => each.innerText)"
    )
    assert [text for text in shown if re.search("[a-z]{3}", text)] == [], "these are not translated"
    page.locator("button.primary").click()
    box = page.locator("textarea")
    box.fill(COMPLAINT)
    page.keyboard.press("Enter")
    first = page.get_by_role("checkbox").first
    expect(first).to_be_visible()
    # What the bot says is English, and says so.
    said = log(page).locator(".bot .bubble [lang=en]").last
    expect(said).to_contain_text("I understood")
    left, right = log(page).locator(".bot .bubble").last, log(page).locator(".person .bubble").last
    bot, person = left.bounding_box(), right.bounding_box()
    assert bot is not None and person is not None
    assert person["x"] < bot["x"], "the person's side is the left one"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_a_language_that_is_not_there_is_english(page: Page, clinic: Clinic) -> None:
    page.goto(f"{clinic.signpost}/?language=tlh")
    expect(page.get_by_role("button", name="I agree, start")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_while_the_server_is_away_the_page_still_says_whom_to_call(page: Page, clinic: Clinic) -> None:
    page.route(re.compile("/api/texts"), lambda route: route.abort())
    page.goto(clinic.named)
    expect(page.get_by_text("In an emergency call 999.")).to_be_visible()
    page.unroute(re.compile("/api/texts"))
    expect(page.get_by_role("button", name=LAUNCH)).to_be_visible()
