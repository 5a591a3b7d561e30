"""How a finding is: on which side, how bad, getting better or worse, come on suddenly or slowly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.nlu.clauses import REACH, Clauses
from bot.nlu.compose import Found
from bot.nlu.cues import Cues
from bot.nlu.words import Word

_SEVERITY_REACH, _SPOT_REACH, _SIDE_REACH, _SIDE_REACH_BEHIND = 6, 5, 5, 9
_NO_SIDES_BEFORE = frozenset(
    {"now", "away", "after", "before", "when", "day", "night", "week", "month", "time", "over", "thing", "doctor"}
)
_NO_SIDES_BEHIND = frozenset({"all", "not", "is", "be", "alright"})


# From which number out of ten pain is called what (after the usual bands of a numeric rating scale: 1-3, 4-6, 7-10).
_SCORES = (("severe", 7), ("moderate", 4), ("mild", 1))


class Side(NamedTuple):
    """A side of the body: left, right or both, and the sides in the order in which they were said."""

    side: Optional[str]
    order: tuple[str, ...] = ()


class Qualities:
    """Reads the qualities of the findings of one text from its cues. `denied` are the places that a denial reaches,
    `conditional` words after which a trend is none."""

    def __init__(
        self,
        words: Sequence[Word],
        cues: Cues,
        clauses: Clauses,
        denied: frozenset[int],
        conditional: frozenset[str] = frozenset(),
    ) -> None:
        self._words = words
        self._cues = cues
        self._clauses = clauses
        self._denied = denied
        self._conditional = conditional
        self._scores = _scores(words)

    def side(self, found: Found) -> Side:
        """The side nearest to a finding in its sentence, or, for the last finding of a sentence that names none, the
        one that begins the next ("My face hurts. Left side.")."""
        near: dict[str, tuple[int, int]] = {}
        for cue in self._cues.near_of("side", found.first - _SIDE_REACH, found.after + REACH):
            if cue.first in self._denied or self._idiom(cue.first) or not self._reaches(cue.first, found):
                continue
            distance = max(found.first - cue.first, cue.first - found.after + 1, 0)
            for meaning in cue.meanings:
                if meaning.kind == "side":
                    near[meaning.value] = min((distance, cue.first), near.get(meaning.value, (distance, cue.first)))
        if not near:
            return Side(None)
        if "both" in near or {"left", "right"} <= near.keys():
            order = sorted((name for name in near if name != "both"), key=lambda name: near[name][1])
            return Side("both", tuple(order) if len(order) == 2 else ())
        return Side(min(near, key=lambda side: (near[side], side)))

    def spot(self, found: Found) -> Optional[str]:
        """Where in the part of the body a finding is ("the outer edge of my eyelid"); None where it is not said."""
        if found.site is None:
            return None
        sentence = self._words[found.core].sentence
        near = self._cues.near_of("spot", found.first - _SPOT_REACH, found.after + _SPOT_REACH)
        for cue in near:
            if self._words[cue.first].sentence == sentence:
                return next(meaning.value for meaning in cue.meanings if meaning.kind == "spot")
        return None

    def loose(self) -> dict[str, str]:
        """The trend, onset and side that a text names without any finding ("it is getting worse")."""
        said: dict[str, str] = {}
        for cue in self._cues.all:
            for meaning in cue.meanings:
                if meaning.kind == "trend" and self._is_conditional(cue.after):
                    continue
                if meaning.kind in ("trend", "onset") or (meaning.kind == "side" and not self._idiom(cue.first)):
                    said.setdefault(meaning.kind, meaning.value)
        return said

    def severity(self, found: Found) -> Optional[str]:
        """How bad a finding is: by a word, or by a number out of ten in its sentence or the next."""
        said = self.quality(found, "severity")
        if said is not None or not self._scores:
            return said
        sentence = self._words[found.core].sentence
        near = [score for place, score in self._scores if 0 <= self._words[place].sentence - sentence <= 1]
        return next((name for name, least in _SCORES if near and near[0] >= least), None)

    def quality(self, found: Found, kind: str) -> Optional[str]:
        """The nearest word of this kind in the sentence, or, for a finding that ends its sentence, in the next one."""
        cues = self._cues.of(kind)
        if not cues:
            return None
        sentence = self._words[found.core].sentence
        reach = _SEVERITY_REACH if kind == "severity" else REACH
        best: tuple[int, str] | None = None
        for cue in self._cues.near_of(kind, found.first - reach, found.after + reach):
            apart = self._words[cue.first].sentence - sentence
            if apart != 0 and not (apart == 1 and self._clauses.last_before(cue.first) == found.core):
                continue
            # A quality belongs to every finding of its clause, and to no other finding's.
            if apart == 0 and not self._clauses.same(cue.first, found):
                continue
            if kind == "trend" and self._is_conditional(cue.after):
                continue
            distance = abs(cue.first - found.core)
            if best is None or distance < best[0]:
                best = (distance, next(meaning.value for meaning in cue.meanings if meaning.kind == kind))
        return best[1] if best else None

    def _is_conditional(self, place: int) -> bool:
        """Whether a word makes the "worse" before it one of some times only ("worse with coffee", "better lying")."""
        return place < len(self._words) and self._words[place].text in self._conditional

    def _reaches(self, place: int, found: Found) -> bool:
        """Whether a side is said of a finding: near it in its sentence and no nearer to another, or at the beginning of
        the next sentence where it is the last finding before it."""
        words = self._words
        apart = words[place].sentence - words[found.core].sentence
        if apart:
            opens = words[max(0, place - 3)].sentence != words[place].sentence
            return apart == 1 and opens and self._clauses.last_before(place) == found.core
        if place > found.after + _SIDE_REACH_BEHIND:
            return False
        own = max(found.first - place, place - found.after + 1, 0)
        others = self._clauses.findings_between(place - _SIDE_REACH_BEHIND, place + _SIDE_REACH_BEHIND)
        return not any(
            each.core != found.core
            and words[each.core].sentence == words[place].sentence
            and max(each.first - place, place - each.after + 1, 0) < own
            for each in others
        )

    def _idiom(self, place: int) -> bool:
        """ "Right now", "all right", "right away", "all day": no side of the body."""
        following = self._words[place + 1].text if place + 1 < len(self._words) else ""
        before = self._words[place - 1].text if place else ""
        return following in _NO_SIDES_BEFORE or before in _NO_SIDES_BEHIND


def _scores(words: Sequence[Word]) -> list[tuple[int, int]]:
    """The numbers out of ten that a text gives ("8/10", "6 out of 10"), with their places."""
    scores = []
    for place, word in enumerate(words):
        if word.text in ("10", "ten") and place and words[place - 1].text != "-":
            back = 3 if words[place - 1].text == "of" and words[max(0, place - 2)].text == "out" else 1
            glued = back == 1 and words[place - 1].end == word.end
            said = words[place - back].text if place >= back else ""
            if (back == 3 or glued) and said.isdigit() and int(said) <= 10:
                scores.append((place, int(said)))
    return scores
