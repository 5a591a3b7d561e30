"""What a person wrote, without what would name them. A stand-in: the real one comes with the conversation's page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(r"(?<=[Mm]y name is )[A-Z]\w+(?: [A-Z]\w+)*")
_FORMS = (
    (_NAME, "name"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "email"),
    (re.compile(r"(?<!\w)\+?\d(?:[ ()./-]{0,2}\d){8,14}(?!\w)"), "phone"),
    (re.compile(r"\d{6,}"), "number"),
)


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a text that lead to a person, and the kind of it."""

    start: int
    end: int
    kind: str


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of all names in some texts."""
    return frozenset(word for text in texts for match in _NAME.finditer(text) for word in match.group().split())


def spans(text: str, names: Iterable[str] = ()) -> list[Span]:
    """What is replaced, in order and without overlaps."""
    forms = [*_FORMS, *((re.compile(rf"\b{re.escape(name)}\b"), "name") for name in names)]
    found: list[Span] = []
    for pattern, kind in forms:
        for match in pattern.finditer(text):
            if all(match.end() <= one.start or one.end <= match.start() for one in found):
                found.append(Span(match.start(), match.end(), kind))
    return sorted(found, key=lambda one: one.start)


def redact(text: str, names: Iterable[str] = ()) -> str:
    """The text with marks in the places of `spans`."""
    for one in reversed(spans(text, names)):
        text = f"{text[: one.start]}[{one.kind}]{text[one.end :]}"
    return text
