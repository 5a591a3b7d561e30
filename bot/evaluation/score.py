"""A score: levels given beside levels expected, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.knowledge.model import LEVELS, urgency
from bot.records.proportion import Proportion


@dataclass(frozen=True)
class Outcome:
    """What came of one vignette in one way of measuring. `rules` fired ("caution" marks what held only by doubt)."""

    id: str
    topic: str
    aside: bool
    expected: str
    given: str
    rules: tuple[str, ...] = ()
    turns: int = 1
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether the level is exactly the one expected."""
        return self.given == self.expected

    @property
    def under(self) -> bool:
        """Whether the level is calmer than it should be."""
        return urgency(self.given) < urgency(self.expected)

    @property
    def over(self) -> bool:
        """Whether the level is more urgent than it need be."""
        return urgency(self.given) > urgency(self.expected)


@dataclass(frozen=True)
class Score:
    """The outcomes of one way of measuring, counted."""

    outcomes: tuple[Outcome, ...]

    def where(self, wanted: Callable[[Outcome], bool]) -> Score:
        """The score of some of the outcomes."""
        return Score(tuple(each for each in self.outcomes if wanted(each)))

    @property
    def exact(self) -> Proportion:
        """Levels given exactly as expected, of all."""
        return self._share(lambda each: each.right, self.outcomes)

    @property
    def under(self) -> Proportion:
        """Levels calmer than expected, of all."""
        return self._share(lambda each: each.under, self.outcomes)

    @property
    def over(self) -> Proportion:
        """Levels more urgent than expected, of all."""
        return self._share(lambda each: each.over, self.outcomes)

    @property
    def emergency_recall(self) -> Proportion:
        """Emergencies recognised, of those expected."""
        expected = [each for each in self.outcomes if each.expected == "emergency"]
        return self._share(lambda each: each.given == "emergency", expected)

    @property
    def false_emergencies(self) -> Proportion:
        """Calm ones (expected below emergency) that were sent to an emergency, of the calm."""
        calm = [each for each in self.outcomes if each.expected != "emergency"]
        return self._share(lambda each: each.given == "emergency", calm)

    @property
    def wrong(self) -> tuple[Outcome, ...]:
        """Every outcome that is not exact: the too calm first, the furthest off first."""
        wrong = [each for each in self.outcomes if not each.right]
        return tuple(sorted(wrong, key=lambda each: (urgency(each.given) - urgency(each.expected), each.id)))

    @property
    def under_ones(self) -> tuple[Outcome, ...]:
        """The outcomes that are too calm, the furthest off first."""
        return tuple(each for each in self.wrong if each.under)

    def matrix(self) -> dict[str, dict[str, int]]:
        """How often each level expected (outer names) got each level given (inner names), urgent first."""
        levels = tuple(reversed(LEVELS))
        counts = {expected: dict.fromkeys(levels, 0) for expected in levels}
        for each in self.outcomes:
            counts[each.expected][each.given] += 1
        return counts

    def by_topic(self) -> dict[str, Score]:
        """The score of each topic, by name."""
        topics = sorted({each.topic for each in self.outcomes})
        return {topic: Score(tuple(each for each in self.outcomes if each.topic == topic)) for topic in topics}

    def numbers(self) -> dict[str, Proportion]:
        """The numbers that sum a score up, by name."""
        names = ("exact", "under", "over", "emergency_recall", "false_emergencies")
        return {name: getattr(self, name) for name in names}

    def to_json(self) -> dict[str, Any]:
        """The numbers by name."""
        return {name: number.to_json() for name, number in self.numbers().items()}

    @staticmethod
    def _share(hit: Callable[[Outcome], bool], among: Iterable[Outcome]) -> Proportion:
        listed = list(among)
        return Proportion(sum(map(hit, listed)), len(listed))
