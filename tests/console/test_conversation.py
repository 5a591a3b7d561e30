"""A conversation's page: nothing that leads to a person before a reason was recorded, and why it was decided so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from bot.interview.turn import take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.feedback import Feedback
from bot.records.letters import Letters
from bot.records.lookup import Lookup
from bot.records.models import archive_entries, audit
from bot.records.turn_record import TurnRecord
from bot.report.compose import compose
from bot.triage.case import Case
from tests.console.people import somebody
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, settings
from tests.web.conftest import make_client as plain_client

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "plain_client", "settings"]

AT = datetime(2026, 3, 4, 9, 30, tzinfo=timezone.utc)
PATH = "/console/conversations/one"
HOSTILE = "<script>alert('x')</script> \" onfocus=\"y"
# Each stands somewhere in the conversation; none may stand anywhere in the page.
PLANTED = [
    "Ottoline",
    "Vane",
    "07700 900123",
    "vane@example.org",
    "943 476 5919",
    "14 Larkspur Close",
    "LS6 2AB",
    "12/03/1961",
    "ottoline.vane.9",
    "4111 1111 1111 1111",
    "Hofstadter",
    "01632 960555",
    "Agnieszka",
]
SAID = (
    "My name is Ottoline Vane, born 12/03/1961. My left eyelid has been twitching for 3 weeks, no weakness. "
    "Ring 07700 900123 or vane@example.org. NHS number 943 476 5919. I live at 14 Larkspur Close, Leeds LS6 2AB. "
    "See https://facebook.com/ottoline.vane.9 and card 4111 1111 1111 1111. Dr Hofstadter knows."
)


@pytest.fixture
def make_client(plain_client: Callable[..., TestClient], reader: Reader) -> Callable[..., TestClient]:
    return lambda **options: plain_client(**{"reader": reader, **options})


@pytest.fixture
def talk(conversations: Conversations, knowledge: Knowledge, reader: Reader, engine: Engine) -> str:
    """A conversation as the desk keeps one: a complaint, a question, its answer, a letter and feedback."""
    conversations.open("one", "web", True, AT)
    case = Case()
    for number, text in enumerate((SAID, "no, none of those. ottoline")):
        at = AT + timedelta(minutes=number)
        turn = take_turn(case, reader.read(text, at.date()), knowledge, at.date())
        case = turn.case
        reply = {"id": f"r{number}", **compose(turn, knowledge, emergency_number="999").to_json()}
        if not number:
            reply["text"] += "\nThank you, Ottoline."
        conversations.store_turn(record(knowledge, number, at, text, reply, case.to_json(), turn.decision.to_json()))
    Letters(engine).write("one", "l", "Dear Ms Vane, ring 01632 960555 today.", AT + timedelta(minutes=5))
    Feedback(engine).give("one", "r1", False, f"My wife Agnieszka disagrees {HOSTILE}", AT + timedelta(minutes=6))
    return "one"


def record(
    knowledge: Knowledge, number: int, at: datetime, text: Any, reply: Any, case: Any, decision: Any
) -> TurnRecord:
    version = {"knowledge_version": knowledge.version, "knowledge_canonical": knowledge.canonical}
    timing = {"took_ms": (40, 60)[number % 2], "model": "abcdef0123456789"}
    return TurnRecord("one", str(number), "web", at, text, None, [reply], case, decision, **version, **timing)


def seal_of(page: str) -> str:
    return re.search(r'name="seal" value="([^"]+)"', page)[1]  # type: ignore[index]


def reveal(person: TestClient, reason: str = "To ring them back", **more: Any) -> Any:
    fields = {"seal": seal_of(person.get(PATH).text), "reason": reason, **more}
    return person.post(f"{PATH}/reveal", data=fields, follow_redirects=False)


def lines(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(audit).where(audit.c.action == "reveal").order_by(audit.c.id)))


@pytest.mark.parametrize("role", ["reviewer", "lead", "knowledge_owner", "auditor"])
def test_nothing_that_leads_to_a_person_is_in_the_page(client: TestClient, talk: str, role: str) -> None:
    page = somebody(client, role).get(PATH)
    assert page.status_code == 200
    assert [planted for planted in PLANTED if planted.lower() in page.text.lower()] == []
    for mark in ("[name]", "[phone]", "[e-mail]", "[number]", "[address]", "[date of birth]", "[web address]"):
        assert mark in page.text, mark
    assert "3 weeks" in page.text and "<script>alert" not in page.text and 'onfocus="y' not in page.text


def test_words_are_shown_after_a_reason_was_recorded(client: TestClient, talk: str, engine: Engine) -> None:
    person = somebody(client, "reviewer")
    sent = reveal(person, f"  To ring {HOSTILE}  ")
    assert sent.status_code == 303 and sent.headers["Location"].startswith(f"{PATH}?revealed=")
    (line,) = lines(engine)
    assert (line.actor, line.action, line.detail) == ("reviewer", "reveal", {"reason": f"To ring {HOSTILE}"})
    assert talk not in line.object and len(line.hash) == 64
    page = person.get(sent.headers["Location"]).text
    assert [planted for planted in PLANTED if planted not in page] == []
    assert "You see the words as they were written, until" in page and "Hide them again" in page
    assert "<script>alert" not in page and 'onfocus="y' not in page
    assert "Ottoline" not in person.get(PATH).text


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "...", "x" * 201])
def test_nothing_is_shown_without_a_reason(client: TestClient, talk: str, engine: Engine, reason: str) -> None:
    refused = reveal(somebody(client, "reviewer"), reason)
    assert refused.status_code == 422 and "Nothing was shown" in refused.text and 'aria-invalid="true"' in refused.text
    assert "Ottoline" not in refused.text and lines(engine) == []


@pytest.mark.parametrize("role", ["knowledge_owner", "auditor", "admin"])
def test_who_may_not_reveal(client: TestClient, talk: str, engine: Engine, role: str) -> None:
    person, other = somebody(client, role), somebody(client, "reviewer")
    page = person.get(PATH)
    assert 'name="reason"' not in page.text
    fields = {"seal": seal_of(other.get(PATH).text), "reason": "Why not"}
    assert person.post(f"{PATH}/reveal", data=fields).status_code == 403
    assert lines(engine) == []
    # The address that another was given shows nothing to them.
    assert "Ottoline" not in person.get(reveal(other).headers["Location"]).text


def test_the_address_is_for_one_user_one_conversation_and_a_while(
    client: TestClient, talk: str, conversations: Conversations, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(client, "reviewer")
    address = reveal(person).headers["Location"].partition("#")[0]
    assert "Ottoline" in person.get(address).text
    assert "Ottoline" not in somebody(client, "lead").get(address).text
    assert "Ottoline" not in somebody(client, "reviewer", "another").get(address).text
    twin = record(knowledge, 0, AT, SAID, {"id": "t", "kind": "notice", "text": "-"}, {}, None)
    object.__setattr__(twin, "conversation_id", "two")
    conversations.store_turn(twin)
    assert "Ottoline" not in person.get(address.replace("/one?", "/two?")).text
    assert "Ottoline" not in person.get(f"{address}x").text
    monkeypatch.setattr("bot.console.reveal.MINUTES", -1)
    assert "Ottoline" not in person.get(address).text


def test_what_cannot_be_recorded_is_not_shown(client: TestClient, talk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("locked"))

    monkeypatch.setattr("bot.console.reveal.reveal_recorded", broken)
    failed = reveal(somebody(client, "reviewer"))
    assert failed.status_code == 503 and "revealed=" not in str(failed.headers) and "Ottoline" not in failed.text


def test_another_site_cannot_have_words_shown(client: TestClient, talk: str, engine: Engine) -> None:
    person = somebody(client, "reviewer")
    assert reveal(person, seal="made up").status_code == 403
    fields = {"seal": seal_of(person.get(PATH).text), "reason": "x"}
    crossed = person.post(f"{PATH}/reveal", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403 and lines(engine) == []
    gone = person.post("/console/conversations/nobody/reveal", data=fields)
    assert gone.status_code == 404 and lines(engine) == []


def test_the_log_says_who_and_neither_why_nor_what(client: TestClient, talk: str) -> None:
    with capture_logs() as told:
        reveal(somebody(client, "reviewer"), "Because of Ottoline")
    # Whether anything is logged at all depends on how loud the process was made before.
    assert {line["event"] for line in told} <= {"console.revealed"} and "Ottoline" not in repr(told)


def test_findings_are_marked_with_words_and_lead_to_the_facts(
    client: TestClient, talk: str, knowledge: Knowledge, reader: Reader
) -> None:
    page = somebody(client, "reviewer").get(PATH).text
    marks = re.findall(r'<mark class="found" data-start="(\d+)">(.*?)</mark>', page, re.DOTALL)
    assert marks
    read = {mention.start: mention for mention in reader.read(SAID, AT.date()).mentions}
    first = next(iter(marks))
    mention = read[int(first[0])]
    assert first[1].startswith(SAID[mention.start : mention.end])
    assert f"{knowledge.findings[mention.finding].label}: present, the patient&#39;s" in first[1]
    assert f'<a href="#fact-{mention.finding}">' in first[1] and f'id="fact-{mention.finding}"' in page
    assert ": absent, the patient" in page
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names)) and page.count("<h1") == 1


def test_without_a_reader_nothing_is_marked_and_the_page_says_so(
    plain_client: Callable[..., TestClient], talk: str
) -> None:
    page = somebody(plain_client(), "reviewer").get(PATH).text
    assert "<mark" not in page and "no reader is loaded" in page and "Ottoline" not in page


def test_a_question_says_why_it_was_asked(client: TestClient, talk: str, knowledge: Knowledge) -> None:
    page = somebody(client, "reviewer").get(PATH).text
    assert "Why this was asked" in page and "An answer could have led to:" in page
    assert any(question.why in page for question in knowledge.questions)


def test_timings_and_the_model_are_shown(client: TestClient, talk: str) -> None:
    page = somebody(client, "reviewer").get(PATH).text
    assert "40 ms" in page and "60 ms" in page and "50 ms in median of 2" in page and "abcdef0123456789" in page


def test_a_conversation_before_there_were_timings_says_so(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    old = record(knowledge, 0, AT, "hello", {"id": "r", "kind": "notice", "text": "-"}, {"facts": {}}, None)
    conversations.store_turn(TurnRecord.from_json({**old.to_json(), "took_ms": None, "model": None}))
    page = somebody(client, "reviewer").get(PATH).text
    assert "not measured" in page and "answered without it" in page and "No decision was recorded" in page


def test_as_todays_rules_would_decide(
    client: TestClient, talk: str, conversations: Conversations, knowledge: Knowledge
) -> None:
    page = somebody(client, "reviewer").get(PATH).text.split('id="today"')[1]
    assert page.count("The same") == 2
    made = {
        "level": "emergency",
        "could_become": "emergency",
        "fired": [{"id": "old.rule", "version": 1, "level": "emergency"}],
    }
    reply = {"id": "x", "kind": "advice", "text": "-"}
    conversations.store_turn(record(knowledge, 2, AT + timedelta(minutes=8), "x", reply, {"facts": {}}, made))
    conversations.store_turn(record(knowledge, 3, AT + timedelta(minutes=9), "y", reply, {"facts": {"x": {}}}, made))
    page = somebody(client, "reviewer").get(PATH)
    assert page.status_code == 200
    row = page.text.split('id="today"')[1].split("<tr>")[4]
    assert "Emergency" in row and "Calmer now" in row and "no longer fires: old.rule" in row
    assert "It cannot be made again" in page.text


@pytest.mark.parametrize(
    ("lookup", "shown"),
    [
        (Lookup("shown", 1, 0.91), ["Shown", "91 %", "Jumping"]),
        (Lookup("withheld", 1, 0.8, "calmer"), ["Withheld", "calmer than the level", "80 %"]),
        (Lookup("related", 99, 0.3), ["related question", "no longer in the archive"]),
        (Lookup("none"), ["No entry was near"]),
    ],
)
def test_the_archived_answer_its_score_and_why_it_was_withheld(
    client: TestClient,
    conversations: Conversations,
    knowledge: Knowledge,
    engine: Engine,
    lookup: Lookup,
    shown: list[str],
) -> None:
    entry = {"source_id": "s", "fingerprint": "f", "title_key": "k", "title": f"Jumping {HOSTILE}", "question": "q"}
    entry |= {"reply": "r", "sample": False, "cut_off": False, "reply_level": "self_care", "clinician_level": "routine"}
    entry |= {"tags": [], "source_file": "f", "source_line": 1, "words": "w", "imported_at": AT}
    with engine.begin() as connection:
        connection.execute(archive_entries.insert().values(id=1, **entry))
    turn = record(knowledge, 0, AT, "hello", {"id": "r", "kind": "advice", "text": "-"}, {"facts": {}}, None)
    object.__setattr__(turn, "lookup", lookup)
    conversations.store_turn(turn)
    part = somebody(client, "reviewer").get(PATH).text.split('id="archived"')[1].split("</section>")[0]
    assert [words for words in shown if words not in part] == [] and "<script>" not in part
    assert "/console/archive/" not in part
    if lookup.entry_id == 1:
        assert "set by a clinician" in part
        assert 'href="/console/archive/1"' in somebody(client, "knowledge_owner").get(PATH).text


def test_unanswered_questions_of_the_archive_are_redacted(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    turn = record(knowledge, 0, AT, SAID, {"id": "r", "kind": "advice", "text": "-"}, {"facts": {}}, None)
    object.__setattr__(turn, "lookup", Lookup("none"))
    conversations.store_turn(turn)
    page = somebody(client, "knowledge_owner").get("/console/archive/unanswered").text
    assert "twitching" in page and [planted for planted in PLANTED if planted in page] == []


def test_corrections_and_hostile_choices(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    for number, choices in enumerate((["correct.x.absent"], [HOSTILE, "my name is Ottoline Vane"])):
        turn = record(
            knowledge, number, AT, None, {"id": "r", "kind": HOSTILE, "text": HOSTILE}, {"pending": HOSTILE}, None
        )
        object.__setattr__(turn, "choices", choices)
        conversations.store_turn(turn)
    page = somebody(client, "reviewer").get(PATH).text
    assert "Corrected:" in page and "Chose:" in page and "Ottoline" not in page
    assert "<script>alert" not in page and 'onfocus="y' not in page
