"""Numbers that lead to a person, and e-mail and web addresses.

A number goes where it has the form of one that identifies somebody and, where such numbers have one, the right check
digit; or where a word before it says what it is. A date is no number of these, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.records.redaction_words import Found, Words

# Digits of a telephone number that a word announces; with fewer it is an amount or a number that everybody may call.
FEWEST_CALLED = 6
# "Record no. 3" counts records.
FEWEST_NAMED = 4

_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@| @ )[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|[\w.+-]{1,64} (?:at|\(at\)|\[at\]) [\w-]{1,63} ?(?:dot|\(dot\)|\[dot\]) ?\w{2,6}\b"
)
_HANDLE = re.compile(r"(?<![\w.@/])@[A-Za-z][\w.]{2,29}")
_WEB = re.compile(
    r"(?:https?://|\bwww\.)(?:[^\s/@]{1,64}@)?(?P<host>[\w.-]{1,253})(?P<rest>(?::\d+)?[/?#][^\s<>\"')\]]+)"
    r"|\b(?P<bare>(?:[\w-]{1,63}\.){1,3}(?:com|org|net|me|io|co|uk|de|fr|tw|tv))(?P<path>/[^\s<>\"')\]]+)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d{2}))(?!\d)(?!\2\d)")
_PHONES = (
    r"\+\(?\d{1,3}\)?(?:[ .-]?\(?\d{1,5}\)?){2,6}",
    # A national number with its leading nought, of ten digits and more.
    r"\(?0(?=(?:[ ().-]{0,2}\d){9})\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}",
    r"(?:1[ .-])?\(\d{3}\)[ .-]?\d{3}[ .-]?\d{4}",
    r"(?:1[ .-])?\d{3}(?P<by>[ .-])\d{3}(?P=by)\d{4}",
    r"0?9\d{2}(?P<also>[ -])\d{3}(?P=also)\d{3}",
)
_PHONE = re.compile(rf"(?<![\w+,/])(?<!\d[.])(?:{'|'.join(_PHONES)})(?![\w]|[,/-]\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(
    r"(?<![\d.,-])\d{4}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,3})?(?![\d]|[.,-]\d)"
    r"|(?<![\d.,-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?!\d)"
)
_NHS = re.compile(r"(?<![\d.,+-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d]|[.,-]\d)")
_FORMS = re.compile(
    r"(?<![\w.,-])(?:\d{3}-\d{2}-\d{4}"
    r"|[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
    r"|[A-Za-z]{1,2}\d{7,9}"
    r"|\d{9,}"
    r"|\d{3}(?:[ -]\d{3}){2,4})(?![\w]|[.,-]\d)"
)


class NumberFinder:
    """Finds telephones, identity numbers, e-mail and web addresses."""

    def __init__(self, lists: Words) -> None:
        numbered = lists.any("number_words")
        named = rf"(?:{lists.any('identity_words')}(?:\s+{lists.any('record_words')})*(?:\s*{numbered}\b\.?)*"
        named += rf"|{lists.any('record_words')}(?:\s+{lists.any('record_words')})*\s+{numbered}\b\.?|id)"
        is_it = r"\s*(?:is|was|[:=#.])?\s*#?\s*"
        self._named = re.compile(
            rf"\b{named}{is_it}(?P<number>[A-Z]{{0,4}}[ /-]?\d(?:[ /-]?[A-Z]?\d){{2,20}}[A-Z]?)\b", re.IGNORECASE
        )
        self._called = re.compile(
            rf"\b{lists.any('phone_words')}\b\.?(?:\s+(?:me|us|him|her|them))?(?:\s*{numbered}\b['’]?s?\.?)*"
            rf"(?:\s+(?:back|at|on|is|under))*{is_it}(?P<number>\+?\(?\d(?:[ ().-]{{0,2}}\d)+\b)",
            re.IGNORECASE,
        )
        self._everybodys = frozenset(lists.of("emergency_numbers"))
        self._open = tuple(lists.of("open_sites"))

    def find(self, text: str) -> Iterator[Found]:
        """Every such thing in a text, in no order."""
        if "@" in text or " at " in text or "at)" in text or "at]" in text:
            yield from ((each.start(), each.end(), "email") for each in _MAIL.finditer(text))
            yield from ((each.start(), each.end(), "web") for each in _HANDLE.finditer(text))
        if "/" in text or "?" in text:
            yield from self._web(text)
        if not any(character.isdigit() for character in text):
            return
        dates = [each.span() for each in _DATE.finditer(text)]
        for start, end, kind in self._numbers(text):
            # A date within is no part of a number: "01.02.2024 14.02.2024".
            if not any(start < after and first < end for first, after in dates):
                yield start, end, kind

    def _numbers(self, text: str) -> Iterator[Found]:
        taken: list[tuple[int, int]] = []
        for kind, pattern, right in (
            ("number", _IBAN, iban),
            ("number", _CARD, luhn),
            ("number", _NHS, nhs),
            ("number", self._named, lambda number: _digits(number) >= FEWEST_NAMED),
            ("phone", self._called, lambda number: _digits(number) >= FEWEST_CALLED),
            ("phone", _PHONE, lambda number: 8 <= _digits(number) <= 15),
            ("number", _FORMS, lambda _: True),
        ):
            group = "number" if "number" in pattern.groupindex else 0
            for each in pattern.finditer(text):
                start, end = each.span(group)
                only = re.sub(r"\D", "", each[group])
                free = not any(start < after and first < end for first, after in taken)
                if free and right(each[group]) and only not in self._everybodys:
                    taken.append((start, end))
                    yield start, end, kind

    def _web(self, text: str) -> Iterator[Found]:
        for each in _WEB.finditer(text):
            host = (each["host"] or each["bare"]).lower()
            if not any(host == site or host.endswith(f".{site}") for site in self._open):
                yield each.start(), each.start() + len(each[0].rstrip(".,;:!?")), "web"


def nhs(number: str) -> bool:
    """Whether ten digits are an NHS number, by their check digit."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1))) % 11
    return len(digits) == 10 and rest != 10 and rest % 11 == digits[9]


def luhn(number: str) -> bool:
    """Whether a card's number is right by its check digit."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return len(digits) >= 12 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def iban(number: str) -> bool:
    """Whether an account's number is right by its check digits."""
    plain = number.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(each, 36)) for each in moved)) % 97 == 1


def _digits(number: str) -> int:
    return sum(character.isdigit() for character in number)
