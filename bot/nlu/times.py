"""Which finding each stretch of time belongs to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Optional

from bot.nlu.reading import ABSENT, PATIENT, PRESENT, Mention, Stretch

# Characters; a sentence's end weighs as much as this many, so that a stretch stays in its own sentence where it can.
_SENTENCE_COST, _CLAUSE_COST, _BEFORE_COST = 120, 25, 4
_FARTHEST, _MOST = 400, 30


def attach(text: str, stretches: Sequence[Stretch], mentions: Sequence[Mention]) -> tuple[Stretch, ...]:
    """The stretches with the finding that each belongs to: the nearest one that was not denied.

    A stretch that stands alone in an answer ("about two months") belongs to none; the interview knows what was asked.
    """
    starts = [mention.start for mention in mentions]
    owned = []
    for stretch in stretches:
        low = bisect_left(starts, stretch.start - 2 * _FARTHEST)
        high = bisect_left(starts, stretch.end + _FARTHEST)
        finding = _owner(text, stretch, mentions[low:high][-_MOST:])
        # A bare "5 days" beside a finding is how long it has been there.
        kind = "onset" if finding is not None and stretch.kind == "unspecified" else stretch.kind
        owned.append(replace(stretch, finding=finding, kind=kind))
    return tuple(owned)


def _owner(text: str, stretch: Stretch, mentions: Sequence[Mention]) -> Optional[str]:
    best: tuple[tuple[int, int], str] | None = None
    for mention in mentions:
        if mention.status == ABSENT:
            continue
        before = mention.end <= stretch.start
        between = text[mention.end : stretch.start] if before else text[stretch.end : mention.start]
        cost = len(between) + _breaks(between)
        if mention.start >= stretch.end:
            cost += _BEFORE_COST
        if mention.experiencer != PATIENT or mention.status != PRESENT:
            cost += _CLAUSE_COST
        if cost <= _FARTHEST and (best is None or (cost, mention.start) < best[0]):
            best = ((cost, mention.start), mention.finding)
    return best[1] if best else None


def _breaks(between: str) -> int:
    cost = sum(_SENTENCE_COST for sign in between if sign in ".!?;\n")
    cost += sum(_CLAUSE_COST for sign in between if sign == ",")
    return cost + (_CLAUSE_COST if " but " in between or " and " in between else 0)
