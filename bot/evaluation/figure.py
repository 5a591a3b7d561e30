"""One figure of the scorecard, with how it was got; and one set of messages with all its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from bot.evaluation.counts import Counts, f_interval, total
from bot.records.proportion import Proportion


@dataclass(frozen=True)
class Figure:
    """A share from 0 to 1 (None where there was nothing to measure), out of `n` things, with its interval of 95 %.

    `key` is its name in the JSON, `method` one sentence on how it was got.
    """

    key: str
    name: str
    value: Optional[float]
    n: int
    interval: Optional[tuple[float, float]]
    method: str
    counts: str = ""

    @classmethod
    def of(cls, key: str, name: str, number: Proportion, method: str) -> Figure:
        """A proportion; its interval is Wilson's."""
        return cls(key, name, number.share, number.of, number.interval(), method, f"{number.hits}/{number.of}")

    @classmethod
    def f(cls, key: str, name: str, parts: Sequence[Counts], method: str) -> Figure:
        """F over the messages whose counts are `parts`; its interval is a bootstrap over messages."""
        counts = total(parts)
        return cls(key, name, counts.f, counts.hits + counts.missed, f_interval(parts), method, _three(counts))

    def __str__(self) -> str:
        if self.value is None:
            return "none to measure"
        low, high = self.interval or (self.value, self.value)
        return f"{self.value:.3f} ({low:.3f} to {high:.3f}; {self.counts or self.n})"

    def to_json(self) -> dict[str, Any]:
        """The figure under its key, with its `n` and the ends of its interval under keys beside it."""
        low, high = self.interval or (None, None)
        return {
            self.key: _rounded(self.value),
            f"{self.key}.n": self.n,
            f"{self.key}.low": _rounded(low),
            f"{self.key}.high": _rounded(high),
        }


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, 4)


def _three(counts: Counts) -> str:
    return f"{counts.hits} found, {counts.false} invented, {counts.missed} missed"


def _breakdown(breakdown: Breakdown) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, counts in breakdown.counts.items():
        written[f"{breakdown.key}.{name}.f"] = _rounded(counts.f)
        written[f"{breakdown.key}.{name}.n"] = counts.hits + counts.missed
    return written


def figures_of(key: str, name: str, parts: Sequence[Counts], method: str) -> tuple[Figure, Figure, Figure]:
    """F, precision and recall over messages."""
    counts = total(parts)
    return (
        Figure.f(f"{key}.f", f"{name}: F", parts, method),
        Figure.of(f"{key}.precision", f"{name}: precision", counts.precision, method),
        Figure.of(f"{key}.recall", f"{name}: recall", counts.recall, method),
    )


@dataclass(frozen=True)
class Fault:
    """Something that came out wrong: where it stands, what is wrong, and the words."""

    where: str
    what: str
    text: str


@dataclass(frozen=True)
class Confusion:
    """How often each status labelled (outer names) was given as each status (inner names)."""

    title: str
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Breakdown:
    """Counts by name: by finding, by status."""

    key: str
    title: str
    counts: Mapping[str, Counts]


@dataclass(frozen=True)
class Comparison:
    """The same figure of several programs, on the same messages in the same run, ours first. `asked` is the key of the
    figure whose bar they are held against."""

    title: str
    figures: Mapping[str, Figure]
    asked: Optional[str] = None


@dataclass(frozen=True)
class Part:
    """One set of messages with its figures. `skipped` says why it could not be scored; then there are none."""

    key: str
    title: str
    about: str
    figures: tuple[Figure, ...] = ()
    confusion: Optional[Confusion] = None
    breakdowns: tuple[Breakdown, ...] = ()
    by_finding: Optional[Breakdown] = None
    comparisons: tuple[Comparison, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: Optional[str] = None

    def figure(self, key: str) -> Optional[Figure]:
        """The figure with that key."""
        return next((each for each in self.figures if each.key == key), None)


@dataclass(frozen=True)
class Card:
    """Every set that was measured. `fingerprint` is that of our own messages."""

    knowledge_version: str
    fingerprint: str
    parts: tuple[Part, ...] = field(default=())

    def figure(self, key: str) -> Optional[Figure]:
        """The figure with that key, of whatever set."""
        return next((found for part in self.parts if (found := part.figure(key))), None)

    def to_json(self) -> dict[str, Any]:
        """Every figure under its key, flat; F by status and person too, and by finding over all our messages; and what
        was not measured, with why."""
        last = next((part for part in reversed(self.parts) if part.by_finding), None)
        result: dict[str, Any] = {"knowledge_version": self.knowledge_version, "fingerprint": self.fingerprint}
        for part in self.parts:
            for figure in part.figures:
                result.update(figure.to_json())
            for comparison in part.comparisons:
                for figure in comparison.figures.values():
                    result.update(figure.to_json())
            for breakdown in part.breakdowns:
                result.update(_breakdown(breakdown))
            if part.by_finding and part is last:
                result.update(_breakdown(part.by_finding))
            if part.skipped:
                result[f"{part.key}.skipped"] = part.skipped
        return result
