"""Numbers that lead to a person: telephone, identity, passport, record and card numbers, and e-mail addresses.

A medical text is full of other numbers. Ranges, doses, counts, values, years and dates stay: a number goes only where
it has the form of one that identifies somebody, or follows a word that says so.
"""

from __future__ import annotations

import re

REMOVED = "[removed]"

_DIGIT = re.compile(r"\d")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# What stands before a number says what it is: then its own form matters little.
_NO = r"(?:\s*(?:card|id|no|nos|num|number|code)\b\.?)*"
_IS = r"\s*(?:is|was|[:=#.-])?\s*#?\s*"
_NAMED = re.compile(
    r"(?P<word>\b(?:"
    rf"(?:mrn|uhid|ssn|nric|aadhaar|aadhar|passport|nhs|social\s+security){_NO}"
    r"|(?:medical|hospital|health|patient|chart|case|file|registration|national|insurance|policy|membership)"
    r"(?:\s+(?:record|file|chart|card|insurance|identity))*\s+(?:id|no|number|code)\b\.?"
    r"|(?:identity|identification|id)(?:\s+card)?(?:\s+(?:no|number|code)\b\.?|(?=\s*[:=#]|\s+is\b))"
    rf"){_IS})"
    r"(?P<number>(?:[ /-]?[A-Z]{0,3}\d)+[A-Z]?\b)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?P<word>\b(?:(?:tel|telephone|phone|mobile|whatsapp|fax|hotline|contact|call)\b\.?(?:\s+(?:me|us|him|her))?"
    r"|(?:ring|text|reach|dial)(?:\s+(?:me|us|him|her)))"
    rf"{_NO}(?:\s+(?:at|on|is|under))*{_IS})"
    r"(?P<number>\+?\(?\d(?:[ ().-]{0,2}\d)+\b)",
    re.IGNORECASE,
)
_DATE = r"(?<!\d)(?:\d{4}(?P<by>[-. /])\d{1,2}(?P=by)\d{1,2}|\d{1,2}(?P<also>[-. /])\d{1,2}(?P=also)\d{4})(?!\d)"
_FORMS = (
    r"\+\(?\d{1,3}\)?(?:[ .-]?\(?\d{2,5}\)?){2,5}",
    # A national number with its leading nought, of nine digits and more: four and four may be two times of the day.
    r"\(?0(?=(?:[ ().-]{0,2}\d){8})\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}",
    r"(?:1[ .-])?\(\d{3}\)[ .-]?\d{3}[ .-]?\d{4}",
    r"(?:1[ .-])?\d{3}(?P<third>[ .-])\d{3}(?P=third)\d{4}",
    r"\d{3}-\d{2}-\d{4}",
    r"\d{4}(?P<fourth>[ -])\d{4}(?P=fourth)\d{4}(?:(?P=fourth)\d{4})?",
    r"[6-9]\d{4} \d{5}",
    r"[A-Za-z]\d{9}",
    r"[A-Z]{1,2}\d{7,9}",
    r"\d{9,19}",
)
_UNIT = (
    r"\s*(?:[/%×x^]|(?:mg|mcg|µg|μg|ug|ng|pg|g|kg|ml|dl|l|iu|i\.u|u|units?|copies|cells?|particles|per|bpm|mm|cm|m|kcal|"
    r"calories|steps|mmol|nmol|pmol|miu|million|billion|cfu)\b)"
)
_NUMBER = re.compile(rf"{_DATE}|(?<![\w/+.,])(?P<number>{'|'.join(_FORMS)})(?![\w/]|[.,-]\d)(?!{_UNIT})")
# A number after "call" or "telephone" has at least so many digits, or is one that everybody may call.
FEWEST_CALLED = 6
# "Record no. 3" counts records.
FEWEST_NAMED = 4


def without_numbers(text: str) -> str:
    """`text` with e-mail addresses and numbers that lead to a person replaced by "[removed]"."""
    text = _MAIL.sub(REMOVED, text)
    if not _DIGIT.search(text):
        return text
    text = _NAMED.sub(lambda found: _cut(found, FEWEST_NAMED), text)
    text = _CALLED.sub(lambda found: _cut(found, FEWEST_CALLED), text)
    return _NUMBER.sub(lambda found: REMOVED if found["number"] else found[0], text)


def _cut(found: re.Match[str], fewest: int) -> str:
    number = found["number"]
    if sum(character.isdigit() for character in number) < fewest or re.match(_DATE, number):
        return found[0]
    return f"{found['word']}{REMOVED}"
