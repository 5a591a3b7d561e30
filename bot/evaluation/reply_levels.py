"""How well the levels of archived replies are read: against labels given by somebody who saw no cue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.archive.levels import LEVELS, load, rank
from bot.records.proportion import Proportion

# A person is to be seen from this level on.
SEEN = rank("routine")


class LabelError(ValueError):
    """The labels do not fit the replies; the message says where."""


@dataclass(frozen=True)
class Labelled:
    """A reply's level as it was read, and the levels that its label calls defensible, the label's own first."""

    read: str
    right: tuple[str, ...]

    @property
    def over(self) -> bool:
        """Read as more urgent than any defensible level: such a reply may be shown where it should be withheld."""
        return rank(self.read) > max(map(rank, self.right))

    @property
    def under(self) -> bool:
        """Read as calmer than any defensible level: such a reply may be withheld for nothing."""
        return rank(self.read) < min(map(rank, self.right))


def reply_level_figures(labels_path: Path, replies_path: Path) -> dict[str, Any]:
    """The figures of reading levels, over all labelled replies, and over the even and the odd lines alone.

    `labels_path` holds a JSON object a line: `line` is the number (from 1) of a line of `replies_path`, whose `reply`
    is meant, `level` the label, and `also` a second level that is defensible, or null. The cues were worked on with
    even lines only, so that `kept_aside`, the odd ones, is the figure to believe.

    Every share comes with its count: `over` (read as more urgent than label and alternative) is the dangerous one,
    `calm_over` the same out of the replies that are calm beyond doubt. Raises OSError, and LabelError with the line.
    """
    replies = replies_path.read_text(encoding="utf-8").split("\n")
    levels = load()
    halves: tuple[list[Labelled], list[Labelled]] = ([], [])
    for number, text in enumerate(labels_path.read_text(encoding="utf-8").split("\n"), 1):
        if not text.strip():
            continue
        try:
            label = json.loads(text)
            line, right = int(label["line"]), tuple(each for each in (label["level"], label.get("also")) if each)
            if line < 1 or not set(right) <= set(LEVELS):
                raise ValueError(f"line {line}, levels {', '.join(right)}; expected {', '.join(LEVELS)}")
            reply = json.loads(replies[line - 1])["reply"]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise LabelError(f"{labels_path.name}:{number}: no label of a reply: {error}") from error
        halves[line % 2].append(Labelled(levels.read(reply).level, right))
    even, odd = halves
    return {"all": figures(even + odd), "worked_on": figures(even), "kept_aside": figures(odd)}


def figures(replies: Sequence[Labelled]) -> dict[str, Any]:
    """Shares with their counts, and `confusion`: how often each label was read as each level."""
    calm = [each for each in replies if max(map(rank, each.right)) < SEEN]
    seen = [each for each in replies if min(map(rank, each.right)) >= SEEN]
    sooner = [each for each in replies if min(map(rank, each.right)) > SEEN]
    pairs = Counter((each.right[0], each.read) for each in replies)
    return {
        "exact": _share([each.read == each.right[0] for each in replies]),
        "exact_or_also": _share([each.read in each.right for each in replies]),
        "over": _share([each.over for each in replies]),
        "calm_over": _share([each.over for each in calm]),
        "under": _share([each.under for each in replies]),
        "seen_recall": _share([rank(each.read) >= SEEN for each in seen]),
        "sooner_recall": _share([rank(each.read) > SEEN for each in sooner]),
        "confusion": {
            label: {read: pairs[label, read] for read in LEVELS if pairs[label, read]}
            for label in LEVELS
            if any(pairs[label, read] for read in LEVELS)
        },
    }


def _share(hits: Sequence[bool]) -> dict[str, Any]:
    return Proportion(sum(hits), len(hits)).to_json()
