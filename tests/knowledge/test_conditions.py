"""Stretches of time and conditions as authors write them."""

from __future__ import annotations

import pytest

from bot.knowledge.conditions import AtLeast, ConditionParser, Has, Not, Range, leaves, seconds_of
from bot.knowledge.problems import KnowledgeError, nearest


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("14 days", 1209600), ("1 day", 86400), ("1.5 hours", 5400), ("3weeks", 1814400), ("90 seconds", 90)],
)
def test_stretches_of_time(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "days", "14", "14 dayz", "-3 days", "3 fortnights", "two days", None])
def test_what_is_no_stretch_says_how_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match='such as "14 days"'):
        seconds_of(text)


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        (Range(over=14), 14.1, 14),
        (Range(at_most=14), 14, 14.1),
        (Range(under=16), 15.9, 16),
        (Range(at_least=16), 16, 15.9),
        (Range(over=7, at_most=90), 90, 7),
    ],
)
def test_a_limit_is_inside_or_outside_as_it_says(limits: Range, inside: float, outside: float) -> None:
    assert limits.covers(inside) and not limits.covers(outside)


def test_a_tree_is_read_with_all_its_leaves() -> None:
    parser = ConditionParser("rules/x.yml", {"a": 1, "b": 1})
    tree = parser.parse({"all": [{"at_least": {"n": 1, "of": [{"has": "a"}]}}, {"not": {"has": "b"}}]}, ())
    assert [leaf.finding for leaf in leaves(tree) if isinstance(leaf, Has)] == ["a", "b"]
    assert any(isinstance(part, AtLeast) for part in tree.parts)  # type: ignore[union-attr]
    assert any(isinstance(part, Not) for part in tree.parts)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "expected has, person, all, any, at_least or not"),
        ({"all": []}, "expected a list of conditions"),
        ({"all": [{"has": "a"}], "any": [{"has": "a"}]}, "expected one of"),
        ({"has": "a", "sidde": "left"}, 'Did you mean "side"?'),
        ({"has": "a", "onset": "suden"}, 'Did you mean "sudden"?'),
        ({"has": "a", "lasting": "3 days"}, "expected over, at_most, under, at_least"),
        ({"person": {"agee": 3}}, 'Did you mean "age"?'),
    ],
)
def test_a_wrong_condition_says_what_is_valid(data: object, words: str) -> None:
    with pytest.raises(KnowledgeError) as raised:
        ConditionParser("rules/x.yml", {"a": 1}).parse(data, ("rules", "r", "when"))
    assert words in raised.value.problem.message and raised.value.problem.file == "rules/x.yml"


def test_the_nearest_name_or_all_of_them() -> None:
    assert nearest("sidde", ["side", "trend"]) == 'Did you mean "side"?'
    assert nearest("zzz", ["b", "a"]) == "Valid here: a, b."
    assert nearest("zzz", []) == "Nothing is declared here yet."
