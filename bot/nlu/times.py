"""Which finding each stretch of time belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Optional

from bot.nlu.reading import ABSENT, PATIENT, PRESENT, Mention, Stretch

# Characters; a sentence's end weighs as much as this many, so that a stretch stays in its own sentence where it can.
_SENTENCE_COST, _CLAUSE_COST, _BEFORE_COST = 120, 25, 4
_FARTHEST, _MOST, _SINCE_REACH = 400, 30, 60
_DAY = 86_400
_SENTENCE = re.compile(r"\s*(?:$|[.!?,;\n])")


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
    owned = [_bout(stretch, was.kind, owned) for stretch, was in zip(owned, stretches)]
    return tuple(owned + _shared(text, owned, mentions))


def _bout(stretch: Stretch, kind: str, owned: Sequence[Stretch]) -> Stretch:
    """ "Three weeks ago ... for an hour": beside the day when it began, a bare short stretch is how long it lasted."""
    if kind == "episode" or stretch.kind != "onset" or stretch.seconds > _DAY or stretch.text.lower().endswith("ago"):
        return stretch
    began = any(
        other.finding == stretch.finding and other.text.lower().endswith("ago") and other.low > 2 * stretch.high
        for other in owned
    )
    return replace(stretch, kind="episode") if began else stretch


def _shared(text: str, owned: Sequence[Stretch], mentions: Sequence[Mention]) -> list[Stretch]:
    """The time of one finding that another has by "since": "weak since my fall in May", "a fall in May, weak ever
    since"."""
    shared = []
    lower = text.lower()
    for place in _places(lower, "since"):
        before = [each for each in mentions if each.end <= place]
        after = [each for each in mentions if each.start >= place and each.start - place < _SINCE_REACH]
        if not before or place - before[-1].end > _SINCE_REACH:
            continue
        if lower[place - 5 : place] == "ever " and (not after or _SENTENCE.match(lower[place + 5 :])):
            # "... and X ever since": since what was said before it.
            times = [each for each in owned if each.end <= place and each.finding not in (None, before[-1].finding)]
        else:
            names = {each.finding for each in after[:1]} - {before[-1].finding}
            times = [each for each in owned if each.finding in names and each.start >= place]
        times = [each for each in times if each.kind == "onset" and abs(each.start - place) < 2 * _SINCE_REACH]
        shared += [replace(each, finding=before[-1].finding) for each in times[-1:]]
    return shared


def _places(text: str, word: str) -> list[int]:
    return [match.start() for match in re.finditer(rf"\b{word}\b", text)]


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
        elif mention.end > stretch.start:
            # The words of a finding far apart have the time between them: it is the nearer one's.
            cost += _CLAUSE_COST
        if mention.experiencer != PATIENT or mention.status != PRESENT:
            cost += _CLAUSE_COST
        if cost <= _FARTHEST and (best is None or (cost, mention.start) < best[0]):
            best = ((cost, mention.start), mention.finding)
    return best[1] if best else None


def _breaks(between: str) -> int:
    cost = sum(_SENTENCE_COST for sign in between if sign in ".!?;\n")
    cost += sum(_CLAUSE_COST for sign in between if sign == ",")
    joined = re.search(r"\s(?:but|and)\s", between, re.IGNORECASE)
    return cost + (_CLAUSE_COST if joined else 0)
