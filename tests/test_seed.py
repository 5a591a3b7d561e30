"""The page that the project began with, imported into a fresh database, and its question asked of a running server.

Nothing of the page is written here: what is looked for is taken from it when the test runs.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SEED
from tests.dialogue.chat import Chat, records
from tests.dialogue.scenario import finish
from tests.dialogue.server import Server, new_home, serving

pytestmark = [pytest.mark.seed, pytest.mark.xdist_group("seed")]

UNSIGNED, SIMILAR, RELATED = "More Info", "Similar Q&A", "Related FAQ"


@dataclass(frozen=True)
class SeedPage:
    """The parts of the page that a person must, or must not, get to see."""

    question: str
    nickname: str
    doctor: str
    specialty: str
    date: str
    reply: list[str]
    unsigned: list[str]
    similar: list[str]


@pytest.fixture(scope="module")
def page() -> SeedPage:
    """The page, taken apart by its own headings."""
    lines = next(iter(sorted(SEED.glob("*.txt")))).read_text(encoding="utf-8").splitlines()
    asker = next(place for place, line in enumerate(lines) if "Ask Date:" in line)
    replied = next(place for place, line in enumerate(lines) if line.startswith("Reply Date:"))
    similar = lines.index(SIMILAR)
    doctor, specialty = re.match(r"Dr\. (.+) reply (.+)", lines[asker + 1]).groups()  # type: ignore[union-attr]
    day = datetime.strptime(lines[replied].partition(":")[2].strip(), "%Y/%m/%d").date()
    headings = [place - 2 for place, line in enumerate(lines) if place > similar and re.match(r"Dr\. .+ reply", line)]
    return SeedPage(
        question=" ".join(lines[1:asker]),
        nickname=lines[asker].split(",")[0],
        doctor=doctor,
        specialty=specialty,
        date=day.isoformat(),
        reply=lines[asker + 2 : replied],
        unsigned=lines[lines.index(UNSIGNED) + 1 : similar],
        similar=[lines[place + 1] for place in headings],
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose archive is the real page and nothing else."""
    home = new_home(tmp_path_factory.mktemp("seed") / "home")
    signpost = str(Path(sys.executable).with_name("signpost"))
    database = f"sqlite:///{home / 'signpost.db'}"
    subprocess.run([signpost, "archive", "import", str(SEED), "--database", database], check=True, capture_output=True)
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def first(server: Server, page: SeedPage) -> Chat:
    """The conversation after the question."""
    chat = Chat(server).begin()
    chat.say(page.question)
    return chat


@pytest.fixture(scope="module")
def advice(server: Server, page: SeedPage) -> dict[str, Any]:
    """The advice after every red flag was denied, two months said, and getting worse denied."""
    chat = Chat(server).begin()
    chat.say(page.question)
    chat.say("no, none of those, about two months")
    finish(chat, {"details": "none"})
    assert chat.kind == "advice"
    return {**chat.replies[-1]["advice"], "text": chat.text, "shown": json.dumps(chat.replies, ensure_ascii=False)}


def test_the_question_is_understood(first: Chat) -> None:
    facts = first.case.facts
    assert set(facts) == {"facial_twitching", "sleep_disturbed"}
    twitching = facts["facial_twitching"]
    assert (twitching.status, twitching.side, twitching.lasting) == ("present", "left", None)
    assert facts["sleep_disturbed"].status == "present"
    assert "left side" in first.text


def test_what_matters_is_asked_and_little_else(server: Server, page: SeedPage) -> None:
    chat = Chat(server).begin()
    chat.say(page.question)
    assert chat.kind == "question" and chat.case.pending == "nerve_signs"
    assert {"facial_weakness", "limb_weakness", "numbness", "vision_change", "none", "not_sure"} <= set(chat.offered)
    asked = finish(chat, {"details": "worse"})
    # It disturbs the sleep: how long it has lasted could not change the level any more, and is not asked.
    assert "lasting" not in asked and len(asked) == len(set(asked)) <= 7
    assert chat.case.facts["facial_twitching"].trend == "worse"
    assert chat.level == "within_2_weeks"


def test_free_text_answers_two_questions_at_once(server: Server, page: SeedPage) -> None:
    chat = Chat(server).begin()
    chat.say(page.question)
    chat.say("no, none of those, about two months")
    facts = chat.case.facts
    assert {facts[name].status for name in ("limb_weakness", "numbness", "vision_change")} == {"absent"}
    lasting = facts["facial_twitching"].lasting
    assert lasting is not None and round(lasting.middle / 86400) == 60
    assert "lasting" not in finish(chat, {"details": "none"})
    assert chat.case.facts["facial_twitching"].trend == "unchanged"


def test_the_level_has_reasons_with_their_sources(advice: dict[str, Any]) -> None:
    assert advice["level"] in ("routine", "within_2_weeks", "same_day")
    assert advice["reasons"]
    for reason in advice["reasons"]:
        assert reason["text"] and reason["rule"]["id"] and reason["rule"]["version"]
        assert all(source["organisation"] and source["title"] for source in reason["sources"]) and reason["sources"]
    assert advice["self_care"] and advice["doctor"] and advice["safety_net"]["watch_for"]


def test_the_archived_reply_is_the_pages_own(advice: dict[str, Any], page: SeedPage) -> None:
    answer = advice["answer"]
    assert answer["shown"] is True
    assert answer["text"].splitlines() == page.reply
    assert (answer["doctor"], answer["specialty"], answer["date"]) == (page.doctor, page.specialty, page.date)
    assert page.specialty in advice["text"] and page.date in advice["text"]
    assert "someone else" in answer["heading"] and answer["notes"]


def test_a_calmer_reply_is_withheld_and_that_is_said(server: Server, page: SeedPage) -> None:
    chat = Chat(server).begin()
    chat.say(page.question)
    finish(chat, {"details": "worse"})
    answer = chat.replies[-1]["advice"]["answer"]
    assert (answer["shown"], answer["withheld_because"], answer["text"]) == (False, "calmer", "")
    assert answer["heading"] in chat.text
    assert not any(line in chat.text for line in page.reply)


def test_the_similar_questions_are_listed(advice: dict[str, Any], page: SeedPage) -> None:
    listed = [each["question"] for each in advice["similar"]]
    assert listed and set(listed) <= set(page.similar)
    assert all(each["cut_off"] and each["title"] for each in advice["similar"])


def test_unsigned_text_is_not_shown_as_a_doctors(advice: dict[str, Any], page: SeedPage) -> None:
    assert page.unsigned
    for line in page.unsigned:
        assert line not in advice["shown"]


def test_the_nickname_is_nowhere(server: Server, advice: dict[str, Any], page: SeedPage) -> None:
    name = re.compile(rf"\b{re.escape(page.nickname)}\b", re.IGNORECASE)
    assert not name.search(advice["shown"])
    for path in [server.database, *server.home.glob("signpost.db-*"), server.home / "log"]:
        assert not name.search(path.read_bytes().decode("utf-8", errors="replace")), path.name


def test_the_conversation_is_on_record(first: Chat, page: SeedPage) -> None:
    shown = records(first.server.database).show(first.id)
    assert shown["messages"][0]["decision"]["level"] in ("routine", "within_2_weeks")
