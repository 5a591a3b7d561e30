"""How likely an entry answers a question: what both have in common, and what contradicts, as one probability.

A logistic regression over few features (Cox, 1958), fitted by scripts/fit_archive.py; its weights are data, in
`bot/archive/model/weights.json`. Words in common count for little once meaning is known, since near misses have them
too; the findings that were read in both count as they are weighed there.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from bot.archive.meaning import FOLDER

_LETTERS: Final = 4
MOST_CHARACTERS: Final = 2_000


@dataclass(frozen=True)
class Likeness:
    """What speaks for an entry. Each part is from 0 to 1, `meaning` (a cosine) from -1; None where it is not known.

    `findings` is how far the findings read in both agree, None where either has none; 0 says that they have none in
    common, which contradicts. `decades` is how far apart both began, in powers of ten.
    """

    words: float
    letters: float
    meaning: float | None = None
    findings: float | None = None
    decades: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The parts, rounded, for people who want to see why."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in vars(self).items()}


@dataclass(frozen=True)
class Weights:
    """The regression, and the probabilities from which an entry is shown as an answer, or as related."""

    with_meaning: Mapping[str, float]
    by_words: Mapping[str, float]
    findings: Mapping[str, float]
    answers_from: float
    related_from: float

    def probability(self, like: Likeness) -> float:
        """How likely an entry answers the question, from 0 to 1."""
        weights = self.by_words if like.meaning is None else self.with_meaning
        parts = {"words": like.words, "letters": like.letters, "meaning": like.meaning or 0.0}
        logit = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in parts.items())
        if like.findings is not None:
            logit += self.findings["agree"] * like.findings if like.findings else self.findings["contradict"]
        logit += self.findings["decade"] * like.decades
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


@cache
def weights(path: Path = FOLDER / "weights.json") -> Weights:
    """The weights of a file, read once. Raises OSError, or KeyError where one is missing."""
    data = json.loads(path.read_text(encoding="utf-8"))
    names = ("with_meaning", "by_words", "findings", "answers_from", "related_from")
    return Weights(*(data[name] for name in names))


def shared_letters(one: str, other: str) -> float:
    """What part of the pieces of four letters of two texts is common (Dice), 0 to 1.

    Slips and endings change only a few of the pieces.
    """
    own, others = _pieces(one), _pieces(other)
    total = sum(own.values()) + sum(others.values())
    return 2 * sum((own & others).values()) / total if total else 0.0


def forget_texts() -> None:
    """Drops the texts that were compared of late, for a person whose words are to be erased."""
    _pieces.cache_clear()


@lru_cache(maxsize=256)
def _pieces(text: str) -> Counter[str]:
    plain = "".join(sign if sign.isalnum() else " " for sign in text[:MOST_CHARACTERS].lower())
    plain = f" {' '.join(plain.split())} "
    return Counter(plain[at : at + _LETTERS] for at in range(len(plain) - _LETTERS + 1))
