"""The console's pages of the archive: found, hidden, rated, searched as the bot would, withheld and unanswered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.archive.importing import import_paths
from bot.archive.search import Archive
from bot.archive.shelf import Filter, Shelf
from bot.console.archive import Archives
from bot.console.seal import Seal
from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.lookup import Lookup
from bot.records.models import archive_entries, archive_links
from tests.console.people import somebody
from tests.console.test_console import turn
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "knowledge_owner")


PATHS = ["", "/1", "/search", "/withheld", "/unanswered"]
HOSTILE = "<script>alert('x')</script> \" onfocus=\"y"
NOW = datetime.now(timezone.utc)
ROWS = [
    {"title": "Jumping eyelid", "question": "My eyelid keeps jumping when I read", "reply": "Rest and drink water."},
    {"title": "Cold thumb", "question": "My thumb turned cold and pale", "reply": "See a doctor today."},
    {"title": HOSTILE, "question": HOSTILE, "reply": f"Rest. {HOSTILE}", "doctor": HOSTILE, "specialty": HOSTILE},
]


@pytest.fixture(autouse=True)
def ids(engine: Engine, tmp_path: Path) -> list[int]:
    """Three entries: a calm one, an urgent one, and a hostile one."""
    path = tmp_path / "entries.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    assert import_paths([path], engine).imported == 3
    with engine.connect() as connection:
        return list(connection.execute(select(archive_entries.c.id).order_by(archive_entries.c.id)).scalars())


def get(client: TestClient, path: str = "", **params: str) -> str:
    page = client.get(f"/console/archive{path}", params=params)
    assert page.status_code == 200 and "<script>" not in page.text and 'onfocus="y' not in page.text
    return page.text


def seal_of(page: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: TestClient, path: str, **fields: str) -> Any:
    return client.post(f"/console/archive{path}", data=fields, follow_redirects=False)


def stored(engine: Engine, entry_id: int) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(archive_entries).where(archive_entries.c.id == entry_id)).one()


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_one_heading_and_a_label_for_each_field(client: TestClient, path: str) -> None:
    page = get(client, path)
    assert page.count("<h1") == 1 and "style=" not in page
    fields = re.findall(r"<(?:input|select|textarea) id=\"([^\"]+)", page)
    assert all(f'for="{name}"' in page for name in fields)
    names = re.findall(r'id="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_entries_are_listed_and_filtered(client: TestClient, ids: list[int], engine: Engine) -> None:
    assert "Entries: 3" in get(client) and "Cold thumb" in get(client)
    for wanted, there, gone in (
        ({"text": "EYELID"}, "Jumping eyelid", "Cold thumb"),
        ({"level": "same_day"}, "Cold thumb", "Jumping eyelid"),
        ({"specialty": HOSTILE}, "alert", "Cold thumb"),
    ):
        page = get(client, **wanted)
        assert "Entries: 1" in page and there in page and gone not in page, wanted
    assert "No entry is like this" in get(client, hidden="1")
    for odd in ("%", "_", "\\", "' OR 1=1 --", "\x00", "a" * 5000):
        assert "No entry is like this" in get(client, text=odd), odd
    assert "No entry is like this" in get(client, level="<script>")


def test_pages_turn_and_keep_the_filter(client: TestClient, engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl"
    rows = [{"title": f"Toe {n}", "question": f"Toe number {n} of mine", "reply": "Rest."} for n in range(60)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    import_paths([path], engine)
    first = get(client, text="toe")
    assert "Entries: 60" in first and "Page 1 of 2" in first and "text=toe&amp;page=2" in first
    assert get(client, text="toe", page="2").count("<tr>") == 11


def test_an_entry_shows_its_texts_its_cue_and_its_kin(client: TestClient, ids: list[int], engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(archive_entries).where(archive_entries.c.id == ids[2]).values(near_id=ids[0]))
        connection.execute(archive_links.insert().values(entry_id=ids[0], similar_id=ids[1], position=0))
    page = get(client, f"/{ids[0]}")
    for shown in ("Rest and drink water.", "keeps jumping", "signed by nobody", "Self-care", "Read from"):
        assert shown in page, shown
    assert f'href="/console/archive/{ids[1]}"' in page and f'href="/console/archive/{ids[2]}"' in page
    assert f'href="/console/archive/{ids[0]}"' in get(client, f"/{ids[2]}")
    assert stored(engine, ids[1]).reply_level_cue in get(client, f"/{ids[1]}")


@pytest.mark.parametrize("odd", ["0", "99999", "x", "-1", "9" * 40, "²", "1.5"])
def test_an_entry_that_is_not_there_is_told_in_words(client: TestClient, odd: str, ids: list[int]) -> None:
    page = client.get(f"/console/archive/{odd}")
    assert page.status_code == 404 and "no such entry" in page.text
    seal = seal_of(get(client, f"/{ids[0]}"))
    assert send(client, f"/{odd}/show", seal=seal).status_code == 404


def test_hiding_keeps_the_reason_and_is_taken_back(client: TestClient, ids: list[int], engine: Engine) -> None:
    path = f"/{ids[0]}"
    done = send(client, f"{path}/hide", seal=seal_of(get(client, path)), because=f"  Outdated {HOSTILE} ")
    assert done.status_code == 303 and done.headers["Location"] == f"/console/archive{path}"
    row = stored(engine, ids[0])
    assert row.hidden_because == f"Outdated {HOSTILE}" and row.hidden_at is not None
    page = get(client, path)
    assert "Outdated &lt;script&gt;" in page and "Show this entry again" in page and "Hide this entry" not in page
    assert "Entries: 1" in get(client, hidden="1")
    assert Archive(engine, None).answers("My eyelid keeps jumping when I read", (), "self_care") == []
    assert send(client, f"{path}/show", seal=seal_of(page)).status_code == 303
    row = stored(engine, ids[0])
    assert row.hidden_because is None and row.hidden_at is not None


def test_nothing_is_hidden_without_a_reason(client: TestClient, ids: list[int], engine: Engine) -> None:
    seal = seal_of(get(client, f"/{ids[0]}"))
    for because in ("", "  ", "a" * 201):
        refused = send(client, f"/{ids[0]}/hide", seal=seal, because=because)
        assert refused.status_code == 422 and "Write a reason" in refused.text
    assert stored(engine, ids[0]).hidden_because is None
    with pytest.raises(ValueError, match="write one"):
        Shelf(engine).hide(ids[0], " ", NOW)


def test_a_clinicians_level_is_set_and_taken_away(client: TestClient, ids: list[int], engine: Engine) -> None:
    seal = seal_of(get(client, f"/{ids[0]}"))
    assert send(client, f"/{ids[0]}/level", seal=seal, level="same_day").status_code == 303
    assert stored(engine, ids[0]).clinician_level == "same_day"
    assert Shelf(engine).count(Filter(level="same_day")) == 2 and "set by a clinician" in get(client)
    for level in ("urgent", "unknown", HOSTILE):
        refused = send(client, f"/{ids[0]}/level", seal=seal, level=level)
        assert refused.status_code == 422 and "Choose a level" in refused.text
    assert send(client, f"/{ids[0]}/level", seal=seal, level="").status_code == 303
    assert stored(engine, ids[0]).clinician_level is None
    with pytest.raises(ValueError, match="no level"):
        Shelf(engine).rate(ids[0], "urgent")


def test_a_form_of_another_site_changes_nothing(
    client: TestClient, ids: list[int], engine: Engine, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = seal_of(get(client, f"/{ids[0]}"))
    for path, fields in (("hide", {"because": "x"}), ("level", {"level": "emergency"}), ("show", {})):
        for given in ({}, {"seal": ""}, {"seal": "made up"}, {"seal": Seal("another").issue()}):
            refused = send(client, f"/{ids[0]}/{path}", **given, **fields)
            assert refused.status_code == 403 and "Nothing was changed" in refused.text
        crossed = client.post(
            f"/console/archive/{ids[0]}/{path}",
            data={"seal": seal, **fields},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert crossed.status_code == 403
    monkeypatch.setattr("bot.console.seal.HOURS", -1)
    assert send(client, f"/{ids[0]}/hide", seal=seal, because="late").status_code == 403
    row = stored(engine, ids[0])
    assert row.hidden_because is None and row.clinician_level is None


def test_a_search_says_what_the_gate_would_do_and_why(client: TestClient, ids: list[int]) -> None:
    text = "My eyelid keeps jumping when I read"
    for level, gate in (("self_care", "Shown as an answer"), ("same_day", "calmer than"), ("emergency", "nothing is")):
        page = send(client, "/search", text=text, level=level).text
        row = next(part for part in page.split("<tr>") if f"/console/archive/{ids[0]}" in part)
        assert gate in row and re.search(r"\d+ %", row), level
    assert "Meaning" in page and "Decades" in page and f"{text}</textarea>" in page
    for empty in ("", "   "):
        assert "Nearest entries" not in send(client, "/search", text=empty).text
    assert "nothing in common" in send(client, "/search", text="zzzz qqqq").text.replace("has anything", "has nothing")
    hostile = send(client, "/search", text=f"{HOSTILE} eyelid", level=HOSTILE)
    assert hostile.status_code == 200 and "<script>" not in hostile.text


def test_what_was_withheld_is_counted_by_reason_and_period(
    client: TestClient, ids: list[int], conversations: Conversations, knowledge: Knowledge
) -> None:
    for number, (days, entry_id) in enumerate([(1, ids[0]), (2, ids[0]), (60, ids[0]), (1, ids[1]), (1, 99999)]):
        lookup = Lookup("withheld", entry_id, 0.9, "calmer")
        conversations.store_turn(turn(knowledge, "one", number, at=NOW - timedelta(days=days), lookup=lookup))
    conversations.store_turn(turn(knowledge, "one", 9, at=NOW, lookup=Lookup("shown", ids[1], 0.9)))
    page = get(client, "/withheld")
    first = next(part for part in page.split("<tr>") if "Jumping eyelid" in part)
    assert '<td class="number">2</td>' in first and "Calmer than the level" in first
    assert "no longer there" in page and page.index("Jumping eyelid") < page.index("Cold thumb")
    assert '<td class="number">3</td>' in get(client, "/withheld", days="90")
    assert get(client, "/withheld", days="' OR 1=1") == page
    entry = get(client, f"/{ids[0]}")
    assert "<dt>Withheld</dt><dd>3</dd>" in entry and "Entries: 2" in get(client, withheld="1")
    conversations.erase("one", NOW)
    assert "Nothing was withheld" in get(client, "/withheld")


def test_unanswered_questions_are_grouped_by_topic_with_their_conversations(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    none = Lookup("none")
    topic = knowledge.topics[next(iter(knowledge.topics))].label
    greeting = [{"id": "g", "kind": "greeting", "text": "Hi"}]
    conversations.store_turn(turn(knowledge, "one/x", 1, at=NOW, text="before", replies=greeting))
    conversations.store_turn(turn(knowledge, "one/x", 2, at=NOW + timedelta(minutes=1), text=HOSTILE))
    conversations.store_turn(
        turn(knowledge, "one/x", 3, at=NOW + timedelta(minutes=2), text=None, choices=["none"], lookup=none)
    )
    conversations.store_turn(turn(knowledge, "one/x", 4, at=NOW + timedelta(minutes=3), text="afterwards"))
    conversations.store_turn(turn(knowledge, "two", 1, at=NOW, text="older", lookup=none, decision=None))
    conversations.store_turn(turn(knowledge, "three", 1, at=NOW, text="answered", lookup=Lookup("related", None, 0.4)))
    page = get(client, "/unanswered")
    assert "near to: 2," in page and topic in page and "Without a topic" in page
    assert "&lt;script&gt;" in page and 'href="/console/conversations/one/x"' in page
    for gone in ("before", "afterwards", "answered<"):
        assert f'<p class="said">{gone}' not in page
    assert page.index(topic) < page.index("Without a topic")
    conversations.erase("two", NOW)
    assert "older" not in get(client, "/unanswered")


@pytest.mark.parametrize("path", PATHS)
def test_without_an_archive_every_page_says_so(make_client: Callable[..., TestClient], path: str) -> None:
    page = somebody(make_client(archives=None), "knowledge_owner").get(f"/console/archive{path}")
    assert page.status_code == 503 and "Try again" in page.text


def test_a_failing_database_is_told_in_words(
    make_client: Callable[..., TestClient], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("locked"))

    archives = Archives.of(engine, Archive(engine, None))
    monkeypatch.setattr(archives.shelf, "list", broken)
    page = somebody(make_client(archives=archives), "knowledge_owner").get("/console/archive")
    assert page.status_code == 503 and "SELECT" not in page.text
