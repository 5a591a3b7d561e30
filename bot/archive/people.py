"""Names and contacts of askers, taken out of what they wrote and out of what was written to them."""

from __future__ import annotations

import re

from bot.records.canonical import storable

REMOVED = "[removed]"

_TITLE = r"(?:miss|mister|ms|mr|mrs|mx|madam|sir)\b\.?"
_WORD = r"[^\W\d_][\w'’-]*\.?"
_GREETING = r"(?:dear|hello|hi|hey|greetings|good\s+(?:morning|afternoon|evening))"
_CAPITALISED = r"(?-i:(?!However|Unfortunately|Doctor|There)[A-Z][\w'’-]*)"
_END = r"\s*[,:;!，：]\s*"
_NAMED = re.compile(
    # A form of address, with or without a greeting before it; or a greeting that goes on to capitalised words.
    rf"^\s*(?:(?:{_GREETING}\s*,?\s+)?{_TITLE}(?:\s+{_WORD}){{1,3}}?"
    rf"|{_GREETING}\s+{_CAPITALISED}(?:\s+{_CAPITALISED}){{0,2}}){_END}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d(?:[\d()]|[ .-](?=[\d(])){7,}\d(?![\w/])")
_DATE = re.compile(r"\d{4}[-. ]\d{1,2}[-. ]\d{1,2}|\d{1,2}[-. ]\d{1,2}[-. ]\d{4}")


def without_contacts(text: str) -> str:
    """`text` with each e-mail address and telephone number replaced by "[removed]". Dates are left as they are.

    All text of an import passes here, so characters that no database keeps are replaced here as well.
    """
    text = storable(text)
    text = _MAIL.sub(REMOVED, text)
    return _PHONE.sub(lambda found: found[0] if _DATE.fullmatch(found[0].strip()) else REMOVED, text)


def without_salutation(text: str, nickname: str = "") -> str:
    """`text` without an opening that names the one it is written to ("Dear Ms. Example,"); others are left."""
    opening = _NAMED
    if nickname and not _NAMED.match(text):
        opening = re.compile(rf"^\s*(?:{_GREETING}\s*,?\s+)?{re.escape(nickname)}{_END}", re.IGNORECASE)
    found = opening.match(text)
    return _capitalised(text[found.end() :]) if found else text


def without_signature(text: str, nickname: str) -> str:
    """`text` without last lines that are only the asker's nickname, with or without a dash or thanks before it."""
    if not nickname:
        return text
    only = re.compile(
        rf"[-–—~\s]*(?:thank you|thanks|regards|best|from)?[\s,.]*{re.escape(nickname)}[\s.!]*", re.IGNORECASE
    )
    lines = text.splitlines()
    while len(lines) > 1 and only.fullmatch(lines[-1]):
        lines.pop()
    return "\n".join(lines)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
