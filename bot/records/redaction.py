"""What leads to a person is taken out of a text: names, telephones, addresses, identity numbers, dates of birth.

It is done by form and by the words of `redaction.yml`, not by understanding, and in doubt a medical text stays whole:
times, doses, ages and values are what a clinician reads it for. Whoever must be sure reads before publishing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from bot.records.redaction_names import NameFinder
from bot.records.redaction_numbers import NumberFinder
from bot.records.redaction_places import PlaceFinder
from bot.records.redaction_words import words

NAME, PHONE, EMAIL, NUMBER = "name", "phone", "email", "number"
ADDRESS, BIRTH_DATE, WEB = "address", "birth_date", "web"
KINDS = (NAME, PHONE, EMAIL, NUMBER, ADDRESS, BIRTH_DATE, WEB)


class Span(NamedTuple):
    """Characters `start` to `end` of a text that lead to a person, and the kind of it: one of `KINDS`."""

    start: int
    end: int
    kind: str


def spans(text: str, names: Iterable[str] = ()) -> list[Span]:
    """What leads to a person in `text`, in order and without overlaps.

    `names` are words that were names elsewhere in the same conversation (`names_in`): they go wherever they stand.
    """
    plain, places = _plain(text)
    found = [*_numbers().find(plain), *_places().find(plain), *_names().find(plain, frozenset(names))]
    # Where two overlap they become one, of the longer one's kind.
    merged: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found):
        if merged and start < merged[-1][1]:
            first, after, before = merged[-1]
            longer = kind if end - start > after - first else before
            merged[-1] = (first, max(after, end), longer)
        else:
            merged.append((start, end, kind))
    return [Span(places[start], places[end - 1] + 1, kind) for start, end, kind in merged]


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of all names in some texts, to be taken out of the others too: who gives a name once says only the
    half of it the next time."""
    return frozenset(
        word for text in texts for one in spans(text) if one.kind == NAME for word in _names().parts(_plain(text, one))
    )


def redact(text: str, names: Iterable[str] = ()) -> str:
    """`text` with a mark such as "[name]" in place of each thing that leads to a person."""
    parts, end, marks = [], 0, words().marks
    for one in spans(text, names):
        parts += [text[end : one.start], marks[one.kind]]
        end = one.end
    return "".join([*parts, text[end:]])


def _plain(text: str, span: Span | None = None) -> tuple[str, list[int]]:
    """`text` without invisible characters and with each character in its plain form, and where each one stood: who
    hides a number from us with a space of no width hides it from nobody who reads."""
    start = span.start if span else 0
    if text.isascii():
        return (text[start : span.end] if span else text), list(range(len(text)))
    kept, places = [], []
    for place, character in enumerate(text[start : span.end] if span else text, start):
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category == "Nd":
            character = str(unicodedata.digit(character))
        elif not character.isascii():
            folded = unicodedata.normalize("NFKC", character)
            character = folded if len(folded) == 1 else character
        kept.append(character)
        places.append(place)
    return "".join(kept), places


@lru_cache(maxsize=1)
def _numbers() -> NumberFinder:
    return NumberFinder(words())


@lru_cache(maxsize=1)
def _places() -> PlaceFinder:
    return PlaceFinder(words())


@lru_cache(maxsize=1)
def _names() -> NameFinder:
    return NameFinder(words())
