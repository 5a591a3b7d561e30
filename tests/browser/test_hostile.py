"""Hostile texts through every field and every stored reply: shown whole, and nothing of them runs or becomes markup."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.engine import Engine

from bot.archive import meaning
from bot.archive.embedding import embed
from bot.archive.importing import import_paths
from bot.records.conversations import Conversations
from bot.records.database import engine as open_engine
from bot.records.feedback import Feedback
from bot.records.letters import Letters
from bot.records.turn_record import TurnRecord
from bot.web.tokens import Tokens
from tests.browser.hostile import HOSTILE
from tests.browser.talk import COMPLAINT, answer_until_advice, begin, card, log, send
from tests.browser.test_connection import token
from tests.dialogue.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# What no text may turn into, and attributes that run something.
MARKUP = """() => {
    const root = document.querySelector("signpost-chat").shadowRoot;
    const all = [...root.querySelectorAll("*")];
    const wrong = "script, iframe, img, object, embed, video, style, link, meta, base, template, math, slot";
    const links = all.filter((each) => each.matches("a"));
    return {
        ran: window.ran ?? null,
        elements: all.filter((each) => each.matches(wrong)).map((each) => each.outerHTML),
        handlers: all.filter((each) => [...each.attributes].some(({name}) => name.startsWith("on"))).length,
        schemes: [...new Set(links.map((each) => new URL(each.href).protocol))],
    };
}"""


@pytest.fixture
def database(running: Server) -> Engine:
    return open_engine(f"sqlite:///{running.database}")


def harmless(page: Page, *schemes: str) -> None:
    found = page.evaluate(MARKUP)
    assert (found["ran"], found["elements"], found["handlers"]) == (None, [], 0)
    assert set(found["schemes"]) <= {"tel:", *schemes}


def shows(place: Locator, texts: list[str]) -> None:
    """Every text stands in the place, to the last character."""
    whole = place.evaluate_all("places => places.map((place) => place.textContent).join('\\n')")
    assert [text for text in texts if text not in whole] == []


def conversation_of(page: Page, running: Server) -> str:
    return Tokens((running.home / "secret").read_text().strip()).read(token(page)).conversation_id


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 45


def test_as_messages(page: Page, server: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    begin(page, server)
    for number, text in enumerate(HOSTILE, 1):
        send(page, text)
        expect(log(page).locator(".person")).to_have_count(number)
    expect(page.get_by_text("Signpost is writing")).to_be_hidden()
    expect(log(page).locator(".bot")).to_have_count(len(HOSTILE) + 1)
    for _ in range(2):
        shows(log(page).locator(".person .bubble"), HOSTILE)
        assert log(page).locator(".person a").count() == 0
        harmless(page, "http:", "https:")
        page.reload()
        expect(log(page).locator(".person")).to_have_count(len(HOSTILE))


def test_as_everything_that_a_stored_reply_may_hold(page: Page, running: Server, database: Engine) -> None:
    begin(page, running.address)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    talk = conversation_of(page, running)
    texts = iter(HOSTILE * 3)

    def text() -> str:
        return next(texts)

    conversations, now = Conversations(database), datetime.now(timezone.utc)
    replies = [{"id": f"said-{place}", "kind": "notice", "text": text()} for place in range(len(HOSTILE))]
    replies.append({"id": "card", "kind": "advice", "text": text(), "advice": advice(text)})
    question = {"id": "asked", "kind": "question", "text": text(), "several": True, "understood": understood(text)}
    question["choices"] = [{"label": text(), "value": f"value-{place}"} for place in range(10)]
    for number, reply in enumerate([*replies, question]):
        conversations.store_turn(record(talk, f"m{number}", reply, now))
    Letters(database).write(talk, "letter", text(), now)
    Feedback(database).give(talk, "card", False, text(), now)
    page.reload()
    expect(log(page).locator(".clinician")).to_be_visible()
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    harmless(page, "http:", "https:")
    shows(page.locator("signpost-chat").locator(".thread"), HOSTILE)


def advice(text: Any) -> dict[str, Any]:
    """A card of advice with a hostile text in every part."""
    source = {"id": "s", "organisation": text(), "title": text(), "year": text(), "section": text()}
    line = {"text": text(), "sources": [source]}
    answer = {
        "shown": True,
        "heading": text(),
        "title": text(),
        "question": text(),
        "text": text(),
        "doctor": text(),
        "notes": [text()],
        "others": [
            {"shown": True, "lead": text(), "heading": text(), "title": text(), "text": text(), "notes": [text()]}
        ],
    }
    return {
        "level": "routine",
        "level_label": text(),
        "headline": text(),
        "timeframe": text(),
        "reasons": [
            {"text": text(), "rule": {"id": text(), "version": text(), "reviewed": text()}, "sources": [source]}
        ],
        "understood": understood(text),
        "denied": [text()],
        "not_understood": [text()],
        "unexplained": [text()],
        "answer": answer,
        "similar": [{"title": text(), "question": text(), "cut_off": True}],
        "self_care": [line],
        "doctor": [line],
        "specialty": text(),
        "safety_net": {"uncertain": text(), "watch_for": [text()], "how_to_get_help": text(), "how_long": text()},
        "would_change": [{"text": text(), "level": "emergency", "level_label": text()}],
        "related": [text()],
        "demonstration": text(),
        "report_url": "javascript:window.ran=1",
    }


def understood(text: Any) -> list[dict[str, Any]]:
    corrections = [{"label": text(), "value": "correct.a.absent", "remove": True}, {"label": text(), "value": "b"}]
    return [{"text": text(), "corrections": corrections}]


def record(talk: str, client_id: str, reply: dict[str, Any], at: datetime) -> TurnRecord:
    return TurnRecord(
        conversation_id=talk,
        client_id=client_id,
        channel="web",
        at=at,
        text="hello",
        choices=None,
        replies=[reply],
        case=None,
        decision=None,
        knowledge_version=None,
        knowledge_canonical=None,
    )


def test_as_entries_of_the_archive(page: Page, running: Server, database: Engine, tmp_path: Path) -> None:
    asked = "My left thumb clicks whenever I turn the key of the greenhouse"
    rows = [
        {
            "title": f"Thumb and greenhouse {number} {text}",
            "question": f"{asked} {text}",
            "reply": f"Please see your doctor within two weeks. {text}",
            "doctor": f"Dr. {text[:60]}",
            "specialty": text[:60].replace("\n", " "),
            "reply_date": "2026-01-02",
        }
        for number, text in enumerate(HOSTILE[:48])
    ]
    path = tmp_path / "entries.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert import_paths([path], database).imported >= 40
    model = meaning.load()
    assert model is not None
    embed(database, model)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    begin(page, running.address)
    send(page, COMPLAINT)
    expect(page.get_by_role("checkbox").first).to_be_visible()
    page.get_by_role("button", name="Look up answers").click()
    dialog = page.get_by_role("dialog")
    for text in HOSTILE[:12]:
        dialog.get_by_role("searchbox").fill(f"{asked} {text}")
        page.keyboard.press("Enter")
        expect(dialog.get_by_text("Looking")).to_be_hidden()
        harmless(page, "http:", "https:")
    expect(dialog.locator(".answer").first).to_contain_text("Please see your doctor within two weeks.")


def test_as_comments(page: Page, running: Server) -> None:
    begin(page, running.address)
    send(page, COMPLAINT)
    answer_until_advice(page)
    asked = card(page).get_by_role("group", name="Was this helpful?")
    asked.get_by_role("button", name="No").click()
    asked.get_by_role("textbox").fill("\n".join(HOSTILE[:30]))
    asked.get_by_role("button", name="Send comment").click()
    expect(card(page).get_by_text("Thank you")).to_be_visible()
    harmless(page, "http:")
    page.reload()
    expect(card(page)).to_be_visible()
    harmless(page, "http:")
