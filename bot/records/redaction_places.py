"""Where somebody lives, and when they were born."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.records.redaction_words import Found, Words, either

_UK = r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})"
_HAN = re.compile(r"[一-鿿]{2,14}[路街道巷][一-鿿\d]{0,12}\d+[號号](?:\d+樓)?")


class PlaceFinder:
    """Finds postal addresses, postcodes and dates of birth."""

    def __init__(self, lists: Words) -> None:
        us = rf"(?:{lists.any('us_states')},? \d{{5}}(?:-\d{{4}})?)"
        code = rf"(?:{_UK}|{us})"
        # What follows a street: a direction, then a town or two, then the code.
        town = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
        tail = rf"(?:,? (?:N|S|E|W|NE|NW|SE|SW)\b)?(?:,? ?\n?{code}|, {town}(?:, {town})?(?:,? {code})?)?"
        no = lists.any("not_in_streets")
        part = rf"(?:(?!(?:{no})\b)[^\W\d_][\w'’.-]{{0,30}} )"
        big = r"(?:[A-Z][\w'’.-]{0,30} )"
        flat = rf"(?:(?i:{lists.any('flats')}) ?#?\w{{1,4}},? ?)"
        foreign, of = lists.any("foreign_streets"), r"(?:(?:de|la|le|les|du|des|del|di|da) |l'|d')*"
        named = r"[A-ZÀ-Þ]\w+(?: [A-ZÀ-Þ]\w+)?"
        word, ends = r"[A-ZÄÖÜ][\wäöüß-]{1,30}", r"(?:straße|strasse|str\.|gasse|allee|platz|weg)"
        house = r"\d{1,5}(?:[A-Za-z]\b|-\d{1,5})?,? "
        self._patterns = [
            re.compile(pattern)
            for pattern in (
                rf"\b{flat}?{house}(?i:{part}{{1,3}}{lists.any('street_words')}\b)\.?{tail}",
                rf"\b{flat}?{house}{big}{{1,3}}{lists.any('street_words_too')}\b\.?{tail}",
                rf"\b{house}(?i:{foreign}) {of}{named}{tail}",
                rf"\b(?i:{foreign}) {of}{named},? \d{{1,4}}\b{tail}",
                rf"\b{word}{ends} \d{{1,4}}[a-z]?\b(?:, \d{{5}}(?: [A-Z]\w+)?)?",
                rf"(?i:\bp\.? ?o\.? ?box) \d{{1,6}}{tail}",
                rf"\b(?i:{lists.any('flats')}) \d{{1,4}}[A-Za-z]?(?=,|$|\.)",
                rf"\b{code}\b",
                r"(?i:\b(?:postcode|post code|zip code|zip|postal code)\b)(?:\s+is|:)? (?P<what>[\w-]{2,4} ?\w{2,6})\b",
            )
        ]
        month = lists.any("months")
        date = either(
            (
                r"\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}",
                r"\d{4}[-./]\d{1,2}[-./]\d{1,2}",
                rf"\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of )?{month}\.?,? \d{{2,4}}",
                rf"{month}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{2,4}}",
            )
        )
        births = either(lists.of("births"))
        self._birth = re.compile(rf"\b{births}(?:\s+(?:is|was|on|in))*\s*[:=,.]?\s*(?P<what>{date})\b", re.IGNORECASE)

    def find(self, text: str) -> Iterator[Found]:
        """Every address and date of birth in a text, in no order."""
        if not any(character.isdigit() for character in text):
            return
        for pattern in self._patterns:
            for each in pattern.finditer(text):
                start, end = each.span("what" if "what" in pattern.groupindex else 0)
                yield start, end, "address"
        yield from ((each.start(), each.end(), "address") for each in _HAN.finditer(text))
        for each in self._birth.finditer(text):
            start, end = each.span("what")
            yield start, end, "birth_date"
