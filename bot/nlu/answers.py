"""How a message answers a question: yes, no ("none of those"), not sure, or by the place of a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from bot.nlu.lexicon import Lexicon
from bot.nlu.words import Word

# A message longer than this is no mere answer, unless it begins as one.
_SHORT = 14
_OPENING = 5
# What may stand beside numbers that pick choices: "yes, only the first one and number 3".
_BESIDE = frozenset(
    {
        "yes",
        "just",
        "only",
        "the",
        "one",
        "ones",
        "number",
        "and",
        "&",
        "option",
        "i",
        "have",
        "it",
        "is",
        "#",
        "(",
        ")",
        "in",
        "on",
        "list",
    }
)


def read_answer(words: Sequence[Word], lexicon: Lexicon) -> tuple[Optional[str], tuple[int, ...]]:
    """The answer ("yes", "no", "not_sure" or None) and the ordinals ("only the first": (1,)) of a message.

    The first word of an answer decides ("no but my hand tingles" is a no), except that doubt anywhere in a short
    message makes it "not_sure".
    """
    said = [word for word in words if word.text not in (",", ".", "!", "-", "oh", "um", "well", "hmm", "err")]
    matches = lexicon.answers.every(said[: _OPENING + 3])
    opening = [match for match in matches if match.first < _OPENING]
    answer: Optional[str] = None
    for match in opening:
        if match.first == 0 or (answer is None and len(said) <= _SHORT):
            answer = match.meanings[0]
            break
    if len(said) <= _SHORT and any("not_sure" in match.meanings for match in matches) and answer != "no":
        answer = "not_sure"
    if answer is not None and opening and opening[0].first > 0 and len(said) > opening[0].after + 4:
        answer = None
    ordinals: tuple[int, ...] = ()
    if len(said) <= _OPENING:
        picked = lexicon.ordinals.find(said)
        places = {place for match in picked for place in range(match.first, match.after)}
        if all(place in places or word.text in _BESIDE for place, word in enumerate(said)):
            ordinals = tuple(dict.fromkeys(match.meanings[0] for match in picked))
    return answer, ordinals
