"""Which phrases of the knowledge stand for the same words, with all their alternatives, stems and small words between.

Two sets of phrases are walked side by side, as finite automata are to intersect them: a step is taken where both can
take it, or where the second leaves out a small word, as it may while a message is read. Written out, the phrases would
be hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bot.nlu.phrases import GAP
from bot.nlu.words import Lexer

# Words of a phrase that nobody has to write, as in the tables that messages are looked up in.
_LEFT_OUT = frozenset({"my", "his", "her", "the", "a"})


class Claim(NamedTuple):
    """Who says that a phrase is theirs: a name (of a finding, a sign, ...), and the phrase's place in its list."""

    name: str
    place: int
    phrase: str


class Meeting(NamedTuple):
    """Two claims to the same words: `words` as the first has them; the second skips `skipped` of them."""

    one: Claim
    other: Claim
    words: str
    skipped: int


class _Node:
    """A place inside phrases. `last` are the bits of the stems that a phrase can still end in, `least` and `most` how
    many words it still needs that are not small."""

    __slots__ = ("claims", "next", "last", "least", "most")

    def __init__(self) -> None:
        self.next: dict[str, list[tuple[_Node, str]]] = {}
        self.claims: list[Claim] = []
        self.last = -1
        self.least = self.most = 0


class Phrases:
    """Phrases with their claims, to be compared with others: `meetings`. All that are compared share a `Stems`."""

    def __init__(self, stems: Stems) -> None:
        self.root = _Node()
        self._stems = stems

    def add(self, phrase: str, claim: Claim, whole: bool = False) -> None:
        """A phrase as the knowledge writes it. A `whole` one must be said with every small word of it."""
        for end in self._add(phrase, whole):
            end.claims.append(claim)

    def add_pairs(self, firsts: Iterable[str], seconds: Iterable[str], claim: Claim) -> None:
        """Every first phrase followed by every second one, with at most small words between."""
        behind = Phrases(self._stems)
        for phrase in seconds:
            behind.add(phrase, claim)
        for phrase in firsts:
            for end in self._add(phrase, False):
                for stem, steps in behind.root.next.items():
                    end.next.setdefault(stem, []).extend(steps)

    def _add(self, phrase: str, whole: bool) -> list[_Node]:
        node = self.root
        for ways in self._stems.ways(phrase, whole):
            after = _Node()
            for way in ways:
                step = node
                for place, (stem, word) in enumerate(way):
                    following = after if place == len(way) - 1 else _Node()
                    step.next.setdefault(stem, []).append((following, word))
                    step = following
            node = after
        return [] if node is self.root else [node]


class Stems:
    """How phrases are cut up, and which of their words are small."""

    def __init__(self, lexer: Lexer, language: Mapping[str, Any]) -> None:
        small = [str(word) for word in language["skip"]["skip"]]
        self._lexer = lexer
        self._groups = {str(name): [str(way) for way in ways] for name, ways in language.get("groups", {}).items()}
        self._small_words = frozenset(small)
        self._cut_up: dict[str, tuple[tuple[str, str], ...]] = {}
        self._bits: dict[str, int] = {}
        self.small = frozenset(stem for word in small for stem in lexer.phrase(word))

    def ways(self, phrase: str, whole: bool = False) -> list[list[tuple[tuple[str, str], ...]]]:
        """The slots of a phrase: for each, its alternatives as stems with the word that each comes from."""
        slots = self.slots(phrase)
        inner = slots[1:-1] if whole else [slot for slot in slots[1:-1] if not self._left_out(slot)]
        ways = [[self._cut(way) for way in slot] for slot in (*slots[:1], *inner, *slots[1:][-1:])]
        return [[way for way in slot if way] for slot in ways]

    def slots(self, phrase: str) -> list[list[str]]:
        """The alternatives of each slot of a phrase as they are written, groups opened. A gap is taken for no word."""
        opened = [self._groups.get(slot[1:], []) if slot[0] == "@" else slot.split("|") for slot in phrase.split()]
        return [[way for way in slot if way] for slot in opened if slot != [GAP]]

    def bit(self, stem: str) -> int:
        """A number of its own for a stem, with a single bit set."""
        return 1 << self._bits.setdefault(stem, len(self._bits))

    def _cut(self, way: str) -> tuple[tuple[str, str], ...]:
        if way not in self._cut_up:
            pairs: list[tuple[str, str]] = []
            for word in way.split("_"):
                stems = self._lexer.phrase(word)
                pairs += [(stems[0], word)] if len(stems) == 1 else [(stem, stem) for stem in stems]
            self._cut_up[way] = tuple(pairs)
        return self._cut_up[way]

    def _left_out(self, slot: Sequence[str]) -> bool:
        ways = [way.split("_") for way in slot]
        small = all(word in self._small_words for way in ways for word in way)
        return small and any(" ".join(way) in _LEFT_OUT for way in ways)


def meetings(one: Phrases, other: Phrases, stems: Stems) -> Iterator[Meeting]:
    """Every two claims to the same words, once for each two phrases: what is said in full by a phrase of `one`, and is
    also a phrase of `other`, small words skipped. The work grows with what the phrases have in common."""
    _look_ahead(one.root, stems)
    _look_ahead(other.root, stems)
    met: set[tuple[Claim, Claim]] = set()
    seen: set[tuple[int, int]] = set()
    open_pairs: list[tuple[_Node, _Node, tuple[str, ...], int]] = [(one.root, other.root, (), 0)]
    while open_pairs:
        left, right, said, skipped = open_pairs.pop()
        for stem, steps in left.next.items():
            rights = [node for node, _ in right.next.get(stem, ())]
            ways = [(each, 0) for each in rights]
            if stem in stems.small and right is not other.root:
                ways.append((right, 1))
            if not ways:
                continue
            for node, word in steps:
                for mine, its in _pairs(node, rights) if node.claims else ():
                    if mine.name != its.name and (mine, its) not in met:
                        met.add((mine, its))
                        yield Meeting(mine, its, " ".join((*said, word)), skipped)
                for each, more in ways:
                    near = node.last & each.last and node.least <= each.most and each.least <= node.most
                    if near and (id(node), id(each)) not in seen:
                        seen.add((id(node), id(each)))
                        open_pairs.append((node, each, (*said, word), skipped + more))


def _pairs(node: _Node, others: Iterable[_Node]) -> Iterator[tuple[Claim, Claim]]:
    return ((mine, its) for each in others for mine in node.claims for its in each.claims)


def _look_ahead(node: _Node, stems: Stems) -> None:
    if node.last >= 0:
        return
    node.last, least = 0, [] if not node.claims else [0]
    for stem, steps in node.next.items():
        weight = 0 if stem in stems.small else 1
        for following, _ in steps:
            _look_ahead(following, stems)
            node.last |= following.last | (stems.bit(stem) if following.claims else 0)
            least.append(following.least + weight)
            node.most = max(node.most, following.most + weight)
    node.least = min(least, default=0)
