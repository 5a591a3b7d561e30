"""A conversation to judge, for tests: what a person wrote, what was decided, and the page of its review."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.testclient import TestClient

from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.turn_record import TurnRecord

AT = datetime(2026, 3, 4, 9, 30, tzinfo=timezone.utc)
TEXT = (
    "My name is Ada Brown. I'm 47, my left eyelid droops since 1 March 2026 and I see double. Ring me on 0171 234 5678."
)
HOSTILE = "<script>alert('x')</script> \" onfocus=\"y {{7*7}} [a](b)"


def talk(
    conversations: Conversations, knowledge: Knowledge, conversation: str = "c" * 32, text: str = TEXT, **changes: Any
) -> str:
    """Stores a conversation of two turns: a text that was decided on, and a choice; gives its id."""
    rule = knowledge.rules["et-r5"]
    fired = {"id": rule.id, "version": rule.version, "level": rule.level, "sources": [], "reviewed": None}
    case: dict[str, Any] = {
        "facts": {
            "drooping_eyelid": {"status": "present", "lasting": {"middle": 259_200, "low": 259_200, "high": 259_200}},
            "headache": {"status": "absent"},
        },
        "age": {"middle": 47, "low": 47, "high": 47},
        "pending": "onset",
    }
    decision = {"level": rule.level, "could_become": "emergency", "fired": [fired], "topics": [rule.topic]}
    common = {
        "conversation_id": conversation,
        "channel": "web",
        "knowledge_version": knowledge.version,
        "knowledge_canonical": knowledge.canonical,
        "decision": decision,
    }
    question = {"id": "r1", "kind": "question", "text": "How did it begin?", "choices": []}
    first = {"client_id": "1", "at": AT, "text": text, "choices": None, "replies": [question], "case": case}
    advice = {"id": "r2", "kind": "advice", "text": "See a doctor soon."}
    later = {"client_id": "2", "at": AT + timedelta(minutes=1), "text": None, "choices": ["gradual"]}
    later |= {"replies": [advice], "case": {**case, "pending": None}}
    for turn in (first, later):
        assert conversations.store_turn(TurnRecord(**{**common, **turn, **changes}))
    return conversation


def page_of(client: TestClient, conversation: str, status: int = 200) -> str:
    """The page of a conversation's review."""
    page = client.get(f"/console/conversations/{conversation}/review")
    assert page.status_code == status, page.text[:300]
    return page.text


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def judge(client: TestClient, conversation: str, page: str | None = None, **fields: Any) -> Any:
    """Sends the form of a review as it stands on a page, with some fields filled in."""
    page = page if page is not None else page_of(client, conversation)
    hidden = {name: field(page, name) for name in ("seal", "version", "given", "entry")}
    path = f"/console/conversations/{conversation}/review"
    return client.post(path, data={**hidden, **fields}, follow_redirects=False)


def draft(client: TestClient, conversation: str, kind: str) -> str:
    """Makes a draft of the newest verdict; gives the path of its page."""
    seal = field(page_of(client, conversation), "seal")
    path = f"/console/conversations/{conversation}/drafts"
    made = client.post(path, data={"seal": seal, "kind": kind}, follow_redirects=False)
    assert made.status_code == 303, made.text
    return str(made.headers["Location"])


def content(client: TestClient, path: str) -> str:
    """The text of a draft."""
    page = client.get(path)
    assert page.status_code == 200
    found = re.search(r'<textarea id="content"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found
    return html.unescape(found[1])


def change(client: TestClient, path: str, what: str = "", **fields: str) -> Any:
    """Sends a form of a draft's page: its text, "approve" or "remove"."""
    page = client.get(path).text
    hidden = {name: field(page, name) for name in ("seal", "seen")}
    return client.post(f"{path}/{what}".rstrip("/"), data={**hidden, **fields}, follow_redirects=False)
