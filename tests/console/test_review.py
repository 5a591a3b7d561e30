"""Judging: the form with and without script, marks on redacted words, the second reader, agreement, permissions."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.archive.importing import import_paths
from bot.console.places import edited, redacted
from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.reviews import Mark, Reviews
from tests.console.judged import HOSTILE, TEXT, field, judge, page_of, talk
from tests.console.people import somebody
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]

NOW = datetime.now(timezone.utc)
DOUBLE = {"mark_message": "1", "mark_words": "see double", "mark_start": "", "mark_finding": "Double Vision"}
WORDS = Path(__file__).resolve().parents[2] / "knowledge/messages/en/judging.yml"


@pytest.fixture
def one(conversations: Conversations, knowledge: Knowledge) -> str:
    """A conversation to judge."""
    return talk(conversations, knowledge)


@pytest.fixture
def ada(client: TestClient) -> TestClient:
    return somebody(client, "reviewer", "ada")


@pytest.fixture
def ben(client: TestClient) -> TestClient:
    return somebody(client, "lead", "ben")


def newest(engine: Engine, conversation: str) -> Any:
    return list(Reviews(engine).newest(conversation).values())[-1]


def test_the_page_shows_what_was_said_redacted(ada: TestClient, one: str) -> None:
    page = page_of(ada, one)
    assert "my left eyelid droops" in page and "234 5678" not in page and "Ada Brown" not in page
    assert page.count("<h1") == 1 and "style=" not in page and "onclick" not in page
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names))
    labelled = set(re.findall(r'for="([^"]+)"', page))
    wrapped = set(re.findall(r'<label[^>]*><input [^>]*id="([^"]+)"', page))
    fields = set(re.findall(r'<(?:input|select|textarea) [^>]*?id="([^"]+)"', page))
    assert fields - labelled - wrapped == set()


def test_a_verdict_is_stored_whole(ada: TestClient, one: str, engine: Engine) -> None:
    sent = judge(
        ada,
        one,
        level_verdict="too_calm",
        right_level="same_day",
        done="1",
        comment="Ask for the pupils. Ada Brown rang from 0171 234 5678",
        tag=["good_example", "invented"],
        more_tags="eyes,  two words ,",
        **{"finding:drooping_eyelid": "right", "finding:headache": "wrong", "finding:nothing": "wrong"},
        **DOUBLE,
        mark_verdict="missed",
    )
    assert sent.status_code == 303 and sent.headers["Location"].endswith("/review?saved=saved#saved")
    review = newest(engine, one)
    verdict, at = review.verdict, TEXT.index("see double")
    assert (verdict.level_verdict, verdict.given_level, verdict.right_level) == (
        "too_calm",
        "within_2_weeks",
        "same_day",
    )
    assert verdict.tags == ("good_example", "eyes", "two words") and verdict.done
    assert "5678" not in verdict.comment and "Brown" not in verdict.comment
    first = Reviews(engine).said(one)[0].id
    assert verdict.marks == (
        Mark(first, "drooping_eyelid", "right"),
        Mark(first, "headache", "wrong"),
        Mark(first, "double_vision", "missed", at, at + len("see double")),
    )
    page = page_of(ada, one)
    assert field(page, "version") == "1" and 'value="see double"' in page and "Version 1" in page
    assert re.search(r'id="right_level".*?value="same_day" selected', page, re.DOTALL)
    # What is shown is what is sent: saved again it means the same.
    again = {name: html.unescape(value) for name, value in re.findall(r'name="(mark_\w+)"[^>]* value="([^"]+)"', page)}
    judge(ada, one, **again, mark_message="1", mark_verdict="missed", level_verdict="too_calm", right_level="same_day")
    assert newest(engine, one).verdict.marks == verdict.marks[2:]


@pytest.mark.parametrize(
    ("words", "start", "stored"),
    [
        ("SEE  DOUBLE", "", "see double"),
        ("double", "9999999999", "double"),
        ("Ring me on [phone]", "", "Ring me on 0171 234 5678"),
        ("[phone]", "", "0171 234 5678"),
        ("I", str(TEXT.index("I see") - len("Ada Brown") + len("[name]")), "I"),
    ],
)
def test_marked_words_are_found_in_what_was_written(
    ada: TestClient, one: str, engine: Engine, words: str, start: str, stored: str
) -> None:
    fields = {**DOUBLE, "mark_words": words, "mark_start": start, "mark_verdict": "missed"}
    assert judge(ada, one, **fields).status_code == 303
    (mark,) = newest(engine, one).verdict.marks
    assert TEXT[mark.start : mark.end] == stored
    if words == "I":
        assert TEXT[mark.start :].startswith("I see")


def test_lines_and_odd_letters_keep_their_places() -> None:
    text = "Grüße\n\nmy name is Ada Brown 🙂 call 0171 2345678\nnow"
    placed = redacted(text)
    assert placed.text == "Grüße\n\nmy name is [name] 🙂 call [phone]\nnow"
    for word in ("Grüße", "🙂", "now", "call"):
        at = text.index(word)
        start, end = placed.after(at, at + len(word))
        assert placed.text[start:end] == word and placed.before(start, end) == (at, at + len(word))
    inside = text.index("Brown")
    assert placed.text[slice(*placed.after(inside, inside + 3))] == "[name]"
    assert edited("abc", [(0, 1, ""), (0, 2, "x"), (2, 3, "yy")]).text == "xyy"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"level_verdict": "too_calm"}, "more urgent"),
        ({"level_verdict": "too_calm", "right_level": "routine"}, "more urgent"),
        ({"level_verdict": "too_alarmed", "right_level": "emergency"}, "calmer"),
        ({"level_verdict": "too_alarmed", "right_level": HOSTILE}, "calmer"),
        ({"done": "1"}, "whether the level was right"),
        ({"level_verdict": HOSTILE, "done": "1"}, "whether the level was right"),
        ({**DOUBLE, "mark_words": HOSTILE, "mark_verdict": "missed"}, "does not have these words"),
        ({**DOUBLE, "mark_finding": HOSTILE, "mark_verdict": "missed"}, "choose a finding from the list"),
        ({**DOUBLE, "mark_message": "7", "mark_verdict": "missed"}, "choose the message"),
        ({**DOUBLE, "mark_verdict": HOSTILE}, "choose right, missed or wrong"),
        ({"comment": "x" * 4001}, "4000 characters"),
        ({"more_tags": "x" * 41}, "tags at most"),
        ({"more_tags": ",".join(map(str, range(30)))}, "tags at most"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_lost(
    ada: TestClient, one: str, engine: Engine, fields: dict[str, str], problem: str
) -> None:
    refused = judge(ada, one, **{"comment": f"kept {HOSTILE}", **fields})
    assert refused.status_code == 422 and problem in refused.text and 'role="alert"' in refused.text
    assert "<script>" not in refused.text and 'onfocus="y' not in refused.text
    assert "kept &lt;script&gt;" in refused.text or "comment" in fields
    target = re.search(r'role="alert".*?href="#([^"]+)"', refused.text, re.DOTALL)
    assert target and f'id="{target[1]}"' in refused.text
    assert Reviews(engine).versions(one) == []


def test_hostile_strings_stay_strings(
    client: TestClient, ada: TestClient, ben: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    other = talk(conversations, knowledge, "d" * 32, text=f"{HOSTILE} my eye droops")
    fields = {"level_verdict": "right", "done": "1", "comment": HOSTILE, "more_tags": "<script>, {{7*7}}"}
    mark = {**DOUBLE, "mark_words": HOSTILE, "mark_verdict": "missed"}
    for who in (ada, ben):
        assert judge(who, other, **fields, **mark).status_code == 303
    for who in (ada, ben):
        page = page_of(who, other)
        assert "Both verdicts" in page and page.count("&lt;script&gt;alert") > 4 and "{{7*7}}" in page
        assert "<script>" not in page.replace("<script src=", "") and 'onfocus="y' not in page


def test_a_second_tab_is_told_and_both_versions_stay(ada: TestClient, one: str, engine: Engine) -> None:
    first, second = page_of(ada, one), page_of(ada, one)
    assert judge(ada, one, first, comment="first").headers["Location"].endswith("saved=saved#saved")
    told = judge(ada, one, second, comment="second")
    assert told.headers["Location"].endswith("saved=crossed#saved")
    page = ada.get(told.headers["Location"]).text
    assert "saved another version in the meantime" in page and "<q>first</q>" in page and "second</textarea>" in page
    assert [review.verdict.comment for review in Reviews(engine).versions(one)] == ["first", "second"]
    assert 'role="status">None' not in ada.get(f"/console/conversations/{one}/review?saved={HOSTILE}").text


def test_two_reviewers_at_once(ada: TestClient, ben: TestClient, one: str, engine: Engine) -> None:
    pages = [(who, page_of(who, one)) for who in (ada, ben)]
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda each: judge(each[0], one, each[1], comment="x"), pages))
    assert all(each.headers["Location"].endswith("saved=saved#saved") for each in sent)
    assert [review.version for review in Reviews(engine).versions(one)] == [1, 1]


def test_the_second_reader_is_blind_until_done(ada: TestClient, ben: TestClient, one: str) -> None:
    judge(ada, one, level_verdict="too_calm", right_level="emergency", done="1", comment="Ptosis first")
    page = page_of(ben, one)
    assert "read this conversation before you" in page and "Ptosis first" not in page and "Both verdicts" not in page
    judge(ben, one, level_verdict="right", comment="not sure")
    assert "Ptosis first" not in page_of(ben, one), "a verdict that is not finished is no verdict yet"
    judge(ben, one, level_verdict="right", done="1")
    both = page_of(ben, one)
    assert "Ptosis first" in both and "Both verdicts" in both and "before you" not in both
    assert "Ben" in both and "Ada" in both and "Both verdicts" in page_of(ada, one)


def test_agreement_is_shown_with_its_table(
    ada: TestClient, ben: TestClient, client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    assert "no conversation has two readers" in ben.get("/console/agreement").text
    calm = {"level_verdict": "too_calm", "right_level": "same_day", "done": "1"}
    right = {"level_verdict": "right", "done": "1"}
    verdicts = [(right, right)] * 4 + [(calm, calm)] * 3 + [(right, calm)]
    for number, pair in enumerate(verdicts):
        other = talk(conversations, knowledge, f"{number:032d}")
        for who, verdict in zip((ada, ben), pair):
            assert judge(who, other, **verdict).status_code == 303
    page = ben.get("/console/agreement").text
    # Agreed 7 of 8; by chance (5 * 4 + 3 * 4) / 64 = .5; kappa .75.
    assert "0.75 (95 % interval" in page and "7 (88 %)" in page and '<td class="number same">4</td>' in page
    admin = somebody(client, "admin", "root")
    assert admin.get("/console/agreement").status_code == 200 and page.count("<h1") == 1


def test_a_better_entry_is_searched_with_and_without_script(
    ada: TestClient, one: str, engine: Engine, tmp_path: Path
) -> None:
    rows = [{"title": f"A drooping lid {HOSTILE}", "question": "My eyelid droops", "reply": "See a doctor."}]
    path = tmp_path / "entries.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert import_paths([path], engine).imported == 1
    found = judge(ada, one, do="search", better_words="eyelid droops", comment="half written", level_verdict="right")
    assert found.status_code == 200 and "A drooping lid &lt;script&gt;" in found.text
    assert "half written</textarea>" in found.text and 'value="right" checked' in found.text
    assert Reviews(engine).versions(one) == []
    seal = field(found.text, "seal")
    part = ada.post("/console/review/entries", data={"seal": seal, "better_words": "eyelid droops"})
    assert "A drooping lid" in part.text and "<html" not in part.text and "<script>" not in part.text
    number = re.search(r'name="better" value="(\d+)"', part.text)[1]  # type: ignore[index]
    assert judge(ada, one, better=number).status_code == 303
    assert newest(engine, one).verdict.better_entry_id == int(number)
    assert f'name="better" value="{number}" checked' in page_of(ada, one)
    for gone in ("99999", "x", "²"):
        assert judge(ada, one, better=gone).status_code == 303
        assert newest(engine, one).verdict.better_entry_id is None
    assert "has nothing near" in ada.post("/console/review/entries", data={"seal": seal, "better_words": " "}).text
    assert ada.post("/console/review/entries", data={"better_words": "x"}).status_code == 403


def test_a_shown_answer_is_judged(
    ada: TestClient, conversations: Conversations, knowledge: Knowledge, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_text(json.dumps({"title": "Cold thumb", "question": "My thumb is cold", "reply": "Rest."}))
    import_paths([path], engine)
    advice = {"id": "r", "kind": "advice", "text": "x", "advice": {"answer": {"shown": True, "entry": 1}}}
    other = talk(conversations, knowledge, "e" * 32, replies=[advice])
    assert "Cold thumb" in page_of(ada, other)
    judge(ada, other, answer_verdict="wrong")
    verdict = newest(engine, other).verdict
    assert (verdict.entry_id, verdict.answer_verdict) == (1, "wrong")


def test_who_may_judge(client: TestClient, one: str) -> None:
    for role, status in (
        ("reviewer", 200), ("lead", 200), ("knowledge_owner", 200), ("admin", 403), ("auditor", 403)
    ):  # fmt: skip
        who = somebody(client, role)
        path = f"/console/conversations/{one}"
        assert who.get(f"{path}/review").status_code == status, role
        assert who.get("/console/drafts").status_code == status, role
        if status == 403:
            for form in (f"{path}/review", f"{path}/drafts", "/console/review/entries", "/console/drafts/1/approve"):
                assert who.post(form).status_code == 403, (role, form)
        assert who.get("/console/agreement").status_code == 200
    stranger = client.get(f"/console/conversations/{one}/review", follow_redirects=False)
    assert stranger.status_code == 303 and stranger.headers["location"].startswith("/console/sign-in")


def test_a_form_of_another_site_judges_nothing(ada: TestClient, one: str, engine: Engine) -> None:
    path = f"/console/conversations/{one}/review"
    for seal in ("", "made up"):
        assert ada.post(path, data={"seal": seal, "level_verdict": "right"}).status_code == 403
    many = ada.post(path, data={f"f{number}": "x" for number in range(3000)})
    assert many.status_code == 400 and Reviews(engine).versions(one) == []


def test_a_conversation_that_is_gone_is_told_in_words(ada: TestClient, one: str, conversations: Conversations) -> None:
    assert ada.get("/console/conversations/nowhere/review").status_code == 404
    page = page_of(ada, one)
    conversations.erase(one, NOW)
    late = judge(ada, one, page, level_verdict="right")
    assert late.status_code == 410 and "was deleted" in late.text
    assert "was deleted" in page_of(ada, one, 410)


def test_without_an_archive_there_is_no_search(
    make_client: Callable[..., TestClient], conversations: Conversations, knowledge: Knowledge
) -> None:
    bare = make_client(archives=None)
    page = page_of(somebody(bare, "reviewer"), talk(conversations, knowledge))
    assert "better_words" not in page


def test_every_word_is_used_and_there(knowledge: Knowledge) -> None:
    root = Path(__file__).resolve().parents[2] / "bot/console"
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*") if path.suffix in (".py", ".html"))
    keys = list(knowledge.messages.under("judging"))
    for key in keys:
        group = key.rpartition(".")[0]
        assert f'"{key}"' in code or f"'{key}'" in code or f'"{group}." +' in code or f'f"{group}.{{' in code, key
    texts = root / "templates"
    for name in ("review", "review_form", "review_mark", "review_entries", "drafts", "draft", "agreement"):
        used = re.findall(r"words\(['\"]([\w.]+[a-z_])['\"]", (texts / f"{name}.html").read_text(encoding="utf-8"))
        assert used and set(used) - set(keys) == set(), name
