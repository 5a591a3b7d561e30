"""Finds many phrases in a text at once, allowing small words between ("face has really dropped").

The phrases are a graph whose steps are stems; phrases with alternatives branch and come together again, since written
out they would be hundreds of thousands. While texts are read, the steps taken are remembered as a deterministic
automaton (the subset construction of Rabin and Scott, 1959, made lazily), so that looking through a text costs about
one look-up a word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Optional, TypeVar

from bot.nlu.words import Word

T = TypeVar("T")
Slots = Sequence[Sequence[tuple[str, ...]]]
"""What stands one after the other in a phrase: for each, the alternatives, each of some stems."""
MOST_SKIPPED = 5
GAP = "~"
# Words that a gap takes at most, and those that it does not cross.
_GAP_SIZE = 3
_BARRIERS = frozenset({",", ".", ";", ":", "!", "?", "(", ")", "and", "or", "but", "not", "no", "never", "without"})
# States that are remembered; beyond them a step is taken anew each time, so that no text can fill the memory.
_MOST_STATES, _MOST_DEAD_ENDS = 50_000, 100_000


@dataclass(frozen=True)
class Match(Generic[T]):
    """A phrase found: the places of its first word and of the word after its last, and what it stands for."""

    first: int
    after: int
    meanings: tuple[T, ...]


class _Node(Generic[T]):
    """A place in the phrases: where each stem leads from here (`next`), and what ends here.

    `plain` are the steps that phrases without alternatives share; those with alternatives have steps of their own.
    `gap` tells that some words may stand before the next step.
    """

    __slots__ = ("gap", "meanings", "next", "plain")

    def __init__(self) -> None:
        self.gap = False
        self.next: dict[str, list[_Node[T]]] = {}
        self.plain: dict[str, _Node[T]] = {}
        self.meanings: list[T] = []


class _State(Generic[T]):
    """All places that the same words lead to, and the steps from there that were taken before."""

    __slots__ = ("nodes", "meanings", "next", "ended", "gap")

    def __init__(self, nodes: tuple[_Node[T], ...]) -> None:
        self.nodes = nodes
        self.meanings = tuple(dict.fromkeys(meaning for node in nodes for meaning in node.meanings))
        self.next: dict[str, Optional[_State[T]]] = {}
        self.ended = not any(node.next for node in nodes)
        gaps = tuple(node for node in nodes if node.gap)
        self.gap: Optional[_State[T]] = None if not gaps else self if len(gaps) == len(nodes) else _State(gaps)


class _Later(Generic[T]):
    """A phrase that is not in the graph yet."""

    __slots__ = ("meaning", "_slots")

    def __init__(self, slots: Callable[[], Slots], meaning: T) -> None:
        self._slots: Optional[Callable[[], Slots]] = slots
        self.meaning = meaning

    def take(self) -> Optional[Slots]:
        """Its slots, the first time; None after that."""
        slots, self._slots = self._slots, None
        return slots() if slots is not None else None


class PhraseTable(Generic[T]):
    """Phrases by their stems. Looking through a text takes time linear in its length: a phrase has few words, and at
    most five small words are skipped inside it."""

    def __init__(self, skip: Collection[str] = ()) -> None:
        self._root: _Node[T] = _Node()
        self._skip = frozenset(skip)
        self._start: _State[T] = _State((self._root,))
        self._states: dict[tuple[int, ...], _State[T]] = {}
        self._dead_ends = 0
        # Phrases that are put into the graph when a word that begins them is first met: most never are.
        self._later: dict[str, list[_Later[T]]] = {}
        self._lock = Lock()

    def add(self, stems: Iterable[str], meaning: T) -> None:
        """Makes a phrase stand for `meaning`, besides what it already stands for."""
        self._put(stems, meaning)
        self._forget()

    def _put(self, stems: Iterable[str], meaning: T) -> None:
        node = self._root
        for stem in stems:
            following = node.plain.get(stem)
            if following is None:
                following = node.plain[stem] = _Node()
                node.next.setdefault(stem, []).append(following)
            node = following
        self._end(node, meaning)

    def add_choices(self, slots: Slots, meaning: T) -> None:
        """Makes every phrase that takes one alternative (some stems) of each slot stand for `meaning`. A slot of
        nothing but `GAP` is up to three words of any kind, none of which ends a clause or denies."""
        self._put_choices(slots, meaning)
        self._forget()

    def _put_choices(self, slots: Slots, meaning: T) -> None:
        node = self._root
        for alternatives in slots:
            if alternatives == [(GAP,)]:
                node.gap = node is not self._root
                continue
            after: _Node[T] = _Node()
            for stems in alternatives:
                step = node
                for place, stem in enumerate(stems):
                    following = after if place == len(stems) - 1 else _Node()
                    step.next.setdefault(stem, []).append(following)
                    step = following
            node = after
        self._end(node, meaning)

    def add_later(self, firsts: Iterable[str], slots: Callable[[], Slots], meaning: T) -> None:
        """Like `add_choices`, but the slots are asked for only when a text has one of `firsts`, the stems that the
        phrase may begin with."""
        later = _Later(slots, meaning)
        for stem in dict.fromkeys(firsts):
            self._later.setdefault(stem, []).append(later)

    def _meet(self, stem: str) -> None:
        """Puts the phrases that may begin with a stem into the graph. No step from there was remembered yet."""
        with self._lock:
            for later in self._later.get(stem, ()):
                slots = later.take()
                if slots is None:
                    continue
                if all(len(slot) == 1 and slot[0] != (GAP,) for slot in slots):
                    self._put((each for slot in slots for each in slot[0]), later.meaning)
                else:
                    self._put_choices(slots, later.meaning)
            self._later.pop(stem, None)

    def _end(self, node: _Node[T], meaning: T) -> None:
        if node is not self._root and meaning not in node.meanings:
            node.meanings.append(meaning)

    def _forget(self) -> None:
        """What was remembered of the phrases so far no longer holds."""
        if self._states or self._start.next:
            self._start, self._states = _State((self._root,)), {}

    def meanings(self, stems: Iterable[str]) -> tuple[T, ...]:
        """What exactly this phrase stands for."""
        state: Optional[_State[T]] = self._start
        for place, stem in enumerate(stems):
            if place == 0 and stem in self._later:
                self._meet(stem)
            state = self._step(state, stem) if state is not None else None
        return state.meanings if state is not None else ()

    def find(self, words: Sequence[Word]) -> list[Match[T]]:
        """The phrases in a text: at each place the longest one, none overlapping an earlier one."""
        found: list[Match[T]] = []
        root, later, free = self._root.next, self._later, 0
        for place in [at for at, word in enumerate(words) if word.stem in root or word.stem in later]:
            if place >= free:
                match = self.longest_from(words, place)
                if match is not None:
                    found.append(match)
                    free = match.after
        return found

    def every(self, words: Sequence[Word]) -> list[Match[T]]:
        """Like `find`, but the phrases may overlap: the longest one at every place."""
        matches = (self.longest(words, place) for place in range(len(words)))
        return [match for match in matches if match is not None]

    @property
    def beginnings(self) -> tuple[Container[str], Container[str]]:
        """The stems that phrases begin with: those met so far, and the others. For loops over many words."""
        return self._root.next, self._later

    def may_begin(self, stem: str) -> bool:
        """Whether some phrase begins with a stem."""
        return stem in self._root.next or stem in self._later

    def longest(self, words: Sequence[Word], first: int) -> Optional[Match[T]]:
        """The longest phrase that begins at a place; None where none does."""
        return self.longest_from(words, first) if self.may_begin(words[first].stem) else None

    def _step(self, state: _State[T], stem: str) -> Optional[_State[T]]:
        try:
            return state.next[stem]
        except KeyError:
            return self._first_step(state, stem)

    def _first_step(self, state: _State[T], stem: str) -> Optional[_State[T]]:
        nodes = {id(each): each for node in state.nodes for each in node.next.get(stem, ())}
        if not nodes:
            # Most words of a text lead nowhere, and the same ones again and again.
            if self._dead_ends < _MOST_DEAD_ENDS:
                self._dead_ends += 1
                state.next[stem] = None
            return None
        key = tuple(sorted(nodes))
        following = self._states.get(key)
        if following is None:
            following = _State(tuple(nodes.values()))
            if len(self._states) < _MOST_STATES:
                self._states[key] = following
        if len(self._states) < _MOST_STATES:
            state.next[stem] = following
        return following

    def longest_from(self, words: Sequence[Word], first: int) -> Optional[Match[T]]:
        """Like `longest`, at a place whose stem is known to be among `beginnings`: for loops over many words."""
        _, _, _, stem, sentence = words[first]
        if stem in self._later:
            self._meet(stem)
        state = self._step(self._start, stem)
        if state is None:
            return None
        meanings, place = state.meanings, first + 1
        after, size, skip = place, len(words), self._skip
        # Where a small word stands in one phrase and inside another ("all"), both ways are tried.
        open_ways: list[tuple[_State[T], int, int, int]] = []
        skipped = gap = 0
        while True:
            while place < size and not state.ended:
                _, _, text, stem, its_sentence = words[place]
                if its_sentence != sentence:
                    break
                try:
                    following = state.next[stem]
                except KeyError:
                    following = self._first_step(state, stem)
                if state.gap is not None and gap < _GAP_SIZE and text not in _BARRIERS:
                    open_ways.append((state.gap, place + 1, skipped, gap + 1))
                if following is None:
                    if skipped >= MOST_SKIPPED or text not in skip:
                        break
                    skipped += 1
                    place += 1
                    continue
                if skipped < MOST_SKIPPED and text in skip:
                    open_ways.append((state, place + 1, skipped + 1, gap))
                place += 1
                skipped = gap = 0
                state = following
                if state.meanings:
                    if place > after or not meanings:
                        after, meanings = place, state.meanings
                    elif place == after and meanings is not state.meanings:
                        meanings = tuple(dict.fromkeys((*meanings, *state.meanings)))
            if not open_ways:
                return Match(first, after, meanings) if meanings else None
            state, place, skipped, gap = open_ways.pop()
