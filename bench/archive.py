"""How fast the archive takes entries in, and how much memory that takes.

    .venv/bin/python bench/archive.py [--entries 20000] [--database URL] [--again]

Writes made-up entries (the same ones every time) to a file of JSON lines, imports it into a new SQLite database, or
into the empty one at URL, and prints entries a second and the most memory used. One entry in twenty is another one
with a few words changed, one in fifty an exact duplicate. `--again` then imports the same file once more.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.archive.importing import import_paths
from bot.records import database

COMMON = (
    "my left right wrist knee elbow ankle thumb shoulder back hurts aches clicks is stiff sore since for two three "
    "days weeks months every morning evening night when I type walk run sleep sit climb stairs and it does not get "
    "better should see a doctor or rest use ice splint the pain comes goes after work before sport"
)
WORDS = COMMON.split()
SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "se", "to", "vi", "zu", "da", "fe", "gi", "ho", "ju")


def entries(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Made-up entries of the length of real ones: some 100 words a question, 80 a reply."""
    chance = random.Random(seed)
    # Real texts have tens of thousands of rare words among some hundreds of common ones.
    rare = ["".join(chance.choices(SYLLABLES, k=4)) for _ in range(30_000)]
    kept: list[dict[str, str]] = []

    def text(length: int) -> list[str]:
        return [chance.choice(WORDS) if chance.random() < 0.7 else chance.choice(rare) for _ in range(length)]

    for number in range(count):
        entry = {
            "id": str(number),
            "title": " ".join(text(8)),
            "question": " ".join(text(chance.randint(60, 140))),
            "reply": ". ".join(" ".join(text(12)) for _ in range(chance.randint(4, 9))) + ". Please see your doctor.",
            "doctor": f"Doctor {number % 40}",
        }
        if kept and number % 50 == 7:
            entry.update({name: value for name, value in chance.choice(kept).items() if name != "id"})
        elif kept and number % 20 == 3:
            other = chance.choice(kept)
            words = other["question"].split()
            words[chance.randrange(len(words))] = "otherwise"
            entry.update(question=" ".join(words), doctor=other["doctor"])
        elif number % 10 == 0:
            kept.append(entry)
        yield entry


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entries.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries(options.entries))
        engine = database.engine(options.database or f"sqlite:///{folder}/archive.db")
        database.migrate(engine)
        for _ in range(2 if options.again else 1):
            began = time.perf_counter()
            account = import_paths([path], engine)
            taken = time.perf_counter() - began
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
            print(f"{account.read:,} entries in {taken:.1f} s: {account.read / taken:,.0f} a second, {most:,.0f} MB")
            print({name: value for name, value in account.to_json().items() if name != "refused"})


if __name__ == "__main__":
    main()
