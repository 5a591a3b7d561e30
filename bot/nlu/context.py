"""What the words around a finding make of it: denied, doubted, over, somebody else's; sudden, worse, on the left.

After the idea of ConText (Harkema and others, 2009): a cue has a direction, and a reach that other words end. The
cues are data, in knowledge/language/en/cues.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Optional

from bot.nlu.clauses import REACH, Clauses
from bot.nlu.compose import Found
from bot.nlu.cues import Cues
from bot.nlu.experiencers import NOBODY, experiencers
from bot.nlu.lexicon import Cue, Lexicon, Term
from bot.nlu.phrases import Match
from bot.nlu.qualities import Qualities
from bot.nlu.reading import ABSENT, PAST, PRESENT, UNCERTAIN
from bot.nlu.recency import Recency
from bot.nlu.words import ENDS, Word

_LIST_STEP = 8
# Among so many first words of a phrase its own "no" stands.
_OWN_NO = 4
_VERBS_OF_QUESTIONS = frozenset({"will", "would", "can", "could", "do", "does", "should", "is", "are", "might", "may"})
# How many words of a clause are looked at for its verb.
_SUBJECT, _BREAKS = 4, frozenset({",", ".", "or", "nor", "and", "but", "no", "not", "which", "that"})
_VERBS = frozenset({"is", "are", "'s", "was", "were", "has", "have", "feels", "feel", "keeps", "keep", "looks", "went"})
# Such a word inside a phrase ("the sight suddenly went") says how it is as well.
_IN_LOOKALIKES = frozenset({"doubts", "asks", "of_nobody"})
_QUALITIES = frozenset({"onset", "trend", "side", "spot", "severity"})


class Sense(NamedTuple):
    """How a finding is meant. `recency` tells of a past one since when it is over: "recent", "remote" or "unknown"
    times; `sides` are both sides in the order in which they were said, `spot` is where in a part of the body it is,
    `whom` tells one relative from another."""

    status: str
    experiencer: str
    recency: Optional[str] = None
    side: Optional[str] = None
    sides: tuple[str, ...] = ()
    spot: Optional[str] = None
    whom: str = ""
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
        # A phrase that carries its own negation ("can't feel") is a finding, and denies nothing behind it.
        cues_said = lexicon.cues.find(words)
        troubles = {match.first for match in cues_said if match.meanings[0].kind == "troubles"}
        self._of_trouble = {each.core for each in found if self._is_of_trouble(each, troubles)}
        carrying = [each for each in found if not each.absent and each.core not in self._of_trouble]
        inside = {place for each in carrying for place in range(each.core, each.core_after)}
        skipped = frozenset(inside)
        inside.update(place for term in terms if _is_lookalike(term) for place in range(term.first, term.after))
        self.matches = [
            match
            for match in cues_said
            if match.first not in inside
            or match.meanings[0].kind in (_QUALITIES if match.first in skipped else _IN_LOOKALIKES)
        ]
        self._cues = cues = Cues(self.matches)
        self._clauses = Clauses(words, lexicon, found)
        cores = frozenset(place for each in found for place in range(each.core, each.core_after))
        self._ends = {each.first for each in cues.of("ends")}
        self._last_words = {each.after - 1 for each in found}
        self._denials = {cue.first for cue in cues.of("denies")}
        # A finding that carries its own "no" ("no money and no wish to live", "no sense is coming, left hand also not
        # lifting") is not denied by one before it.
        self._negated = {
            each.first
            for each in found
            if any(
                words[at].stem in self._lexicon.denials
                for at in range(each.first, min(each.first + _OWN_NO, each.core_after))
            )
        }
        self._denied = self._reached("denies")
        self._doubted = (
            self._reached("doubts")
            | self._supposed()
            | self._reached("asks")
            | self._in_general([each.core for each in found])
        )
        self._of_nobody = self._reached("of_nobody")
        self._numbed = self._around("doubts_around")
        self._worried = self._reached("worries")
        self._recency = Recency(words, lexicon, cues, self._clauses)
        self._experiencers = experiencers(words, lexicon, cores)
        self._qualities = Qualities(words, cues, self._clauses, self._denied, lexicon.conditional)

    def sense(self, found: Found) -> Sense:
        """Status, experiencer and qualities of one finding."""
        experiencer, _, whom = self._experiencers[found.core].partition(":")
        if found.core in self._of_nobody:
            experiencer = NOBODY
        status, recency = self._status(found, experiencer)
        side = self._qualities.side(found)
        return Sense(
            status,
            experiencer,
            recency,
            side.side,
            side.order,
            self._qualities.spot(found),
            whom,
            self._qualities.severity(found),
            self._qualities.quality(found, "trend"),
            self._qualities.quality(found, "onset"),
        )

    def loose(self) -> dict[str, str]:
        """The trend, onset and side that a text names without any finding ("it is getting worse")."""
        return self._qualities.loose()

    def says_only(self) -> bool:
        """Whether the text says that there is nothing else ("only the first", "just my hand")."""
        return bool(self._cues.of("only")) or any(cue.first == 0 for cue in self._cues.of("only_first"))

    def _status(self, found: Found, experiencer: str) -> tuple[str, Optional[str]]:
        core = found.core
        named = found.finding in self._lexicon.conditions
        if found.absent:
            # "I can't see clearly": the no of a thing that is in order says that it is not.
            return (UNCERTAIN if core in self._doubted else PRESENT if self._not_so(core) else ABSENT), None
        if core in self._denied or self._denied_part(found) or self._denied_behind(found) or core in self._of_trouble:
            return ABSENT, None
        numbed = core in self._numbed and found.finding in self._lexicon.doubted_around and not self._goes_on(found)
        if numbed or core in self._doubted or (named and core in self._worried):
            return UNCERTAIN, None
        recency = None if found.finding in self._lexicon.histories else self._recency.of(found, experiencer, named)
        return (PRESENT, None) if recency is None else (PAST, recency)

    def _goes_on(self, found: Found) -> bool:
        return any(
            self._clauses.same(cue.first, found) for cue in self._cues.near_of("goes_on", found.first - 4, found.after)
        )

    def _not_so(self, core: int) -> bool:
        """Whether a no stands right before a phrase, with no comma between."""
        if self._words[core].stem in self._lexicon.denials:
            return False
        # "No pain speech is fine": that no has a finding of its own.
        return any(
            core - cue.after <= 1 and core - 1 not in self._last_words
            for cue in self._cues.near_of("denies", core - 3, core)
        )

    def _is_of_trouble(self, found: Found, troubles: AbstractSet[int]) -> bool:
        """Whether "no sleep" goes on as "no sleep problems": then it is the trouble that is denied, not the sleep."""
        if self._words[found.core].stem not in self._lexicon.plain_noes:
            return False
        return not troubles.isdisjoint(range(found.core_after, found.core_after + 2))

    def _denied_part(self, found: Found) -> bool:
        """Whether it is the part of the body that is denied: "it isn't the one that hurts, it's the other"."""
        part = self._words[found.first : found.core]
        return found.first in self._denied and any(word.text == "that" for word in part)

    def _denied_behind(self, found: Found) -> bool:
        words = self._words
        if any(words[place].stem in self._lexicon.denials for place in range(found.core, found.core_after)):
            # "Not breathing normally": what carries its own no is not denied by what is normal.
            return False
        for cue in self._cues.near_of("denies_behind", found.after, found.after + 3):
            between = words[found.after : cue.first]
            ends = cue.after >= len(words) or words[cue.after].sentence != words[cue.first].sentence
            ends = ends or words[cue.after].text in ENDS
            comma = not ends and words[cue.after].text in (",", "and", "-", ")")
            # "Pain? No."
            if all(word.text in (":", "-", "=", "(", "?") for word in between) and (ends or comma):
                return True
        return False

    def _reached(self, kind: str) -> frozenset[int]:
        """The places that cues of a kind reach."""
        reached: set[int] = set()
        previous: Optional[Match[Cue]] = None
        for cue in self._cues.of(kind):
            if kind == "doubts" and self._is_of_amount(cue):
                continue
            # "no X, no Y, the knee itches": in such a list every denial stands for itself.
            listed = (
                previous is not None
                and cue.first - previous.first <= _LIST_STEP
                and self._words[cue.first].text == self._words[previous.first].text
                and self._words[cue.first - 1].text in (",", "and")
            )
            previous = cue
            reached.update(range(cue.first + 1, self._reach(cue, listed)))
        return frozenset(reached)

    def _is_of_amount(self, cue: Match[Cue]) -> bool:
        """Whether a "maybe" is about a number ("for maybe ten days") and doubts no finding."""
        if cue.after >= len(self._words):
            return False
        following = self._words[cue.after].text
        return following[:1].isdigit() or following in self._lexicon.amounts

    def _supposed(self) -> frozenset[int]:
        """The places of sentences that only suppose: a question that begins with its verb and has an "if it was"."""
        supposing = self._cues.of("supposes")
        if not supposing:
            return frozenset()
        first: dict[int, int] = {}
        for place, word in enumerate(self._words):
            first.setdefault(word.sentence, place)
        reached: set[int] = set()
        for cue in supposing:
            start = first[self._words[cue.first].sentence]
            # "Is it bad if my ..." tells of something that is there, "would it be bad if my ..." does not.
            said = self._words[cue.after - 1].text in ("was", "is", "were", "had", "have", "having")
            if self._words[start].text in (_VERBS_OF_QUESTIONS if said else ("will", "would")):
                reached.update(range(start, cue.after + REACH))
        return frozenset(reached)

    def _in_general(self, cores: Iterable[int]) -> frozenset[int]:
        """The places of questions about a thing in general: "Do pains always come with ...", up to the person."""
        words = self._words
        reached: set[int] = set()
        for core in cores:
            begins = core == 1 or (core > 1 and words[core - 2].sentence != words[core].sentence)
            if (
                not begins
                or words[core - 1].text not in ("do", "does")
                or words[core - 1].sentence != words[core].sentence
            ):
                continue
            place = core
            while place < len(words) and words[place].sentence == words[core].sentence and place - core < REACH:
                if words[place].text in self._lexicon.selves:
                    break
                reached.add(place)
                place += 1
        return frozenset(reached)

    def _around(self, kind: str) -> frozenset[int]:
        """The places that cues of a kind reach in both directions, up to an "and", a "but" or the sentence's end."""
        words = self._words
        reached: set[int] = set()
        for cue in self._cues.of(kind):
            for step in (1, -1):
                place = cue.first
                while 0 <= place < len(words) and abs(place - cue.first) <= REACH:
                    if words[place].sentence != words[cue.first].sentence or words[place].text in ("and", "but"):
                        break
                    reached.add(place)
                    place += step
        return frozenset(reached)

    def _has_verb(self, place: int) -> bool:
        """Whether the words at a place are a subject and its verb."""
        texts = [word.text for word in self._words[place : place + _SUBJECT]]
        end = next((at for at, text in enumerate(texts) if text in _BREAKS), len(texts))
        return any(text in _VERBS for text in texts[1:end])

    def _reach(self, cue: Match[Cue], listed: bool) -> int:
        words = self._words
        place = cue.after
        sentence = words[cue.first].sentence
        kind = cue.meanings[0].kind
        asks = kind == "asks"
        # "I can't look at my shoes, light kills my eyes": what cannot be done is one thing, and so is what may be.
        one = (kind == "denies" and cue.first > 0 and words[cue.first - 1].text in ("can", "could")) or (
            kind == "doubts" and words[cue.first].text in ("maybe", "perhaps", "possibly", "might")
        )
        while place < len(words) and words[place].sentence == sentence and place - cue.after < REACH:
            word = words[place]
            if asks and word.text in self._lexicon.selves:
                break
            if place in self._negated and place > cue.after:
                break
            if place in self._ends or place in self._denials or word.text == ":" or self._clauses.new_subject(place):
                break
            following = words[place + 1].text if place + 1 < len(words) else ""
            # "No pain, 38 weeks pregnant": what begins with a number is another matter.
            if word.text == "," and following[:1].isdigit():
                break
            if one and word.text == "," and following not in ("or", "nor"):
                break
            # "No problem with my X, Y is worse": a clause with a verb of its own.
            if kind == "denies" and word.text == "," and self._has_verb(place + 1):
                break
            if listed and word.text == "," and following not in ("or", "nor", "and", "no"):
                break
            if word.text in self._lexicon.selves and place - 1 in self._last_words and place > cue.after:
                break
            # "No answer at the surgery, my dad is slurring": somebody else, of whom nothing was denied.
            if word.text in self._lexicon.others and place - cue.after > 1 and words[place - 1].text in ("my", "our"):
                break
            place += 1
        return place


def _is_lookalike(term: Match[Term]) -> bool:
    return any(meaning.kind == "lookalike" for meaning in term.meanings)
