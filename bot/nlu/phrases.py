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
    """A place in the phrases: where each stem leads from here (`next`), and what ends here.

    `plain` are the steps that phrases without alternatives share. Those with alternatives have steps of their own,
    which come together again after each choice: written out, they would be hundreds of thousands.
    """

    __slots__ = ("meanings", "next", "plain")

    def __init__(self) -> None:
        self.next: dict[str, tuple[_Node[T], ...]] = {}
        self.plain: dict[str, _Node[T]] = {}
        self.meanings: list[T] = []

    def lead(self, stem: str, node: _Node[T]) -> None:
        """Makes a stem lead from here to a node, besides where it already leads."""
        there = self.next.get(stem, ())
        if not any(each is node for each in there):
            self.next[stem] = (*there, node)


class PhraseTable(Generic[T]):
    """Phrases by their stems, in a graph. Looking through a text takes time linear in its length: a phrase has few
    words, and at most five small words are skipped inside it."""

    def __init__(self, skip: Collection[str] = ()) -> None:
        self._root: _Node[T] = _Node()
        self._skip = frozenset(skip)

    def add(self, stems: Iterable[str], meaning: T) -> None:
        """Makes a phrase stand for `meaning`, besides what it already stands for."""
        node = self._root
        for stem in stems:
            following = node.plain.get(stem)
            if following is None:
                following = node.plain[stem] = _Node()
                node.lead(stem, following)
            node = following
        self._end(node, meaning)

    def add_choices(self, slots: Sequence[Iterable[Sequence[str]]], meaning: T) -> None:
        """Makes every phrase that takes one alternative (some stems) of each slot stand for `meaning`."""
        node = self._root
        for alternatives in slots:
            after: _Node[T] = _Node()
            for stems in alternatives:
                step = node
                for place, stem in enumerate(stems):
                    following = after if place == len(stems) - 1 else _Node[T]()
                    step.lead(stem, following)
                    step = following
            node = after
        self._end(node, meaning)

    def _end(self, node: _Node[T], meaning: T) -> None:
        if node is not self._root and meaning not in node.meanings:
            node.meanings.append(meaning)

    def meanings(self, stems: Iterable[str]) -> tuple[T, ...]:
        """What exactly this phrase stands for."""
        nodes = [self._root]
        for stem in stems:
            nodes = [following for node in nodes for following in node.next.get(stem, ())]
        return tuple(dict.fromkeys(meaning for node in nodes for meaning in node.meanings))

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
                    place += 1
                    skipped = 0
                    for each in following:
                        best = _better(best, first, place, each)
                    node = following[0]
                    open_ways += [(each, place, 0) for each in following[1:]]
                elif skips:
                    skipped += 1
                    place += 1
                else:
                    break
        return best


def _better(best: Match[T] | None, first: int, after: int, node: _Node[T]) -> Match[T] | None:
    """The longer of a match and one that ends at a node; where both are as long, one with the meanings of both."""
    if not node.meanings or (best is not None and after < best.after):
        return best
    known = best.meanings if best is not None and best.after == after else ()
    return Match(first, after, tuple(dict.fromkeys((*known, *node.meanings))))
