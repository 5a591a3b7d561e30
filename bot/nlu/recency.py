"""Whether a finding is over, and since when: "it stopped", "all gone now", "had", "years ago"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from bot.nlu.clauses import REACH, Clauses
from bot.nlu.compose import Found
from bot.nlu.cues import Cues, is_of
from bot.nlu.lexicon import Cue, Lexicon
from bot.nlu.phrases import Match
from bot.nlu.reading import OTHER
from bot.nlu.words import Word

# Sentences that "all gone now" reaches back.
_ALL_GONE_REACH = 3
# Sentences in which "it's back" may follow.
_RETURNS_REACH = 2
_ALL_OF_IT = frozenset({"it", "they", "that", "everything", "all", "this", "and", "then"})


class Recency:
    """What the cues of one text say of what is over."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon, cues: Cues, clauses: Clauses) -> None:
        self._words = words
        self._lexicon = lexicon
        self._cues = cues
        self._clauses = clauses
        self._ever_over = any(cues.of(kind) for kind in ("past", "gone", "all_gone", "no_longer", "stopped"))
        self._texts = frozenset(word.text for word in words)

    def of(self, found: Found, experiencer: str, named: bool) -> Optional[str]:
        """When a finding ended: in "remote", "recent" or "unknown" times; None where it goes on. `named` tells that it
        is a condition, which is told of former times more often."""
        if not (self._ever_over or "had" in self._texts):
            return None
        if self._returns(found):
            return None
        around = self._cues.near(found.first - REACH, found.after + REACH)
        near = Cues([cue for cue in around if self._clauses.same(cue.first, found)])
        going_on = near.of("goes_on")
        if any(self._is_then(cue, found) for cue in near.of("past")) and not going_on:
            return "remote"
        after = Cues([cue for cue in self._after(found) if not is_of(cue, "goes_on")])
        if after.of("past") and after.of("gone"):
            return "remote"
        if any(found.first - 3 <= cue.first < found.core for cue in near.of("no_longer")):
            return "unknown"
        if after.of("gone") or after.of("all_gone") or any(self._stops(cue, found) for cue in near.of("stopped")):
            return "recent"
        other = experiencer == OTHER
        if self._had(found) and ((named and other) or ((named or other) and not going_on)):
            return "unknown" if named else "recent"
        return None

    def _stops(self, cue: Match[Cue], found: Found) -> bool:
        """Whether "stopped" is said of a finding behind it: not in "it stopped but she is still floppy"."""
        between = self._words[cue.after : found.core]
        return found.first - 3 <= cue.first < found.core and not any(word.text in ("but", "still") for word in between)

    def _returns(self, found: Found) -> bool:
        """Whether it is said to be there again: "... and it vanished. It's back since yesterday"."""
        sentence = self._words[found.core].sentence
        return any(
            self._words[cue.first].sentence - sentence <= _RETURNS_REACH
            for cue in self._cues.near_of("returns", found.after, found.after + 3 * REACH)
        )

    def _is_then(self, cue: Match[Cue], found: Found) -> bool:
        """Whether former times are a finding's: "I had an operation years ago and am left with ..." tells of now."""
        between = self._words[cue.after : found.first]
        return self._words[cue.after - 1].text != "ago" or not any(word.text in ("and", ",") for word in between)

    def _had(self, found: Found) -> bool:
        sentence = self._words[found.first].sentence
        before = self._words[max(0, found.first - 4) : found.first]
        texts = [word.text for word in before if word.sentence == sentence]
        if "had" not in texts:
            return False
        place = texts.index("had")
        return not (place > 0 and texts[place - 1] in ("have", "has", "'ve")) and "just" not in texts

    def _after(self, found: Found) -> list[Match[Cue]]:
        """The cues that follow a finding up to the next one, in its sentence or the one after.

        "All normal now", or a sentence that begins with "gone now", is said of every finding of the sentences before.
        """
        words = self._words
        following = self._clauses.findings_between(found.after, found.after + REACH)
        end = following[0].first if following else found.after + REACH
        sentence = words[found.core].sentence
        cues = [
            cue
            for cue in self._cues.near(found.after, end)
            if words[cue.first].sentence <= sentence + 1 and not (is_of(cue, "gone") and not self._is_over(cue))
        ]
        for kind in ("all_gone", "gone"):
            for cue in self._cues.near_of(kind, found.after, found.after + 3 * REACH):
                apart = words[cue.first].sentence - sentence
                before = words[cue.first - 2 : cue.first] if cue.first > 1 else words[: cue.first]
                opens = kind == "all_gone" or all(
                    word.sentence != words[cue.first].sentence or word.text in _ALL_OF_IT for word in before
                )
                if 0 <= apart <= _ALL_GONE_REACH and opens and self._is_over(cue):
                    cues.append(cue)
        return cues

    def _is_over(self, cue: Match[Cue]) -> bool:
        """Whether words such as "it stopped" or "has gone" say that something ended: not "it stops when I press on it",
        which is a habit, nor "has gone stiff", which has only begun."""
        words = self._words
        if any(words[place].text in self._lexicon.habits for place in range(cue.first, cue.after)):
            return False
        last = words[cue.after - 1].text
        if last not in self._lexicon.open_ends or cue.after >= len(words):
            return True
        after = words[cue.after]
        return (
            after.sentence != words[cue.first].sentence
            or after.text in self._lexicon.after_ends
            or after.text.isdigit()
        )
