"""`make demo`: its people are always the same, its words can all be said, and its home is filled once, by real talk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import func, select

from bot.records.database import engine
from bot.records.models import conversations, messages, summaries, users
from bot.records.period import Period
from bot.records.trends import Trends
from tests.dialogue.server import new_home

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from demo_people import DAYS, WORDS, Person  # noqa: E402  (a script is no package)

NOW = datetime(2026, 6, 18, 12, tzinfo=timezone.utc)


def test_a_person_is_always_the_same_and_came_in_the_last_month() -> None:
    for number in range(200):
        one, again = Person(number, NOW), Person(number, NOW)
        assert (one.id, one.opened, one.channel, one.first()) == (again.id, again.opened, again.channel, again.first())
        assert NOW - timedelta(days=DAYS) < one.opened < NOW
    assert len({Person(number, NOW).id for number in range(200)}) == 200


def test_every_word_can_be_filled_in() -> None:
    person = Person(1, NOW)
    for kind in WORDS["complaints"].values():
        for text in kind["texts"]:
            assert "{" not in person._filled(text)


def test_a_person_answers_what_is_offered_and_stops_in_the_end() -> None:
    choices = [{"value": "a", "label": "A"}, {"value": "none", "label": "None"}, {"value": "not_sure", "label": "?"}]
    for number in range(60):
        person, sent = Person(number, NOW), 0
        while (said := person.next({"kind": "question", "choices": choices, "several": True})) is not None:
            assert (said.text is None) is not (said.choices is None)
            assert set(said.choices or ()) <= {"a", "none", "not_sure"}
            sent += 1
        assert sent < 20 and person.next({"kind": "advice"}) is None


def test_the_home_is_filled_once_by_talking_to_the_desk(tmp_path: Path) -> None:
    home = new_home(tmp_path / "demo")
    command = [sys.executable, str(SCRIPTS / "demo.py"), "--only-seed", "--size", "8"]
    surroundings = {**os.environ, "SIGNPOST_HOME": str(home)}
    for told in ("8 conversations", "full already"):
        ran = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=600)
        assert ran.returncode == 0 and told in ran.stdout, ran.stdout + ran.stderr
    database = engine(f"sqlite:///{home / 'signpost.db'}")
    with database.connect() as connection:
        talks = connection.execute(select(func.count()).select_from(conversations)).scalar_one()
        open_talks = conversations.c.erased_at.is_(None)
        kept = connection.execute(select(func.count()).select_from(conversations).where(open_talks)).scalar_one()
        assert talks == 8
        assert connection.execute(select(func.count()).select_from(summaries)).scalar_one() == kept
        assert connection.execute(select(func.count()).where(messages.c.failed.is_not(None))).scalar_one() == 0
        roles = set(connection.execute(select(users.c.role)).scalars())
    assert {"reviewer", "lead", "knowledge_owner", "admin", "auditor"} <= roles
    until = datetime.fromisoformat(json.loads((home / "demo.json").read_text())["until"])
    assert Trends(database).by_day(Period.of_days(31, until.date())).counted == kept
    database.dispose()
