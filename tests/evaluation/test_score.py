"""Counting: exact, too calm, too urgent, emergencies, and the confusion matrix."""

from __future__ import annotations

from bot.evaluation.score import Outcome, Score
from bot.knowledge.model import LEVELS
from bot.records.proportion import Proportion


def outcome(expected: str, given: str, topic: str = "a") -> Outcome:
    return Outcome(id=f"{expected}-{given}-{topic}", topic=topic, aside=False, expected=expected, given=given)


SCORE = Score(
    (
        outcome("emergency", "emergency"),
        outcome("emergency", "same_day"),
        outcome("self_care", "emergency", "b"),
        outcome("routine", "routine"),
        outcome("routine", "unknown"),
        outcome("same_day", "self_care", "b"),
    )
)


def test_the_numbers() -> None:
    assert SCORE.exact == Proportion(2, 6)
    assert SCORE.under == Proportion(3, 6)
    assert SCORE.over == Proportion(1, 6)
    assert SCORE.emergency_recall == Proportion(1, 2)
    assert SCORE.false_emergencies == Proportion(1, 4)


def test_the_matrix_counts_each_outcome_once() -> None:
    matrix = SCORE.matrix()
    assert list(matrix) == list(reversed(LEVELS)) and all(list(row) == list(matrix) for row in matrix.values())
    assert sum(count for row in matrix.values() for count in row.values()) == 6
    assert matrix["emergency"]["same_day"] == 1 and matrix["same_day"]["emergency"] == 0


def test_the_wrong_ones_begin_with_the_furthest_too_calm() -> None:
    assert [each.given for each in SCORE.wrong] == ["self_care", "unknown", "same_day", "emergency"]
    assert [each.given for each in SCORE.under_ones] == ["self_care", "unknown", "same_day"]


def test_topics_are_counted_apart() -> None:
    topics = SCORE.by_topic()
    assert topics["b"].exact == Proportion(0, 2) and topics["a"].exact == Proportion(2, 4)
