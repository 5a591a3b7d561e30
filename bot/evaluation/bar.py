"""A bar that a scorecard must clear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One bar: what is asked for, what was measured, and whether that clears it. `now` is false for a bar that is
    shown but not asked for yet. Where there was nothing to measure, the bar is not cleared."""

    name: str
    asked: str
    measured: str
    cleared: bool
    now: bool = True

    @property
    def verdict(self) -> str:
        """Cleared, broken or not yet asked, in words."""
        return "cleared" if self.cleared else "BROKEN" if self.now else "not yet asked"


def broken(bars: Iterable[Bar]) -> bool:
    """Whether one that is asked for now is not cleared."""
    return any(bar.now and not bar.cleared for bar in bars)
