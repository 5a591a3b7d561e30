"""The words of a message that no part explains, so that the person can be shown what was not understood."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.nlu.lexicon import Lexicon
from bot.nlu.words import Word


def leftovers(
    text: str, words: Sequence[Word], lexicon: Lexicon, covered: Collection[int], spans: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int, str], ...]:
    """Runs of unexplained words as (start, end, words). `covered` are places of words that a finding or a cue took,
    `spans` the characters that a stretch of time took."""
    runs: list[tuple[int, int]] = []
    timed = {place for start, end in spans for place in range(start, end)}
    last = -2
    for place, word in enumerate(words):
        if place in covered or word.stem in lexicon.filler or not any(sign.isalpha() for sign in word.text):
            continue
        if word.text in lexicon.others or word.start in timed:
            continue
        if runs and place - last <= 2 and words[last].sentence == word.sentence:
            runs[-1] = (runs[-1][0], word.end)
        else:
            runs.append((word.start, word.end))
        last = place
    return tuple((start, end, text[start:end]) for start, end in runs)
