"""A proportion with its count and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Optional

_Z = 1.959964
"""Standard normal quantile for a two-sided interval of 95 %."""


@dataclass(frozen=True)
class Proportion:
    """`hits` out of `of`; nothing can be said of it where `of` is 0."""

    hits: int
    of: int

    @property
    def share(self) -> Optional[float]:
        """The share from 0 to 1, None out of nothing."""
        return self.hits / self.of if self.of else None

    def interval(self) -> Optional[tuple[float, float]]:
        """Wilson's score interval of 95 %, as shares; None out of nothing.

        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
        Statistical Association 22 (1927), 209-212. It stays inside 0 to 1 and says something of 0 hits too, where the
        usual interval has no width.

        >>> [round(end, 4) for end in Proportion(10, 10).interval()]
        [0.7225, 1.0]
        """
        if not self.of:
            return None
        share, square = self.hits / self.of, _Z * _Z / self.of
        middle = (share + square / 2) / (1 + square)
        half = _Z * sqrt(share * (1 - share) / self.of + square / (4 * self.of)) / (1 + square)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        interval = self.interval()
        if interval is None:
            return "none to measure"
        low, high = interval
        return f"{self.hits}/{self.of} = {self.hits / self.of:.1%} ({low:.1%} to {high:.1%})"

    def to_json(self) -> dict[str, Any]:
        """Count, denominator, share and interval, rounded to 4 places."""
        interval = self.interval()
        return {
            "hits": self.hits,
            "of": self.of,
            "share": None if self.share is None else round(self.share, 4),
            "interval": None if interval is None else [round(end, 4) for end in interval],
        }
