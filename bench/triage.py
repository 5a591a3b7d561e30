"""How long a decision takes, and how that grows with the knowledge.

    .venv/bin/python bench/triage.py [--json FILE]

Two things are measured in one run, on one core, without network:
1. `decide` with all shipped knowledge, on the facts of every case that the rules bring with them: the median and the
   90th centile, in milliseconds.
2. The same with the knowledge copied 10 and 100 times under new names (every finding, rule, topic and question gets a
   copy with a suffix): the rules that mention what was said stay the same, so the time should too. Printed as a ratio
   to the first.
The peer that makes the numbers comparable between machines is `json.dumps` of the decision, timed in the same loop.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.knowledge import Knowledge, build, load
from bot.triage import Case, decide
from bot.triage.facts import case_of

ON = date(2026, 11, 23)
COPIES = (10, 100)
# Milliseconds in the median with the shipped knowledge, and how much slower a hundredfold knowledge may be.
LIMIT, GROWTH = 0.5, 1.5
# Keys whose values name findings, sources or questions of the same copy.
_NAMES = ("has", "broader", "complaints", "findings", "yes_means", "clarifies", "asked_in")


def main() -> None:
    """Measures and prints; the exit status is 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    shipped = load()
    cases = [case_of(one.facts, shipped) for rule in shipped.rules.values() for one in rule.cases if one.facts]
    times, peer = measured(cases, shipped)
    result: dict[str, Any] = {
        "rules": len(shipped.rules),
        "cases": len(cases),
        "median_ms": round(statistics.median(times), 4),
        "p90_ms": round(statistics.quantiles(times, n=10)[-1], 4),
        "json_dumps_median_ms": round(statistics.median(peer), 4),
        "growth": {},
    }
    for copies in COPIES:
        more = build(copied(json.loads(shipped.canonical), copies))
        again, _ = measured(cases, more)
        result["growth"][str(copies)] = round(statistics.median(again) / statistics.median(times), 3)
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if result["median_ms"] > LIMIT or max(result["growth"].values()) > GROWTH:
        sys.exit(1)


def measured(cases: Sequence[Case], knowledge: Knowledge, rounds: int = 5) -> tuple[list[float], list[float]]:
    """Milliseconds of `decide` for each case, the best of some rounds; and those of writing the decision as JSON."""
    times, peer = [], []
    for case in cases:
        best = best_peer = float("inf")
        for _ in range(rounds):
            start = time.perf_counter()
            decision = decide(case, knowledge, ON)
            middle = time.perf_counter()
            json.dumps(decision.to_json())
            best, best_peer = min(best, middle - start), min(best_peer, time.perf_counter() - middle)
        times.append(best * 1000)
        peer.append(best_peer * 1000)
    return times, peer


def copied(documents: dict[str, Any], copies: int) -> dict[str, Any]:
    """The documents with `copies` - 1 further copies of findings, rules, topics and questions under new names."""
    grown = copy.deepcopy(documents)
    for number in range(1, copies):
        suffix = f"_{number}"
        for file, data in documents.items():
            folder, _, name = file.partition("/")
            if folder == "findings":
                grown[f"findings/{suffix}_{name}"] = {
                    key + suffix: {**_renamed(entry, suffix), "say": []} for key, entry in data.items()
                }
            elif folder == "rules":
                rules = {key + suffix: {**_renamed(rule, suffix), "cases": []} for key, rule in data["rules"].items()}
                grown[f"rules/{suffix}_{name}"] = {**data, "rules": rules}
            elif folder == "topics":
                grown[f"topics/{name[:-4]}{suffix}.yml"] = _renamed(data, suffix)
        grown["interview.yml"]["questions"] |= {
            key + suffix: _renamed(question, suffix)
            for key, question in documents["interview.yml"]["questions"].items()
        }
    return grown


def _renamed(value: Any, suffix: str) -> Any:
    """A part of a document with every name in it that the copy has of its own."""
    if isinstance(value, list):
        return [_renamed(each, suffix) for each in value]
    if not isinstance(value, dict):
        return value
    renamed = {}
    for key, inner in value.items():
        if key in _NAMES:
            renamed[key] = [each + suffix for each in inner] if isinstance(inner, list) else inner + suffix
        else:
            renamed[key] = _renamed(inner, suffix)
    return renamed


if __name__ == "__main__":
    main()
