"""Whether what is said to be in order is so always and wholly: "my speech is fine", not "fine until today"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Mapping

from bot.nlu.words import Word

# Words before a phrase, and behind it up to a comma, that may limit it.
_BEFORE, _RIGHT_BEFORE, _BEHIND = 3, 2, 5
_ENDS = frozenset({",", ".", ";", "and", "but", "(", ")", ":"})
_TURNS = (["but", "not"], ["but", "only"], ["for", "a"])


class InOrder:
    """The words of one knowledge version that limit what is in order, `in_order` of cues.yml."""

    def __init__(self, cues: Mapping[str, Any]) -> None:
        lists = cues["in_order"]
        self._was, self._supposes, self._seldom, self._inside, self._parts, self._wholes, self._limits = (
            frozenset(map(str, lists[name]))
            for name in ("was", "supposes", "seldom", "inside", "parts", "wholes", "limits")
        )

    def is_limited(self, words: Sequence[Word], first: int, after: int) -> bool:
        """Whether the words from `first` up to `after`, which say that something is in order, say so only of once, of
        some times or of a part: then they deny nothing."""
        sentence = words[first].sentence
        inside = [word.text for word in words[first:after]]
        before = [word.text for word in words[max(0, first - _BEFORE) : first] if word.sentence == sentence]
        if not self._was.isdisjoint(inside) or not (self._was | self._supposes).isdisjoint(before[-_RIGHT_BEFORE:]):
            return True
        if not self._seldom.isdisjoint(before) or not self._inside.isdisjoint(inside):
            return True
        if self._is_of_a_part([*before[-1:], *inside]):
            return True
        behind = [word.text for word in words[after : after + _BEHIND] if word.sentence == sentence]
        if behind[:2] in _TURNS:
            return True
        ends = next((at for at, text in enumerate(behind) if text in _ENDS), len(behind))
        return not self._limits.isdisjoint(behind[:ends])

    def _is_of_a_part(self, texts: Sequence[str]) -> bool:
        """Whether it is one side, or one of several, that is in order: "the left one is fine"."""
        if not self._wholes.isdisjoint(texts):
            return False
        return any(text in self._parts and before != "all" for before, text in zip(["", *texts], texts))
