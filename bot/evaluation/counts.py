"""What was found, invented and missed, counted; precision, recall and F of it, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Optional

from bot.records.proportion import Proportion

# Draws of the bootstrap; its seed is fixed, so that the same messages give the same interval.
_DRAWS, _SEED = 1000, 1
# Room for each of three counts packed into one number: more than a million of them.
_BITS = 21


@dataclass(frozen=True)
class Counts:
    """`hits` were labelled and found, `false` found but not labelled, `missed` labelled but not found."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.hits + other.hits, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> Proportion:
        """What was labelled, of what was found."""
        return Proportion(self.hits, self.hits + self.false)

    @property
    def recall(self) -> Proportion:
        """What was found, of what was labelled."""
        return Proportion(self.hits, self.hits + self.missed)

    @property
    def f(self) -> Optional[float]:
        """The harmonic mean of precision and recall; None where there was nothing to find and nothing was found.

        >>> Counts(hits=6, false=2, missed=2).f
        0.75
        """
        total = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / total if total else None


def total(parts: Sequence[Counts]) -> Counts:
    """All of them together."""
    return Counts(
        sum(each.hits for each in parts), sum(each.false for each in parts), sum(each.missed for each in parts)
    )


def f_interval(parts: Sequence[Counts]) -> Optional[tuple[float, float]]:
    """The interval of 95 % of F, by the percentile bootstrap: whole messages (`parts`) are drawn anew, with a fixed
    seed. None where F is none.

    B. Efron, R. J. Tibshirani, "An introduction to the bootstrap" (1993), chapter 13.
    """
    if total(parts).f is None:
        return None
    # A message's three counts as one number, so that a draw is one sum of numbers: a third of the time.
    packed = [each.hits << 2 * _BITS | each.false << _BITS | each.missed for each in parts]
    random, mask, drawn = Random(_SEED), (1 << _BITS) - 1, []
    for _ in range(_DRAWS):
        summed = sum(random.choices(packed, k=len(packed)))
        f = Counts(summed >> 2 * _BITS, summed >> _BITS & mask, summed & mask).f
        if f is not None:
            drawn.append(f)
    drawn.sort()
    return drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn)) - 1]
