"""The cues of one text: denials, doubts, times gone by, sides and so on, by their kind and their place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from bot.nlu.lexicon import Cue
from bot.nlu.phrases import Match


class Cues:
    """The cues found in a text, in the order of their words."""

    def __init__(self, matches: Sequence[Match[Cue]]) -> None:
        self.all = matches
        self._places = [match.first for match in matches]
        self._kinds: dict[str, list[Match[Cue]]] = {}
        for match in matches:
            for meaning in match.meanings:
                known = self._kinds.setdefault(meaning.kind, [])
                if not known or known[-1] is not match:
                    known.append(match)

    def of(self, kind: str) -> Sequence[Match[Cue]]:
        """The cues of one kind."""
        return self._kinds.get(kind, ())

    def near(self, low: int, high: int) -> Sequence[Match[Cue]]:
        """The cues whose first word stands at `low` or behind it and before `high`."""
        return self.all[bisect_left(self._places, low) : bisect_left(self._places, high)]

    def near_of(self, kind: str, low: int, high: int) -> Sequence[Match[Cue]]:
        """The cues of one kind whose first word stands at `low` or behind it and before `high`."""
        return [each for each in self._kinds.get(kind, ()) if low <= each.first < high]


def is_of(cue: Match[Cue], kind: str) -> bool:
    """Whether one meaning of a cue is of this kind."""
    return any(meaning.kind == kind for meaning in cue.meanings)
