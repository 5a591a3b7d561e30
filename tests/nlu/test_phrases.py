"""Phrases in a graph: alternatives, small words between, gaps, and what is remembered of the steps."""

from __future__ import annotations

import pytest

from bot.nlu.phrases import GAP, PhraseTable
from bot.nlu.words import Word


def words(text: str) -> list[Word]:
    """The words of a text, each its own stem."""
    return [Word(place, place + 1, word, word, 0) for place, word in enumerate(text.split())]


@pytest.fixture
def table() -> PhraseTable[str]:
    made: PhraseTable[str] = PhraseTable({"the", "my"})
    made.add(("face", "drops"), "fallen")
    made.add(("face",), "face")
    made.add_choices([[("raise",), ("put",)], [(GAP,)], [("up",)]], "raised")
    made.add_choices([[("can", "not"), ("unable", "to")], [("move",), ("lift",)]], "stuck")
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("face drops", [("fallen", 0, 2)]),
        ("face the my drops", [("fallen", 0, 4)]),
        ("face still drops", [("face", 0, 1)]),
        ("can not lift", [("stuck", 0, 3)]),
        ("unable to move face", [("stuck", 0, 3), ("face", 3, 4)]),
        ("put up", [("raised", 0, 2)]),
        ("put some big pills up", [("raised", 0, 5)]),
        ("put a b c d up", []),
        ("put pills and hands up", []),
        ("put not up", []),
    ],
)
def test_the_longest_phrase_at_each_place(
    table: PhraseTable[str], text: str, found: list[tuple[str, int, int]]
) -> None:
    for _ in range(2):  # the second time by the steps remembered
        assert [(each.meanings[0], each.first, each.after) for each in table.find(words(text))] == found


def test_a_phrase_added_later_is_found(table: PhraseTable[str]) -> None:
    assert table.find(words("arm drops")) == []
    table.add(("arm", "drops"), "arm")
    assert [each.meanings for each in table.find(words("arm drops"))] == [("arm",)]


def test_no_phrase_goes_beyond_its_sentence(table: PhraseTable[str]) -> None:
    one, other = words("face drops")
    assert [each.meanings for each in table.find([one, other._replace(sentence=1)])] == [("face",)]


def test_two_meanings_of_the_same_words(table: PhraseTable[str]) -> None:
    table.add(("face",), "mask")
    assert table.find(words("face"))[0].meanings == ("face", "mask")
    assert table.meanings(("face",)) == ("face", "mask")
