"""`signpost replay`: what it prints, and the status it ends with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Engine

from bot.knowledge import Knowledge
from bot.knowledge.loading import build
from bot.knowledge.model import urgency
from bot.records.replay import Changed, compare, replay
from bot.triage.case import Case
from bot.triage.decide import decide

_DIRECTIONS = ("more urgent", "calmer", "same level, other rules", "failed")


def replay_command(engine: Engine, ids: Iterable[int] | None) -> int:
    """Replays decisions byte for byte, prints what differs; gives 0 where all are the same, else 1."""
    versions = lru_cache(maxsize=4)(lambda canonical: build(json.loads(canonical)))

    def decide_again(facts: Mapping[str, Any], canonical: bytes, on: date) -> Mapping[str, Any]:
        return decide(Case.from_json(facts), versions(canonical), on).to_json()

    report = replay(engine, decide_again, ids)
    for one in report.replayed:
        if not one.same:
            print(f"decision {one.decision_id}: {one.why}")
    _print_missing(report.missing)
    same = sum(one.same for one in report.replayed)
    print(f"{same} of {len(report.replayed) + len(report.missing)} decisions are the same")
    return 0 if report.same else 1


def compare_command(engine: Engine, knowledge: Knowledge, on: date, ids: Iterable[int] | None, *, as_json: bool) -> int:
    """Makes decisions by the rules in force `on` that day; gives 0 where none changes and all are there, else 1."""
    result = compare(engine, lambda facts: decide(Case.from_json(facts), knowledge, on).to_json(), ids)
    counts = {each: sum(direction(one) == each for one in result.changed) for each in _DIRECTIONS}
    if as_json:
        rows = [
            {**asdict(one), "decided_on": one.decided_on.isoformat(), "direction": direction(one)}
            for one in result.changed
        ]
        whole = {"knowledge_version": knowledge.version, "rules_of": on.isoformat(), "compared": result.compared}
        print(json.dumps({**whole, "counts": counts, "changed": rows, "missing": result.missing}, indent=1))
    else:
        for one in result.changed:
            rules = [*(f"+{name}" for name in one.came), *(f"-{name}" for name in one.went)]
            outcome = f"failed: {one.failed}" if one.failed else f"{one.before} -> {one.after}"
            print(" ".join([f"decision {one.decision_id} of {one.decided_on}: {outcome} ({direction(one)})", *rules]))
        _print_missing(result.missing)
        print(
            f"{len(result.changed)} of {result.compared} decisions would change with knowledge "
            f"{knowledge.version[:10]} and the rules of {on}; the facts are as they were read on their own day"
        )
        print(", ".join(f"{number} {name}" for name, number in counts.items() if number) or "none changes")
    return 1 if result.changed or result.missing else 0


def direction(one: Changed) -> str:
    """Which way a decision would change. "Not covered" counts as the calmest level."""
    if one.after is None:
        return "failed"
    if one.before == one.after:
        return "same level, other rules"
    return "more urgent" if urgency(one.after) > urgency(one.before) else "calmer"


def _print_missing(ids: Iterable[int]) -> None:
    for number in ids:
        print(f"decision {number}: not in this database, or a turn without a decision")
