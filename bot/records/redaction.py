"""What a person wrote, with what would name them replaced by marks."""

from __future__ import annotations

import re

_MARKS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<![\w])\+?\d(?:[ ()./-]{0,2}\d){8,14}(?![\w])"), "[phone]"),
    (re.compile(r"\d{6,}"), "[number]"),
)


def redact(text: str) -> str:
    """The text with telephone numbers, e-mail addresses and long numbers replaced."""
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    return text
