"""Replay: a stored decision made once more from its facts and its knowledge, and compared byte for byte; or made with
today's rules, to see which decisions those would change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.records.canonical import canonical
from bot.records.models import decisions, knowledge_versions

Decide = Callable[[Mapping[str, Any], bytes, date], Mapping[str, Any]]
"""Decides from facts (JSON), the knowledge's canonical bytes and the day; gives the decision as JSON."""

DecideNow = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Decides from facts (JSON) by the rules that others are compared with; gives the decision as JSON."""


@dataclass(frozen=True)
class Replayed:
    """One decision replayed: `same`, or else `why` says what differs, and `first_difference` where the texts part."""

    decision_id: int
    same: bool
    why: str | None = None
    first_difference: int | None = None


@dataclass(frozen=True)
class ReplayReport:
    """All that were replayed; `missing` are the ids that were asked for and are not there."""

    replayed: tuple[Replayed, ...]
    missing: tuple[int, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every decision asked for was found and came out the same."""
        return not self.missing and all(one.same for one in self.replayed)


def replay(engine: Engine, decide: Decide, ids: Iterable[int] | None = None) -> ReplayReport:
    """Replays the decisions of these ids, or all of them where None. Turns without a decision are left out."""
    wanted = None if ids is None else sorted(set(ids))
    query = (
        select(decisions, knowledge_versions.c.canonical)
        .select_from(decisions.outerjoin(knowledge_versions))
        .where(decisions.c.decision.is_not(None))
        .order_by(decisions.c.id)
    )
    if wanted is not None:
        query = query.where(decisions.c.id.in_(wanted))
    replayed = []
    with engine.connect() as connection:
        for row in connection.execute(query):
            replayed.append(_replay_one(row, decide))
    found = {one.decision_id for one in replayed}
    return ReplayReport(tuple(replayed), tuple(one for one in wanted or () if one not in found))


@dataclass(frozen=True)
class Changed:
    """A decision that other rules would have made otherwise: its day, both levels, the rules that came and went.

    `failed` says why it could not be made again; there is then no level `after`.
    """

    decision_id: int
    decided_on: date
    before: str
    after: str | None
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    failed: str | None = None


@dataclass(frozen=True)
class Comparison:
    """How many decisions were made again, and those that came out otherwise."""

    compared: int
    changed: tuple[Changed, ...]
    missing: tuple[int, ...] = ()


def compare(engine: Engine, decide_now: DecideNow, ids: Iterable[int] | None = None) -> Comparison:
    """Makes the decisions of these ids, or all of them where None, by other rules, from the facts as they were read
    on their own day. A decision changes where its level does, or the ids of the rules that fired."""
    wanted = None if ids is None else sorted(set(ids))
    query = select(decisions.c.id, decisions.c.decided_on, decisions.c.facts, decisions.c.decision)
    query = query.where(decisions.c.decision.is_not(None)).order_by(decisions.c.id)
    if wanted is not None:
        query = query.where(decisions.c.id.in_(wanted))
    changed: list[Changed] = []
    found = set()
    with engine.connect() as connection:
        for row in connection.execute(query):
            found.add(row.id)
            one = _compare_one(row, decide_now)
            if one is not None:
                changed.append(one)
    return Comparison(len(found), tuple(changed), tuple(one for one in wanted or () if one not in found))


def _compare_one(row: Any, decide_now: DecideNow) -> Changed | None:
    before = json.loads(row.decision)
    try:
        after = decide_now(json.loads(row.facts))
    except Exception as error:
        # As in a replay: one decision that cannot be made again is a finding, and the others are still compared.
        reason = f"{type(error).__name__}: {error}"
        return Changed(row.id, row.decided_on, before["level"], None, failed=reason)
    then, now = ({fired["id"] for fired in made["fired"]} for made in (before, after))
    if then == now and before["level"] == after["level"]:
        return None
    came, went = tuple(sorted(now - then)), tuple(sorted(then - now))
    return Changed(row.id, row.decided_on, before["level"], after["level"], came, went)


def _replay_one(row: Any, decide: Decide) -> Replayed:
    if row.canonical is None:
        return Replayed(row.id, False, f"the knowledge version {row.knowledge_version} is not stored")
    knowledge = bytes(row.canonical)
    if hashlib.sha256(knowledge).hexdigest() != row.knowledge_version:
        return Replayed(row.id, False, f"the stored knowledge is not the one that {row.knowledge_version} names")
    try:
        again = canonical(decide(json.loads(row.facts), knowledge, row.decided_on))
    except Exception as error:
        # Whatever the engine raises is a finding about this one decision; the others are still replayed.
        return Replayed(row.id, False, f"deciding again failed: {type(error).__name__}: {error}")
    if again.encode() == row.decision.encode():
        return Replayed(row.id, True)
    pairs = enumerate(zip(again, row.decision))
    place = next((index for index, (new, old) in pairs if new != old), min(len(again), len(row.decision)))
    why = f"decided {row.decision[place : place + 60]!r} then and {again[place : place + 60]!r} now"
    return Replayed(row.id, False, why, place)
