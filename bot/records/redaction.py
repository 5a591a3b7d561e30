"""What a person wrote, without what would name them. A stand-in: the real one comes with the conversation's page."""

from __future__ import annotations

import re

_MARKS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<!\w)\+?\d(?:[ ()./-]{0,2}\d){8,14}(?!\w)"), "[phone]"),
    (re.compile(r"\d{6,}"), "[number]"),
)


def spans(text: str) -> list[tuple[int, int, str]]:
    """What is replaced, in order and without overlaps: start, end, and the mark in its place."""
    found: list[tuple[int, int, str]] = []
    for pattern, mark in _MARKS:
        for match in pattern.finditer(text):
            if all(match.end() <= start or end <= match.start() for start, end, _ in found):
                found.append((match.start(), match.end(), mark))
    return sorted(found)


def redact(text: str) -> str:
    """The text with marks in the places of `spans`."""
    for start, end, mark in reversed(spans(text)):
        text = text[:start] + mark + text[end:]
    return text
