"""Fitting what is said to a platform: texts in parts at sentence ends, choices with numbers, titles cut short."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.report.reply import Choice

# Where a text may be parted, the best place first: paragraphs, lines, sentences, words.
_SEAMS = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])[\"')\]]*\s+"), re.compile(r"\s+"))
_NUMBERS = re.compile(
    r"\s*\(?\d{1,2}[.)]?(?:(?:\s*(?:,|;|/|&|\+|and)\s*|\s+)\(?\d{1,2}[.)]?)*\s*[.!]?\s*", re.IGNORECASE
)


def in_parts(text: str, most: int) -> list[str]:
    """A text in parts of at most `most` characters, cut at the end of a paragraph, else of a line, a sentence or a
    word; within a word only where one is longer than that. Characters count as UTF-16 does, as the platforms count.

    >>> in_parts("Call now. Wait for help.", 12)
    ['Call now.', 'Wait for', 'help.']
    """
    parts, rest = [], text.strip()
    while length(rest) > most:
        head = _head(rest, most)
        place = max((match.end() for match in _ends(head, rest)), default=0)
        head = rest[:place] if place else head
        parts.append(head.strip())
        rest = rest[len(head) :].strip()
    return [part for part in [*parts, rest] if part]


def length(text: str) -> int:
    """Characters of a text as UTF-16 counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """A text of at most `most` characters, its end replaced by an ellipsis where it is longer."""
    return text if length(text) <= most else _head(text, most - 1).rstrip() + "…"


def listed(choices: Sequence[Choice]) -> str:
    """The choices as lines with numbers."""
    return "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(choices, 1))


def fit(choices: Sequence[Choice], most: int) -> bool:
    """Whether every label is a title of at most `most` characters."""
    return all(length(choice.label) <= most for choice in choices)


def titles(choices: Sequence[Choice], most: int) -> list[str]:
    """A title for each choice: its label, or, where some label is too long, its number and what there is room for."""
    if fit(choices, most):
        return [choice.label for choice in choices]
    return [cut(f"{number}. {choice.label}", most) for number, choice in enumerate(choices, 1)]


def numbers_in(text: str) -> list[int]:
    """The numbers of a text that holds nothing else, such as "2", "1, 3" or "1 and 3."; none of any other text.

    >>> numbers_in("1, 3 and 4"), numbers_in("2 days")
    ([1, 3, 4], [])
    """
    return [int(each) for each in re.findall(r"\d+", text)] if _NUMBERS.fullmatch(text) else []


def _head(text: str, most: int) -> str:
    """The longest beginning of at most `most` characters that parts no pair of surrogates."""
    head = text[:most]
    while length(head) > most:
        head = head[: most - max(1, length(head) - most)] if len(head) > most else head[:-1]
    return head


def _ends(head: str, rest: str) -> list[re.Match[str]]:
    """The places of the best kind of seam in a beginning, those that leave at least a third of it."""
    for seam in _SEAMS:
        # What follows the beginning is looked at too: it may end just where a sentence does.
        found = [each for each in seam.finditer(rest, 0, len(head) + 2) if each.start() <= len(head)]
        found = [each for each in found if len(rest[: each.end()].strip()) <= len(head) and each.end() * 3 >= len(head)]
        if found:
            return found
    return []
