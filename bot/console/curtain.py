"""The curtain before what was said: what leads to a person is hidden, and what was understood is marked in the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Optional

from bot.nlu.reading import OTHER, Mention
from bot.records.redaction import NAME, Span, names_in, spans

TEXT, HIDDEN, FOUND = "text", "hidden", "found"


@dataclass(frozen=True)
class Label:
    """A finding at its words: `status` and `whose` are keys of words, `known` whether it is among the facts."""

    finding: str
    label: str
    status: str
    whose: str
    known: bool


@dataclass(frozen=True)
class Piece:
    """A part of a text as it is shown. `start` counts characters of the text as it is stored; `hidden` is the kind of
    what leads to a person, `text` then empty unless it was revealed."""

    kind: str
    text: str
    start: int
    hidden: str = ""
    labels: tuple[Label, ...] = ()


@dataclass
class Curtain:
    """Shows the texts of one conversation. `marks` are what stands in place of each kind; `names` were found anywhere
    in the conversation and go everywhere in it, and so do `known`, other words that were hidden, with their kinds: a
    reply may say again what it was told. `drawn` counts what was hidden."""

    marks: Mapping[str, str]
    revealed: bool = False
    names: frozenset[str] = frozenset()
    known: Mapping[str, str] = field(default_factory=dict)
    drawn: int = field(default=0)

    @classmethod
    def of(cls, texts: Iterable[str], marks: Mapping[str, str], revealed: bool = False) -> Curtain:
        """The curtain of a conversation of these texts."""
        every = [text for text in texts if text]
        told = [(text[one.start : one.end], one.kind) for text in every for one in spans(text) if one.kind != NAME]
        return cls(marks, revealed, names_in(every), dict(told))

    def plain(self, text: Optional[str]) -> str:
        """A text in one piece, with a mark in place of each thing that is hidden."""
        return "".join(piece.text or self.marks[piece.hidden] for piece in self.pieces(text))

    def pieces(self, text: Optional[str], found: Sequence[tuple[Mention, Label]] = ()) -> list[Piece]:
        """A text in pieces, with findings at their words. A finding whose words are hidden is not marked: its words
        would say what the curtain hides."""
        if not text:
            return []
        hidden = self._hidden(text)
        self.drawn += len(hidden)
        parts: list[tuple[int, int, str, tuple[Label, ...]]] = [(*one, ()) for one in hidden]
        shown = [
            each for each in found if not any(each[0].start < one.end and one.start < each[0].end for one in hidden)
        ]
        parts += [(start, end, "", labels) for start, end, labels in _joined(shown)]
        pieces, end = [], 0
        for start, after, kind, labels in sorted(parts, key=lambda part: part[0]):
            if start > end:
                pieces.append(Piece(TEXT, text[end:start], end))
            words = text[start:after] if self.revealed or not kind else ""
            pieces.append(Piece(HIDDEN if kind else FOUND, words, start, kind, labels))
            end = after
        if end < len(text):
            pieces.append(Piece(TEXT, text[end:], end))
        return pieces

    def _hidden(self, text: str) -> list[Span]:
        hidden = spans(text, self.names)
        for words, kind in self.known.items():
            start = text.find(words)
            while start >= 0:
                end = start + len(words)
                if not any(start < one.end and one.start < end for one in hidden):
                    hidden.append(Span(start, end, kind))
                start = text.find(words, end)
        return sorted(hidden)


class Marker:
    """Reads a text again with today's words, and labels what it finds. Without a reader nothing is found."""

    def __init__(self, reader: Optional[Any], label: Any, facts: Iterable[str]) -> None:
        self._reader = reader
        self._label = label
        self._facts = frozenset(facts)

    def found(self, text: Optional[str], on: date) -> list[tuple[Mention, Label]]:
        """The findings in a text that was written on a day, each with its label."""
        if self._reader is None or not text:
            return []
        return [(each, self._labelled(each)) for each in self._reader.read(text, on).mentions]

    def _labelled(self, mention: Mention) -> Label:
        whose = "other" if mention.experiencer == OTHER else "patient"
        known = mention.finding in self._facts
        return Label(mention.finding, self._label(mention.finding), mention.status, whose, known)


def _joined(found: Sequence[tuple[Mention, Label]]) -> list[tuple[int, int, tuple[Label, ...]]]:
    """Stretches of words with all the findings that were read in them; those that overlap are one stretch."""
    joined: list[tuple[int, int, tuple[Label, ...]]] = []
    for mention, label in sorted(found, key=lambda each: (each[0].start, -each[0].end)):
        if joined and mention.start < joined[-1][1]:
            start, end, labels = joined[-1]
            joined[-1] = (start, max(end, mention.end), tuple(dict.fromkeys((*labels, label))))
        else:
            joined.append((mention.start, mention.end, (label,)))
    return joined
