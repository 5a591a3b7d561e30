"""As today's rules would decide: the decisions of a conversation made again from the facts as they were stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import Engine

from bot.records.commands import direction
from bot.records.replay import compare
from bot.triage.case import Case
from bot.triage.decide import decide


def by_todays_rules(
    engine: Engine, knowledge: Any, turns: Sequence[dict[str, Any]], today: date
) -> list[dict[str, Any]]:
    """A row for each decision of the turns: {at, then, now, came, went, failed, direction}; `direction` is "same" or
    as `signpost replay --against-current` has it. Only a decision that was recorded whole can be made again."""
    decided = [turn for turn in turns if turn["decision"] and turn["decision"].get("decision")]
    if not decided:
        return []
    numbers = [turn["decision"]["id"] for turn in decided]
    made = compare(engine, lambda facts: decide(Case.from_json(facts), knowledge, today).to_json(), numbers)
    changed = {one.decision_id: one for one in made.changed}
    rows = []
    for turn in decided:
        one, then = changed.get(turn["decision"]["id"]), turn["decision"]["level"]
        row: dict[str, Any] = {"at": turn["at"], "turn": turn["row"], "then": then, "now": then, "direction": "same"}
        row.update(came=(), went=(), failed=False)
        if one is not None:
            row.update(now=one.after, came=one.came, went=one.went, failed=one.after is None)
            row["direction"] = direction(one).partition(",")[0].replace(" ", "_")
        rows.append(row)
    return rows
