"""What the words around a finding make of it: denied, doubted, over, somebody else's; sudden, worse, on the left.

After the idea of ConText (Harkema and others, 2009): a cue has a direction, and a reach that other words end. The
cues are data, in knowledge/language/en/cues.yml.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.nlu.compose import Found
from bot.nlu.experiencers import experiencers
from bot.nlu.lexicon import Cue, Lexicon, Term
from bot.nlu.phrases import Match
from bot.nlu.reading import ABSENT, OTHER, PAST, PRESENT, UNCERTAIN
from bot.nlu.words import Word

_REACH, _SEVERITY_REACH, _LIST_STEP = 30, 5, 8
_SIDE_REACH, _SIDE_REACH_BEHIND = 5, 9
_VERBS_OF_QUESTIONS = frozenset({"will", "would", "can", "could", "do", "does", "should", "is", "are", "might", "may"})
# Such a word inside a phrase ("the sight suddenly went") says how it is as well.
_QUALITIES = frozenset({"onset", "trend"})
_NO_SIDES_BEFORE = frozenset(
    {"now", "away", "after", "before", "when", "day", "night", "week", "month", "time", "over"}
)


class Sense(NamedTuple):
    """How a finding is meant. `recency` tells of a past one whether it is over since "recent" or "remote" times."""

    status: str
    experiencer: str
    recency: Optional[str] = None
    side: Optional[str] = None
    severity: Optional[str] = None
    trend: Optional[str] = None
    onset: Optional[str] = None


class Context:
    """The cues of one text, and what they say of each finding in it. Only words near a finding are looked at, so that
    the work grows with the text and no faster."""

    def __init__(
        self, words: Sequence[Word], lexicon: Lexicon, found: Sequence[Found], terms: Sequence[Match[Term]]
    ) -> None:
        self._words = words
        self._lexicon = lexicon
        self._found = found
        # A phrase that carries its own negation ("can't feel") is a finding, and denies nothing behind it.
        inside = {place for each in found for place in range(each.core, each.core_after)}
        skipped = frozenset(inside)
        inside.update(place for term in terms if _is_lookalike(term) for place in range(term.first, term.after))
        self._cues = [
            match
            for match in lexicon.cues.find(words)
            if match.first not in inside or (match.first in skipped and match.meanings[0].kind in _QUALITIES)
        ]
        self._cue_places = [cue.first for cue in self._cues]
        self._cores = [each.core for each in found]
        self._ends = {each.first for each in _of(self._cues, "ends")}
        self._last_words = {each.after - 1 for each in found}
        self._denials = {cue.first for cue in _of(self._cues, "denies")}
        # A finding that carries its own "no" ("no money and no wish to live") is not denied by one before it.
        self._negated = {each.first for each in found if self._denies(words[each.first].stem)}
        self._denied = self._reached("denies")
        self._doubted = self._reached("doubts") | self._supposed() | self._reached("asks")
        self._numbed = self._around("doubts_around")
        self._worried = self._reached("worries")
        self._experiencers = experiencers(words, lexicon, frozenset(self._cores))

    def sense(self, found: Found) -> Sense:
        """Status, experiencer and qualities of one finding."""
        experiencer = self._experiencers[found.core]
        status, recency = self._status(found, experiencer)
        return Sense(
            status,
            experiencer,
            recency,
            self._side(found),
            self._quality(found, "severity"),
            self._quality(found, "trend"),
            self._quality(found, "onset"),
        )

    def loose(self) -> dict[str, str]:
        """The trend, onset and side that a text names without any finding ("it is getting worse")."""
        said: dict[str, str] = {}
        for cue in self._cues:
            for meaning in cue.meanings:
                if meaning.kind in ("trend", "onset") or (meaning.kind == "side" and not self._idiom(cue.first)):
                    said.setdefault(meaning.kind, meaning.value)
        return said

    def says_only(self) -> bool:
        """Whether the text says that there is nothing else ("only the first", "just my hand")."""
        return bool(_of(self._cues, "only"))

    def _near(self, low: int, high: int) -> list[Match[Cue]]:
        """The cues whose first word stands at `low` or behind it and before `high`."""
        return self._cues[bisect_left(self._cue_places, low) : bisect_left(self._cue_places, high)]

    def _findings_between(self, low: int, high: int) -> Sequence[Found]:
        return self._found[bisect_left(self._cores, low) : bisect_left(self._cores, high)]

    def _status(self, found: Found, experiencer: str) -> tuple[str, Optional[str]]:
        core = found.core
        named = self._lexicon.knowledge.findings[found.finding].kind == "condition"
        if core in self._denied or self._denied_behind(found):
            return ABSENT, None
        numbed = core in self._numbed and found.finding in self._lexicon.doubted_around
        if numbed or core in self._doubted or (named and core in self._worried):
            return UNCERTAIN, None
        recency = self._recency(found, experiencer, named)
        return (PRESENT, None) if recency is None else (PAST, recency)

    def _recency(self, found: Found, experiencer: str, named: bool) -> Optional[str]:
        around = self._near(found.first - _REACH, found.after + _REACH)
        near = [cue for cue in around if self._same_clause(cue.first, found)]
        going_on = _of(near, "goes_on")
        if _of(near, "past") and not going_on:
            return "remote"
        after = [cue for cue in self._after(found) if not _of([cue], "goes_on")]
        if _of(after, "past") and _of(after, "gone"):
            return "remote"
        before = [cue for cue in near if found.first - 3 <= cue.first < found.core]
        if _of(before, "no_longer"):
            return "unknown"
        if _of(after, "gone"):
            return "recent"
        other = experiencer == OTHER
        if self._had(found) and ((named and other) or ((named or other) and not going_on)):
            return "remote"
        return None

    def _had(self, found: Found) -> bool:
        texts = [word.text for word in self._words[max(0, found.first - 4) : found.first]]
        if "had" not in texts:
            return False
        place = texts.index("had")
        return not (place > 0 and texts[place - 1] in ("have", "has", "'ve")) and "just" not in texts

    def _after(self, found: Found) -> list[Match[Cue]]:
        """The cues that follow a finding up to the next one, in its sentence or the one after."""
        following = self._findings_between(found.after, found.after + _REACH)
        end = following[0].first if following else found.after + _REACH
        last = self._words[found.core].sentence + 1
        return [cue for cue in self._near(found.after, end) if self._words[cue.first].sentence <= last]

    def _denied_behind(self, found: Found) -> bool:
        words = self._words
        for cue in _of(self._near(found.after, found.after + 2), "denies_behind"):
            between = words[found.after : cue.first]
            ends = cue.after >= len(words) or words[cue.after].sentence != words[cue.first].sentence
            comma = not ends and words[cue.after].text in (",", "and", "-", ")")
            if (not between or between[0].text in (":", "-", "=", "(")) and (ends or comma):
                return True
        return False

    def _reached(self, kind: str) -> frozenset[int]:
        """The places that cues of a kind reach."""
        reached: set[int] = set()
        listed = False
        previous = -_REACH
        for cue in _of(self._cues, kind):
            # "no X, no Y, the knee itches": in such a list every denial stands for itself.
            listed = 0 < cue.first - previous <= _LIST_STEP and self._words[cue.first - 1].text in (",", "and")
            previous = cue.first
            reached.update(range(cue.first + 1, self._reach(cue, listed)))
        return frozenset(reached)

    def _denies(self, stem: str) -> bool:
        return any(cue.kind == "denies" for cue in self._lexicon.cues.meanings((stem,)))

    def _supposed(self) -> frozenset[int]:
        """The places of sentences that only suppose: a question that begins with its verb and has an "if it was"."""
        first: dict[int, int] = {}
        for place, word in enumerate(self._words):
            first.setdefault(word.sentence, place)
        reached: set[int] = set()
        for cue in _of(self._cues, "supposes"):
            start = first[self._words[cue.first].sentence]
            # "Is it bad if my ..." tells of something that is there, "would it be bad if my ..." does not.
            said = self._words[cue.after - 1].text in ("was", "is", "were", "had", "have", "having")
            if self._words[start].text in (_VERBS_OF_QUESTIONS if said else ("will", "would")):
                reached.update(range(start, cue.after + _REACH))
        return frozenset(reached)

    def _around(self, kind: str) -> frozenset[int]:
        """The places that cues of a kind reach in both directions, up to an "and", a "but" or the sentence's end."""
        words = self._words
        reached: set[int] = set()
        for cue in _of(self._cues, kind):
            for step in (1, -1):
                place = cue.first
                while 0 <= place < len(words) and abs(place - cue.first) <= _REACH:
                    if words[place].sentence != words[cue.first].sentence or words[place].text in ("and", "but"):
                        break
                    reached.add(place)
                    place += step
        return frozenset(reached)

    def _reach(self, cue: Match[Cue], listed: bool) -> int:
        words = self._words
        place = cue.after
        sentence = words[cue.first].sentence
        asks = cue.meanings[0].kind == "asks"
        while place < len(words) and words[place].sentence == sentence and place - cue.after < _REACH:
            word = words[place]
            if asks and word.text in self._lexicon.selves:
                break
            if place in self._negated and place > cue.after:
                break
            if place in self._ends or place in self._denials or word.text == ":" or self._new_subject(place):
                break
            following = words[place + 1].text if place + 1 < len(words) else ""
            if listed and word.text == "," and following not in ("or", "nor", "and", "no"):
                break
            if word.text in self._lexicon.selves and place - 1 in self._last_words and place > cue.after:
                break
            place += 1
        return place

    def _new_subject(self, place: int) -> bool:
        """Whether a comma or an "and" here is followed by a new subject, which no denial before it reaches."""
        words = self._words
        if words[place].text not in (",", "and", "-") or place + 1 >= len(words):
            return False
        after = words[place + 1]
        if after.text in ("and", ",") and place + 2 < len(words):
            after = words[place + 2]
        subjects = self._lexicon.selves | self._lexicon.pronouns
        return after.text in subjects or after.text in ("it", "the", "there", "now", "just", "only", "this", "that")

    def _side(self, found: Found) -> Optional[str]:
        sentence = self._words[found.core].sentence
        near: dict[str, int] = {}
        following = self._findings_between(found.after, found.after + _SIDE_REACH_BEHIND)
        end = following[0].first if following else found.after + _SIDE_REACH_BEHIND
        for cue in self._near(found.first - _SIDE_REACH, max(end, found.after)):
            if self._words[cue.first].sentence != sentence or cue.first in self._denied:
                continue
            for meaning in cue.meanings:
                if meaning.kind == "side" and not self._idiom(cue.first):
                    distance = max(found.first - cue.first, cue.first - found.after + 1, 0)
                    near[meaning.value] = min(distance, near.get(meaning.value, distance))
        for place in range(found.core, found.core_after):
            if self._words[place].text in ("left", "right"):
                near[self._words[place].text] = 0
        if "both" in near or {"left", "right"} <= near.keys():
            return "both"
        return min(near, key=lambda side: (near[side], side)) if near else None

    def _idiom(self, place: int) -> bool:
        """ "Right now", "all right", "right away", "all day": no side of the body."""
        following = self._words[place + 1].text if place + 1 < len(self._words) else ""
        before = self._words[place - 1].text if place else ""
        return following in _NO_SIDES_BEFORE or before in ("all", "not", "is", "be")

    def _quality(self, found: Found, kind: str) -> Optional[str]:
        """The nearest word of this kind in the sentence, or, for a finding that ends its sentence, in the next one."""
        sentence = self._words[found.core].sentence
        reach = _SEVERITY_REACH if kind == "severity" else _REACH
        best: tuple[int, str] | None = None
        for cue in self._near(found.core - reach, found.core + reach):
            values = [meaning.value for meaning in cue.meanings if meaning.kind == kind]
            if not values:
                continue
            apart = self._words[cue.first].sentence - sentence
            if apart != 0 and not (apart == 1 and kind != "severity" and self._last_before(cue.first) == found.core):
                continue
            # A quality belongs to every finding of its clause, and to no other finding's.
            if apart == 0 and not self._same_clause(cue.first, found):
                continue
            distance = abs(cue.first - found.core)
            if best is None or distance < best[0]:
                best = (distance, values[0])
        return best[1] if best else None

    def _last_before(self, place: int) -> Optional[int]:
        at = bisect_left(self._cores, place)
        return self._cores[at - 1] if at else None

    def _same_clause(self, place: int, found: Found) -> bool:
        """Whether a place is in the finding's clause: same sentence, no "but", no comma and other finding between."""
        words = self._words
        if words[place].sentence != words[found.core].sentence:
            return False
        low, high = (found.after, place) if place >= found.after else (place, found.first)
        if low >= high:
            return True
        if any(words[each].text == "but" for each in range(low, high)):
            return False
        if not any(words[each].text == "," or self._new_subject(each) for each in range(low, high)):
            return True
        around = self._findings_between(min(low, place) - _REACH, max(high, place) + _REACH)
        return not any(
            low <= each.core < high or (each.core != found.core and self._touches(each, place)) for each in around
        )

    def _touches(self, other: Found, place: int) -> bool:
        """Whether another finding stands next to a place, with no break between."""
        low, high = (other.after, place) if place >= other.after else (place, other.first)
        span = self._words[low:high] if low < high else []
        return self._words[other.core].sentence == self._words[place].sentence and not any(
            word.text in (",", "and", "but") for word in span
        )


def _of(cues: Sequence[Match[Cue]], kind: str) -> list[Match[Cue]]:
    return [cue for cue in cues if any(meaning.kind == kind for meaning in cue.meanings)]


def _is_lookalike(term: Match[Term]) -> bool:
    return any(meaning.kind == "lookalike" for meaning in term.meanings)
