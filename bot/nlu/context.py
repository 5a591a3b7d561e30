"""What the words around a finding make of it: denied, doubted, over, somebody else's; sudden, worse, on the left.

After the idea of ConText (Harkema and others, 2009): a cue has a direction, and a reach that other words end. The
cues are data, in knowledge/language/en/cues.yml.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.nlu.compose import Found
from bot.nlu.lexicon import Cue, Lexicon
from bot.nlu.phrases import Match
from bot.nlu.reading import ABSENT, OTHER, PAST, PATIENT, PRESENT, UNCERTAIN
from bot.nlu.words import Word

_REACH = 30
_SIDE_REACH = 5


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
    """The cues of one text, and what they say of each finding in it."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon, found: Sequence[Found]) -> None:
        self._words = words
        self._lexicon = lexicon
        self._found = found
        # A phrase that carries its own negation ("can't feel") is a finding, and denies nothing behind it.
        inside = {place for each in found for place in range(each.core, each.core_after)}
        cues = [match for match in lexicon.cues.find(words) if match.first not in inside]
        self._cues = cues
        self._denies = self._spans(_of(cues, "denies"))
        self._doubts = self._spans(_of(cues, "doubts"))
        self._worries = self._spans(_of(cues, "worries"))
        self._experiencers = self._people()

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
                if meaning.kind in ("trend", "onset", "side") and not self._idiom(cue.first):
                    said.setdefault(meaning.kind, meaning.value)
        return said

    def says_only(self) -> bool:
        """Whether the text says that there is nothing else ("only the first", "just my hand")."""
        return bool(_of(self._cues, "only"))

    def _status(self, found: Found, experiencer: str) -> tuple[str, Optional[str]]:
        core = found.core
        named = self._lexicon.knowledge.findings[found.finding].kind == "condition"
        if any(low <= core < high for low, high in self._denies) or self._denied_behind(found):
            return ABSENT, None
        if any(low <= core < high for low, high in self._doubts):
            return UNCERTAIN, None
        if named and any(low <= core < high for low, high in self._worries):
            return UNCERTAIN, None
        recency = self._recency(found, experiencer, named)
        if recency is not None:
            return PAST, recency
        return PRESENT, None

    def _recency(self, found: Found, experiencer: str, named: bool) -> Optional[str]:
        near = [cue for cue in self._cues if self._same_clause(cue.first, found)]
        going_on = _of(near, "goes_on")
        if _of(near, "past") and not going_on:
            return "remote"
        if _of([cue for cue in self._after(found) if not _of([cue], "goes_on")], "gone"):
            return "recent"
        had = self._had(found)
        if had and (named or experiencer == OTHER) and not going_on:
            return "remote"
        return None

    def _had(self, found: Found) -> bool:
        before = self._words[max(0, found.first - 4) : found.first]
        texts = [word.text for word in before]
        if "had" not in texts:
            return False
        place = texts.index("had")
        return not (place > 0 and texts[place - 1] in ("have", "has", "'ve")) and "just" not in texts

    def _after(self, found: Found) -> list[Match[Cue]]:
        """The cues that follow a finding up to the next one, in its sentence or the one after."""
        following = [each.first for each in self._found if each.first >= found.after]
        end = min(following) if following else len(self._words)
        last = self._words[found.core].sentence + 1
        return [cue for cue in self._cues if found.after <= cue.first < end and self._words[cue.first].sentence <= last]

    def _denied_behind(self, found: Found) -> bool:
        words = self._words
        cues = [cue for cue in _of(self._cues, "denies_behind") if 0 <= cue.first - found.after <= 1]
        for cue in cues:
            between = words[found.after : cue.first]
            ends = cue.after >= len(words) or words[cue.after].sentence != words[cue.first].sentence
            comma = not ends and words[cue.after].text in (",", "and", "-", ")")
            if (not between or between[0].text in (":", "-", "=", "(")) and (ends or comma):
                return True
        return False

    def _spans(self, cues: Sequence[Match[Cue]]) -> list[tuple[int, int]]:
        return [(cue.after, self._reach(cue)) for cue in cues]

    def _reach(self, cue: Match[Cue]) -> int:
        words = self._words
        ends = {each.first for each in _of(self._cues, "ends")}
        place = cue.after
        sentence = words[cue.first].sentence
        while place < len(words) and words[place].sentence == sentence and place - cue.after < _REACH:
            word = words[place]
            if place in ends or word.text == ":" or self._new_subject(place):
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

    def _people(self) -> list[str]:
        """Whose body each word is about, from the last person named before it."""
        lexicon = self._lexicon
        people = []
        now, known_other = PATIENT, False
        for place, word in enumerate(self._words):
            if word.text in lexicon.others:
                now, known_other = OTHER, True
            elif word.text in lexicon.selves and not self._leads_to_other(place):
                now = PATIENT
            elif word.text in lexicon.pronouns and (known_other or word.text not in ("they", "them", "their")):
                now, known_other = OTHER, True
            people.append(now)
        return people

    def _leads_to_other(self, place: int) -> bool:
        """Whether "my" here belongs to a relative: "my uncle", "my little boy"."""
        if self._words[place].text not in ("my", "our"):
            return False
        return any(word.text in self._lexicon.others for word in self._words[place + 1 : place + 4])

    def _side(self, found: Found) -> Optional[str]:
        low, high = found.first - _SIDE_REACH, found.after + _SIDE_REACH
        sentence = self._words[found.core].sentence
        near: dict[str, int] = {}
        for cue in self._cues:
            if low <= cue.first < high and self._words[cue.first].sentence == sentence:
                for meaning in cue.meanings:
                    if meaning.kind == "side" and not self._idiom(cue.first):
                        distance = max(found.first - cue.first, cue.first - found.after + 1, 0)
                        near[meaning.value] = min(distance, near.get(meaning.value, distance))
        if "both" in near or {"left", "right"} <= near.keys():
            return "both"
        return min(near, key=lambda side: (near[side], side)) if near else None

    def _idiom(self, place: int) -> bool:
        """ "Right now", "all right", "right away": no side of the body."""
        following = self._words[place + 1].text if place + 1 < len(self._words) else ""
        before = self._words[place - 1].text if place else ""
        return following in ("now", "away", "after", "before", "when") or before in ("all", "not", "is", "be")

    def _quality(self, found: Found, kind: str) -> Optional[str]:
        """The nearest word of this kind in the sentence, or, for a finding that ends its sentence, in the next one."""
        sentence = self._words[found.core].sentence
        best: tuple[int, str] | None = None
        for cue in self._cues:
            values = [meaning.value for meaning in cue.meanings if meaning.kind == kind]
            if not values:
                continue
            apart = self._words[cue.first].sentence - sentence
            if apart != 0 and not (apart == 1 and kind != "severity" and self._last_before(cue.first) == found.core):
                continue
            if kind == "severity" and abs(cue.first - found.core) > 4:
                continue
            # A quality belongs to every finding of its clause, and to no other finding's.
            if apart == 0 and not self._same_clause(cue.first, found):
                continue
            distance = abs(cue.first - found.core)
            if best is None or distance < best[0]:
                best = (distance, values[0])
        return best[1] if best else None

    def _last_before(self, place: int) -> Optional[int]:
        cores = [each.core for each in self._found if each.core < place]
        return max(cores) if cores else None

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
        breaks = any(words[each].text == "," or self._new_subject(each) for each in range(low, high))
        others = any(
            low <= each.core < high or (each.core != found.core and self._near(each, place)) for each in self._found
        )
        return not (breaks and others)

    def _near(self, other: Found, place: int) -> bool:
        """Whether another finding stands nearer to a place, with no break between."""
        low, high = (other.after, place) if place >= other.after else (place, other.first)
        span = self._words[low:high] if low < high else []
        return self._words[other.core].sentence == self._words[place].sentence and not any(
            word.text in (",", "and", "but") for word in span
        )


def _of(cues: Sequence[Match[Cue]], kind: str) -> list[Match[Cue]]:
    return [cue for cue in cues if any(meaning.kind == kind for meaning in cue.meanings)]
