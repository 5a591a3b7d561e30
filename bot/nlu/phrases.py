"""Finds many phrases in a text at once, allowing small words between ("face has really dropped")."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.nlu.words import Word

T = TypeVar("T")
MOST_SKIPPED = 5


@dataclass(frozen=True)
class Match(Generic[T]):
    """A phrase found: the places of its first word and of the word after its last, and what it stands for."""

    first: int
    after: int
    meanings: tuple[T, ...]


class _Node(Generic[T]):
    __slots__ = ("meanings", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node[T]] = {}
        self.meanings: list[T] = []


class PhraseTable(Generic[T]):
    """Phrases by their stems, in a tree. Looking through a text takes time linear in its length: a phrase has few
    words, and at most five small words are skipped inside it."""

    def __init__(self, skip: Collection[str] = ()) -> None:
        self._root: _Node[T] = _Node()
        self._skip = frozenset(skip)

    def add(self, stems: Iterable[str], meaning: T) -> None:
        """Makes a phrase stand for `meaning`, besides what it already stands for."""
        node = self._root
        for stem in stems:
            node = node.next.setdefault(stem, _Node())
        if node is not self._root and meaning not in node.meanings:
            node.meanings.append(meaning)

    def meanings(self, stems: Iterable[str]) -> tuple[T, ...]:
        """What exactly this phrase stands for."""
        node = self._root
        for stem in stems:
            if stem not in node.next:
                return ()
            node = node.next[stem]
        return tuple(node.meanings)

    def find(self, words: Sequence[Word]) -> list[Match[T]]:
        """The phrases in a text: at each place the longest one, none overlapping an earlier one."""
        found: list[Match[T]] = []
        place = 0
        root = self._root.next
        while place < len(words):
            match = self._longest(words, place) if words[place].stem in root else None
            if match is None:
                place += 1
            else:
                found.append(match)
                place = match.after
        return found

    def every(self, words: Sequence[Word]) -> list[Match[T]]:
        """Like `find`, but the phrases may overlap: the longest one at every place."""
        root = self._root.next
        matches = (self._longest(words, place) for place in range(len(words)) if words[place].stem in root)
        return [match for match in matches if match is not None]

    def _longest(self, words: Sequence[Word], first: int) -> Match[T] | None:
        best: Match[T] | None = None
        sentence = words[first].sentence
        # Where a small word stands in one phrase and inside another ("all"), both ways are tried.
        open_ways = [(self._root, first, 0)]
        while open_ways:
            node, place, skipped = open_ways.pop()
            while place < len(words) and words[place].sentence == sentence:
                word = words[place]
                following = node.next.get(word.stem)
                skips = skipped < MOST_SKIPPED and word.text in self._skip and node is not self._root and node.next
                if following is not None:
                    if skips:
                        open_ways.append((node, place + 1, skipped + 1))
                    node = following
                    place += 1
                    skipped = 0
                    if node.meanings and (best is None or place > best.after):
                        best = Match(first, place, tuple(node.meanings))
                elif skips:
                    skipped += 1
                    place += 1
                else:
                    break
        return best
