"""Texts with parts replaced, and where their characters stand before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.records.redaction import spans

Edit = tuple[int, int, str]
"""Start and end of a part, and what stands in its place."""


@dataclass(frozen=True)
class Placed:
    """A text after edits. `parts` are the places of each edit: start and end before, start and end after."""

    text: str
    parts: Sequence[tuple[int, int, int, int]] = ()

    def after(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the text before stands in this one; a part that was replaced is taken whole."""
        there = [(part[:2], part[2:]) for part in self.parts]
        return _moved(there, start, False), _moved(there, end, True)

    def before(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of this text stood in the one before."""
        back = [(part[2:], part[:2]) for part in self.parts]
        return _moved(back, start, False), _moved(back, end, True)


def edited(text: str, edits: Iterable[Edit]) -> Placed:
    """`text` with each edit done; of two edits that overlap, the one that begins first."""
    parts, pieces, at, grown = [], [], 0, 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start < at:
            continue
        pieces += [text[at:start], new]
        parts.append((start, end, start + grown, start + grown + len(new)))
        grown += len(new) - (end - start)
        at = end
    return Placed("".join([*pieces, text[at:]]), tuple(parts))


def redacted(text: str, names: Iterable[str] = ()) -> Placed:
    """`text` as `bot.records.redaction.redact` gives it, with the places of its marks."""
    return edited(text, [(one.start, one.end, f"[{one.kind}]") for one in spans(text, names)])


def _moved(parts: Sequence[tuple[Sequence[int], Sequence[int]]], at: int, ends: bool) -> int:
    """A place on one side, on the other: inside a part it becomes the part's start, or its end for a stretch's end."""
    shift = 0
    for (start, end), (other_start, other_end) in parts:
        if at < start or (ends and at == start):
            break
        if at < end or (ends and at == end):
            return other_end if ends else other_start
        shift = other_end - end
    return at + shift
